import Model

/// In what two runs differ, as a person reads it: `-` only before, `+` only after, `~` in both and not the same.
package enum RunDiffText {
    /// Of more that changed in the same way only the number is told.
    private static let mostNamed = 20

    /// Renders what differs, or that nothing does.
    package static func render(_ diff: RunDiff, before: ListedRun, after: ListedRun) -> String {
        var lines = TextTable([
            ["before", before.run.id, before.state.words, before.run.project],
            ["after", after.run.id, after.state.words, after.run.project],
        ]).lines
        let sections = [steps(diff), findings(diff), deployments(diff)]
        for section in sections where !section.isEmpty { lines += [""] + section }
        if diff.isEmpty { lines += ["", "nothing differs"] }
        return PastRunText.text(lines)
    }

    private static func steps(_ diff: RunDiff) -> [String] {
        var lines = named(diff.stepsGone.map { ["  -", $0.id.rawValue] }, "  - ", "only before")
        lines += named(diff.stepsNew.map { ["  +", $0.id.rawValue, words(of: $0)] }, "  + ", "only after")
        let groups = Dictionary(grouping: diff.stepsChanged) { step in
            let (before, after) = (status(step.before), status(step.after))
            return before == after ? after : "\(before) → \(after)"
        }
        for (change, steps) in groups.sorted(by: { $0.key < $1.key }) {
            let rows = steps.map { step in
                ["  ~", step.after.id.rawValue, change, words(of: step.after)]
            }
            lines += named(rows, "  ~ ", change)
        }
        return lines.isEmpty ? [] : ["steps"] + lines
    }

    private static func findings(_ diff: RunDiff) -> [String] {
        let rows =
            diff.findingsGone.map { row("  -", $0) } + diff.findingsNew.map { row("  +", $0) }
            + diff.notAudited.map { ["  ?", "", $0, "was not audited the second time", ""] }
        return rows.isEmpty ? [] : ["findings"] + TextTable(rows).lines
    }

    private static func deployments(_ diff: RunDiff) -> [String] {
        var rows = diff.deploymentsGone.map { ["  -", PastRunText.place($0), $0.address ?? "–"] }
        rows += diff.deploymentsNew.map { ["  +", PastRunText.place($0), $0.address ?? "–"] }
        rows += diff.deploymentsChanged.map { deployment in
            ["  ~", PastRunText.place(deployment.after), changes(deployment)]
        }
        return rows.isEmpty ? [] : ["deployments"] + TextTable(rows).lines
    }

    /// What is not the same about a deployment, in words.
    private static func changes(_ deployment: RunDiff.ChangedDeployment) -> String {
        let (before, after) = (deployment.before, deployment.after)
        var words: [String] = []
        if before.address != after.address {
            words.append("address \(before.address ?? "–") → \(after.address ?? "–")")
        }
        if before.contract != after.contract {
            words.append("contract \(before.contract) → \(after.contract)")
        }
        if before.chainID != after.chainID { words.append("chain \(before.chainID) → \(after.chainID)") }
        if before.initCodeDigest != after.initCodeDigest { words.append("other init code") }
        if before.runtimeCodeDigest != after.runtimeCodeDigest { words.append("other runtime code") }
        if before.constructorArguments != after.constructorArguments { words.append("other arguments") }
        return words.joined(separator: ", ")
    }

    private static func row(_ sign: String, _ finding: PastRunDetail.Finding) -> [String] {
        let place = finding.file.map { file in finding.line.map { "\(file):\($0)" } ?? file } ?? ""
        return [sign, finding.severity.rawValue, finding.contract, "\(finding.tool)/\(finding.rule)", place]
    }

    private static func status(_ step: PastRunDetail.Step) -> String { step.status?.rawValue ?? "no end" }

    private static func words(of step: PastRunDetail.Step) -> String { step.failure?.message ?? step.reason }

    private static func named(_ rows: [[String]], _ sign: String, _ change: String) -> [String] {
        guard rows.count > mostNamed else { return TextTable(rows).lines }
        return ["\(sign)\(PlainWords.count(rows.count, "step"))  \(change)"]
    }
}
