import Model

extension MarkdownReport {
    /// What a policy refused: each finding with its line, why, mend and who found it.
    static func stoppers(_ reading: RunReading) -> String {
        let refusals = reading.refusals
        guard !refusals.isEmpty else { return "" }
        var parts = ["## What stopped"]
        parts.append(
            refusals.map { verdict, networks in
                let names = networks.map { MarkdownText.code($0) }.joined(separator: ", ")
                let place = networks.isEmpty ? "" : " on \(names)"
                let reasons = verdict.reasons.map { MarkdownText.prose($0) }.joined(separator: ", ")
                return "- \(MarkdownText.code(verdict.contract))\(place): policy "
                    + "\(MarkdownText.code(verdict.policy)) refuses: \(reasons)"
            }.joined(separator: "\n")
        )
        parts += reading.stoppers.map { "### \(heading(of: $0))\n\n\(body(of: $0))" }
        return parts.joined(separator: "\n\n")
    }

    private static func heading(of finding: Finding) -> String {
        let function = finding.function.map { ".\($0)" } ?? ""
        return "\(finding.severity.rawValue): \(MarkdownText.prose(finding.title)) in "
            + MarkdownText.code(finding.contract + function)
    }

    private static func body(of finding: Finding) -> String {
        var parts: [String] = []
        if let span = finding.location {
            parts.append(MarkdownText.code("\(span.file):\(span.line):\(span.column)"))
            let excerpt = SourceExcerpt(line: span.text, number: span.line, column: span.column, length: 0)
            parts.append(MarkdownText.block(excerpt.description, language: "solidity"))
        }
        var lines = ["- **why** \(MarkdownText.prose(finding.description))"]
        if !finding.recommendation.isEmpty {
            lines.append("- **mend** \(MarkdownText.prose(finding.recommendation))")
        }
        let finders = ([finding.qualifiedRule] + finding.alsoReportedBy.sorted()).map {
            MarkdownText.code($0)
        }
        let classes = [
            finding.classification.swc, finding.classification.owasp, finding.classification.cwe,
        ].compactMap(\.self).map { MarkdownText.prose($0) }
        let sure = "confidence \(finding.confidence.rawValue)"
        lines.append(
            "- **found by** \(finders.joined(separator: ", ")) · \(([sure] + classes).joined(separator: " · "))"
        )
        parts.append(lines.joined(separator: "\n"))
        return parts.joined(separator: "\n\n")
    }

    /// Steps that failed or are blocked, with what the tools said.
    static func failures(_ reading: RunReading) -> String {
        let steps = reading.steps.filter { [.failed, .blocked].contains($0.end.status) }
        guard !steps.isEmpty else { return "" }
        let parts = steps.map { step in
            var lines = ["### \(MarkdownText.code(step.planned.id.rawValue)) \(step.end.status.rawValue)"]
            if let failure = step.end.failure {
                lines.append("\(MarkdownText.prose(failure.message)) (\(MarkdownText.code(failure.code)))")
                if let hint = failure.ownHint { lines.append("**hint** \(MarkdownText.prose(hint))") }
                if !failure.diagnostics.isEmpty {
                    let said = failure.diagnostics.map(\.description).joined(separator: "\n")
                    lines.append(MarkdownText.block(said))
                }
            }
            return lines.joined(separator: "\n\n")
        }
        return (["## What failed"] + parts).joined(separator: "\n\n")
    }
}
