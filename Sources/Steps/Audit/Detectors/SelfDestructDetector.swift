import Model

/// A selfdestruct that anyone can reach.
enum SelfDestructDetector {
    static let rule = Rule(
        "unguarded-selfdestruct",
        title: "Anyone can destroy the contract",
        recommendation: """
            Remove selfdestruct: it is deprecated (EIP-6049). Where it must stay, let only an authority reach it.
            """,
        classification: Weakness.selfDestruct
    )

    static func findings(_ examination: Examination) -> [FindingDraft] {
        var found: [String: FindingDraft] = [:]
        for trace in examination.traces {
            for destruction in trace.destructions where destruction.condition.guardLevel < .authority {
                let place = "\(destruction.node.file):\(destruction.node.start)"
                guard found[place] == nil else { continue }
                found[place] = examination.draft(
                    rule, .high, .high, at: destruction.node,
                    """
                    \(trace.name) reaches selfdestruct and does not ask who calls: anyone can have the contract's ether \
                    sent away and, where the chain still does so, its code removed.
                    """
                )
            }
        }
        return found.sorted { $0.key < $1.key }.map(\.value)
    }
}
