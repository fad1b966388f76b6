import Model

/// Ether or tokens of the contract that anyone can have sent where they like.
///
/// A function that looks at the caller's or the recipient's own record, takes payment, or checks a signature is left out.
enum ValueOutDetector {
    static let rule = Rule(
        "unguarded-value-out",
        title: "Anyone can send the contract's money away",
        recommendation: """
            Restrict the function to an authority, or pay only what the contract's books say that the recipient is owed.
            """,
        classification: Weakness.accessControl
    )
    private static let tokenCalls: Set<String> = ["transfer", "safeTransfer"]

    static func findings(_ examination: Examination) -> [FindingDraft] {
        var found: [Int: FindingDraft] = [:]
        for trace in examination.traces where !trace.isInitializer && !takesPayment(trace) {
            for call in trace.calls {
                guard let (recipient, what) = payment(call), isChosen(recipient),
                    call.condition.guardLevel == .none, !call.condition.comparesValue,
                    !trace.keys.contains(.sender), !trace.keys.contains(recipient),
                    found[call.site.node.id] == nil
                else { continue }
                let whom = recipient.parameterName.map { "the parameter \($0)" } ?? "msg.sender"
                found[call.site.node.id] = examination.draft(
                    rule, .high, .medium, at: call.site.node,
                    """
                    \(trace.name) sends \(what) of the contract to \(whom) and asks neither who calls nor what the \
                    recipient is owed.
                    """
                )
            }
        }
        return found.sorted { $0.key < $1.key }.map(\.value)
    }

    private static func payment(_ call: Trace.Call) -> (recipient: Origin, what: String)? {
        switch call.kind {
        case .stipend, .lowLevel:
            if let value = call.value { return value == .messageValue ? nil : (call.target, "ether") }
            guard call.kind == .lowLevel else { return nil }
        case .function: break
        case .delegate: return nil
        }
        guard tokenCalls.contains(call.site.name), call.site.arguments.count == 2 else { return nil }
        return (call.site.arguments[0], "tokens")
    }

    private static func isChosen(_ recipient: Origin) -> Bool {
        recipient == .sender || recipient.parameterName != nil
    }

    /// Whether the caller's own tokens are taken somewhere.
    private static func takesPayment(_ trace: Trace) -> Bool {
        trace.calls.contains { call in
            guard !tokenCalls.contains(call.site.name) else { return false }
            return call.site.arguments.contains(.sender)
        }
    }
}
