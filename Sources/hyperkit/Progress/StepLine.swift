import Model
import Reports

/// What a person reads of a finished step.
enum StepLine {
    /// One line, without the details that the end of the run tells.
    static func line(_ step: StepID, _ end: StepEnd) -> String {
        let name = "\(end.status.rawValue.padded(to: 10)) \(step.rawValue)"
        let words: String
        switch end.status {
        case .reused: words = "  (\(end.reason))"
        case .succeeded:
            let why = end.reason.isEmpty ? "" : "  (\(end.reason))"
            words = "  \(PlainWords.duration(milliseconds: end.durationMilliseconds))\(why)"
        case .skipped: words = "  \(end.failure?.message ?? "after \(end.skippedAfter?.rawValue ?? "?")")"
        case .cancelled: words = ""
        case .failed, .refused, .blocked: words = "  \(end.failure?.message ?? "")"
        }
        return (name + words).plainForTerminal
    }

    /// The diagnostics and the hint of an end that is not good.
    static func details(_ end: StepEnd) -> [String] {
        guard let failure = end.failure else { return [] }
        let hint = failure.ownHint.map { "  hint: \($0.plainForTerminal)" }
        return failure.diagnostics.map(\.forTerminal) + (hint.map { [$0] } ?? [])
    }

    /// `treasury · 61 steps · nothing changed since run 77ac`.
    static func repeated(_ project: String, run: String, steps: Int) -> String {
        "\(project) · \(PlainWords.count(steps, "step")) · nothing changed since run \(run)".plainForTerminal
    }

    /// `treasury · 14 contracts, 3 networks, 9 deployments · 61 steps`.
    static func heading(_ project: String, _ steps: [PlannedStep]) -> String {
        let deployments = steps.compactMap(\.deployment)
        let counts = [
            (steps.count { $0.id.kind == .compile }, "contract"),
            (steps.count { $0.id.kind == .check }, "check"),
            (Set(deployments.map(\.network)).count, "network"), (deployments.count, "deployment"),
        ]
        let parts = counts.filter { $0.0 > 0 }.map { PlainWords.count($0, $1) }.joined(separator: ", ")
        return [project, parts, PlainWords.count(steps.count, "step")].filter { !$0.isEmpty }
            .joined(separator: " · ").plainForTerminal
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String {
        count < width ? self + String(repeating: " ", count: width - count) : self
    }
}
