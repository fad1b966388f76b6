import Model

/// State that is written after control was given away.
///
/// Worst where ether goes along and the state was read before: the classic theft. What the caller's own code cannot come
/// back into (2300 gas, a lock, an entry for authorities) is left out or is low. Taking tokens in before booking them is
/// common practice and is left out.
enum ReentrancyDetector {
    static let rule = Rule(
        "reentrancy",
        title: "State is written after an external call",
        recommendation: """
            Write all state before the call (checks, effects, interactions), or put a lock such as nonReentrant on the \
            function and on every other that reads the same state.
            """,
        classification: Weakness.reentrancy
    )

    static func findings(_ examination: Examination) -> [FindingDraft] {
        var found: [Int: FindingDraft] = [:]
        for trace in examination.traces where !trace.isLocked {
            for (position, call) in trace.calls.enumerated() where !isPull(call, examination) {
                let writes = trace.writes.filter { $0.after.contains(position) }
                guard let worst = writes.map({ severity(of: call, before: $0) }).max() else { continue }
                let names = Set(
                    writes.filter { severity(of: call, before: $0) == worst }
                        .map { examination.name(of: $0.variable) }
                ).sorted()
                let draft = examination.draft(
                    rule, worst, worst >= .medium ? .medium : .low, at: call.site.node,
                    """
                    \(trace.name) gives control away (\(describe(call))) and then writes \
                    \(names.joined(separator: ", ")). Whoever is called can come back while the old value is still \
                    there.
                    """
                )
                let known = found[call.site.node.id]
                if known.map({ $0.severity < draft.severity }) ?? true { found[call.site.node.id] = draft }
            }
        }
        return found.sorted { $0.key < $1.key }.map(\.value)
    }

    private static func severity(of call: Trace.Call, before write: Trace.Write) -> Severity {
        guard call.readsBefore.contains(write.variable), call.condition.guardLevel < .authority else {
            return .low
        }
        switch call.kind {
        case .lowLevel: return call.value != nil && call.target != .fixed ? .high : .medium
        case .function: return .medium
        case .delegate: return call.target.parameterName == nil ? .low : .medium
        case .stipend: return .informational
        }
    }

    private static func isPull(_ call: Trace.Call, _ examination: Examination) -> Bool {
        if call.kind == .stipend { return true }
        return call.site.name.lowercased().contains("transferfrom") && call.site.arguments.contains(.this)
    }

    private static func describe(_ call: Trace.Call) -> String {
        switch call.kind {
        case .lowLevel where call.value != nil: "a call that sends ether"
        case .delegate: "a delegatecall"
        case .function, .lowLevel, .stipend: call.site.name == "call" ? "a low-level call" : call.site.name
        }
    }
}
