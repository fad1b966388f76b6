import Model

/// A variable that decides who may do what, and that anyone may write.
///
/// Such a variable is one that some condition demands `msg.sender` to equal, or one that holds true for `msg.sender`.
/// Writes that can happen once only, writes of one's own entry, and what is bought with ether are left out.
enum AuthorityWriteDetector {
    static let rule = Rule(
        "unguarded-authority-write",
        title: "Anyone can change who is in charge",
        recommendation: """
            Let only the present authority change it: require msg.sender to be the owner or to hold the role, or set it \
            in the constructor and make it immutable.
            """,
        classification: Weakness.accessControl
    )

    static func findings(_ examination: Examination) -> [FindingDraft] {
        let authorities = examination.traces.flatMap(\.conditions).reduce(into: Set<Int>()) {
            $0.formUnion($1.authorities)
        }
        var found: [Int: FindingDraft] = [:]
        for trace in examination.traces where !trace.isInitializer {
            for write in trace.writes where authorities.contains(write.variable) {
                let isOpen =
                    write.condition.guardLevel < .authority
                    && write.condition.callers.isDisjoint(with: write.keys)
                    && !write.condition.comparesValue && !isOnce(write, trace, examination)
                guard isOpen, found[write.node.id] == nil else { continue }
                let variable = examination.name(of: write.variable)
                found[write.node.id] = examination.draft(
                    rule, .high, write.keys.isEmpty ? .high : .medium, at: write.node,
                    """
                    \(trace.name) writes \(variable), which other functions compare with msg.sender, and does not ask \
                    who calls. Anyone can make themselves the authority, or take it from everybody.
                    """
                )
            }
        }
        return found.sorted { $0.key < $1.key }.map(\.value)
    }

    /// Whether a flag that the function itself sets lets it happen once.
    private static func isOnce(_ write: Trace.Write, _ trace: Trace, _ examination: Examination) -> Bool {
        let written = Set(trace.writes.map(\.variable))
        return write.condition.reads.intersection(written).contains { variable in
            let type = examination.program[variable]?.type ?? ""
            return ["t_bool", "t_uint8", "t_uint64", "t_enum", "t_address"].contains { type.hasPrefix($0) }
        }
    }
}
