import Model

/// Foreign code that runs on the contract's own storage.
///
/// High where anyone chooses the code; low where an authority does, as in an upgradeable proxy. A target that is read from
/// a slot by assembly is not seen.
enum DelegateCallDetector {
    static let rule = Rule(
        "delegatecall-target",
        title: "The code of a delegatecall can be chosen",
        recommendation: """
            Delegate only to an address that is constant or immutable, or let only an authority set it, and check that it \
            holds code.
            """,
        classification: Weakness.delegateCall
    )

    static func findings(_ examination: Examination) -> [FindingDraft] {
        var found: [String: FindingDraft] = [:]
        for trace in examination.traces {
            for call in trace.calls where call.kind == .delegate {
                let place = "\(call.site.node.file):\(call.site.node.start)"
                guard let (severity, why) = judge(call, in: examination) else { continue }
                if let known = found[place], known.severity >= severity { continue }
                found[place] = examination.draft(
                    rule, severity, severity == .high ? .high : .medium, at: call.site.node,
                    "\(trace.name) runs the code at \(why), with this contract's storage and ether."
                )
            }
        }
        return found.sorted { $0.key < $1.key }.map(\.value)
    }

    private static func judge(_ call: Trace.Call, in examination: Examination) -> (Severity, String)? {
        let isGuarded = call.condition.guardLevel == .authority
        switch call.target {
        case .parameter(let name):
            return isGuarded
                ? (.low, "an address that an authority gives as \(name)")
                : (.high, "an address that the caller gives as \(name)")
        case .sender: return isGuarded ? (.low, "msg.sender") : (.high, "msg.sender")
        case .state(let variable, _, _):
            let name = examination.name(of: variable)
            let writes = examination.traces.filter { !$0.isInitializer }.flatMap(\.writes)
                .filter { $0.variable == variable }
            guard !writes.isEmpty else { return nil }
            let isOpen = writes.contains {
                $0.condition.guardLevel < .authority && $0.condition.callers.isDisjoint(with: $0.keys)
            }
            return isOpen
                ? (.high, "\(name), which anyone can set") : (.low, "\(name), which an authority can set")
        case .transactionOrigin, .messageValue, .fixed, .zero, .this, .unknown: return nil
        }
    }
}
