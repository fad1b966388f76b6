package import Model

/// Why a step ran or was reused, as a person reads it.
package enum WhyText {
    /// Of more fields of one kind that are as they were only the number is told.
    private static let mostUnchanged = 3
    /// What every fingerprint has; worth a line only where it differs.
    private static let always: Set<Substring> = ["schema", "step"]

    /// A headline, then what went wrong where something did, then field by field what differs and what does not.
    ///
    /// - Parameters:
    ///   - explanation: The step.
    ///   - all: Whether each field has a line of its own.
    /// - Returns: Lines, the last with a line break too.
    package static func render(_ explanation: StepExplanation, all: Bool) -> String {
        let step = explanation.now.step
        var lines = ["\(step.id) \(headline(explanation))"]
        if let failure = step.failure, explanation.cause != .notDone {
            lines.append("  \(step.status?.rawValue ?? "failed"): \(failure.message)")
        }
        if let fields = explanation.fields {
            lines += TextTable(rows(fields, isFirst: explanation.since == nil, all: all)).lines
        } else if step.fingerprint != nil {
            lines.append("  the fields are not kept any more, so what differs cannot be told")
        }
        lines.append("run \(explanation.now.run)\(explanation.since.map { ", beside \($0.run)" } ?? "")")
        return PastRunText.text(lines.map(\.plainForTerminal))
    }

    /// What follows the step's name.
    static func headline(_ explanation: StepExplanation) -> String {
        let step = explanation.now.step
        let since = explanation.since.map(name)
        switch explanation.cause {
        case .changed: return "ran because its fingerprint changed since \(since ?? "before")"
        case .firstTime: return "ran because it had not been done before"
        case .again(let reason):
            let why = reason.isEmpty ? "" : ": \(reason)"
            return "ran again, though nothing changed since \(since ?? "before")\(why)"
        case .reused: return "was reused: nothing changed since \(since ?? "before")"
        case .doneElsewhere:
            let changed = since.map { "; its fingerprint changed since \($0)" } ?? ""
            return "was reused: its work had been done by a plan or another project\(changed)"
        case .failedBefore:
            return "failed so before\(since.map { ", in \($0)" } ?? ""), and nothing changed"
        case .effect(let reason):
            let verb =
                step.status == .reused ? "was kept" : step.status == .refused ? "was refused" : "was done"
            let why = step.failure?.message ?? reason
            return why.isEmpty ? verb : "\(verb): \(why)"
        case .notDone: return unfinished(step)
        }
    }

    private static func unfinished(_ step: PastRunDetail.Step) -> String {
        let why = step.failure.map { ": \($0.message)" } ?? ""
        switch step.status {
        case .failed: return "failed\(why)"
        case .blocked: return "is blocked\(why)"
        case .skipped where step.failure != nil: return "was skipped\(why)"
        case .skipped:
            return "was skipped: \(step.skippedAfter?.rawValue ?? "a step that it needs") did not end well"
        case .cancelled: return "was cancelled: the run was interrupted"
        case .succeeded, .reused, .refused, nil: return "has no end: the run goes on, or was killed"
        }
    }

    /// `run 77ac (2026-11-20)`.
    static func name(_ run: StepInRun) -> String {
        "run \(run.run.split(separator: "-").last ?? "") (\(run.startedAt.day))"
    }

    private static func rows(_ fields: [FieldComparison], isFirst: Bool, all: Bool) -> [[String]] {
        let quiet = fields.filter { isFirst || !$0.isChanged }
        let counts = Dictionary(grouping: quiet, by: \.kind).mapValues(\.count)
        let note = isFirst ? "" : "unchanged"
        var counted: Set<Substring> = []
        return fields.compactMap { field in
            guard isFirst || !field.isChanged else { return ["  \(field.label)", field.change, ""] }
            if all { return ["  \(field.label)", field.value, note] }
            if always.contains(field.kind) { return nil }
            guard let count = counts[field.kind], count > mostUnchanged else {
                return ["  \(field.label)", field.value, note]
            }
            guard counted.insert(field.kind).inserted else { return nil }
            let others =
                fields.contains { $0.kind == field.kind && $0.isChanged } && !isFirst ? "others" : "fields"
            return ["  \(field.kind)", "\(PlainWords.grouped(count)) \(others)", note]
        }
    }
}
