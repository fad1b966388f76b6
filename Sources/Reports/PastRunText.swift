package import Model

/// Recorded runs as a person reads them.
package enum PastRunText {
    /// One line a run, in the order given.
    package static func list(_ runs: [ListedRun]) -> String {
        let rows = runs.map { listed in
            [
                listed.run.id, listed.run.project, listed.state.words, time(listed.run.startedAt),
                duration(listed.run.end?.durationMilliseconds), steps(of: listed.run), listed.run.actor,
            ]
        }
        return text(TextTable(rows).lines)
    }

    /// A run's head, and one line a step.
    package static func show(_ detail: PastRunDetail, _ state: PastRunState) -> String {
        let run = detail.run
        var head = [
            ["run", run.id], ["project", run.project], ["status", state.words],
            ["started", time(run.startedAt)],
            ["took", duration(run.end?.durationMilliseconds)],
            ["by", "\(run.actor), hyperkit \(run.hyperkitVersion)"],
            ["steps", steps(of: run)],
        ]
        head += detail.manifests.map { ["manifest", "\($0.path)  \($0.digest)"] }
        var lines = TextTable(head).lines
        let rows = detail.steps.map { step in
            [
                step.status?.rawValue ?? "–", step.id.rawValue, duration(step.durationMilliseconds),
                step.failure?.message ?? step.reason,
            ]
        }
        if !rows.isEmpty { lines += [""] + TextTable(rows).lines }
        let made = detail.deployments.filter { $0.run == run.id }
        if !made.isEmpty {
            lines += ["", "deployments of this run"]
            lines += TextTable(made.map { ["  \(place($0))", $0.address ?? "–", $0.contract] }).lines
        }
        let counts = Severity.allCases.reversed().compactMap { severity in
            let count = detail.findings.count { $0.severity == severity }
            return count > 0 ? "\(PlainWords.grouped(count)) \(severity.rawValue)" : nil
        }
        if !counts.isEmpty { lines += ["", "findings  \(counts.joined(separator: ", "))"] }
        return text(lines)
    }

    /// `token@sepolia`.
    static func place(_ deployment: PastRunDetail.Deployment) -> String {
        "\(deployment.name)@\(deployment.network)"
    }

    /// To the second, in UTC.
    private static func time(_ time: Timestamp) -> String {
        time.rfc3339.prefix(19).replacing("T", with: " ") + " UTC"
    }

    private static func duration(_ milliseconds: Int64?) -> String {
        milliseconds.map { PlainWords.duration(milliseconds: $0) } ?? "–"
    }

    /// `58 of 61 steps (38 reused), 1 refused, 2 skipped`.
    private static func steps(of run: PastRun) -> String {
        let reused = run.steps[.reused] ?? 0
        let good = (run.steps[.succeeded] ?? 0) + reused
        var parts = ["\(PlainWords.grouped(good)) of \(PlainWords.count(run.total, "step"))"]
        if reused > 0 { parts[0] += " (\(PlainWords.grouped(reused)) reused)" }
        for status in [StepEnd.Status.failed, .refused, .blocked, .skipped, .cancelled] {
            if let count = run.steps[status] {
                parts.append("\(PlainWords.grouped(count)) \(status.rawValue)")
            }
        }
        if run.unended > 0 { parts.append("\(PlainWords.grouped(run.unended)) without an end") }
        return parts.joined(separator: ", ")
    }

    static func text(_ lines: [String]) -> String { lines.map { $0 + "\n" }.joined() }
}

extension PastRunState {
    /// For a person.
    var words: String {
        switch self {
        case .ended(let status): status.rawValue
        case .running: "running"
        case .unfinished: "unfinished"
        case .noEndRecorded: "no end recorded"
        }
    }
}
