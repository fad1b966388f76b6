import EthereumTypes
package import Model

/// The text at the end of a run on a terminal: what stopped, what is where, the sums.
///
/// Plain text without colour; a printer may add it. Untrusted text cannot steer the terminal.
package struct RunSummary: Sendable {
    package let text: String
    private let reading: RunReading
    private let reportPath: String?

    /// Renders a run.
    ///
    /// - Parameters:
    ///   - reading: The run.
    ///   - reportPath: Where report.md is, for the last line.
    package init(_ reading: RunReading, reportPath: String? = nil) {
        let last = [Self.sums(reading), reportPath?.plainForTerminal].compactMap(\.self).joined(
            separator: "\n")
        let blocks =
            Self.refusals(reading) + Self.failures(reading)
            + [Self.deployments(reading), Self.verifications(reading), last]
        text = blocks.filter { !$0.isEmpty }.joined(separator: "\n\n") + "\n"
        self.reading = reading
        self.reportPath = reportPath
    }

    /// The same in parts.
    package var messages: [Message] {
        let steps = reading.steps.filter { [.failed, .blocked].contains($0.end.status) }
        let failures = steps.flatMap { step in
            step.end.failure.map { Message.all(of: $0, step: step.planned.id) }
                ?? [Message(.error, step.reason, step: step.planned.id)]
        }
        let unverified = reading.verifications.filter { $0.status != .verified }.map { fact in
            Message(
                .warning,
                "\(fact.subject) \(fact.service.rawValue) \(fact.status.rawValue): \(fact.message)",
                code: "not-verified"
            )
        }
        let deployments = reading.deployments.map { deployment in
            let words = [
                "\(deployment.name)@\(deployment.network)", deployment.action.rawValue, deployment.address,
                Self.cost(of: deployment) ?? deployment.reason,
            ]
            return Message(.info, words.compactMap(\.self).joined(separator: "   "))
        }
        return refused + failures + unverified + deployments + [Message(.info, Self.sums(reading))]
            + (reportPath.map { [Message(.info, $0)] } ?? [])
    }

    /// What policies refused, and the findings for which they did.
    private var refused: [Message] {
        reading.refusals.flatMap { verdict, networks in
            let place = networks.isEmpty ? "" : " on \(networks.joined(separator: ", "))"
            let findings = reading.stoppers.filter {
                $0.contract == verdict.contract && verdict.refused.contains($0.id)
            }
            let reasons = verdict.reasons.joined(separator: ", ")
            let step = reading.steps.first {
                $0.end.status == .refused && $0.planned.id.subject == verdict.contract
            }?.planned.id
            return [
                Message(
                    .error,
                    "\(verdict.contract)\(place) is refused by policy \(verdict.policy): \(reasons)",
                    code: "policy-refused",
                    step: step
                )
            ] + findings.map { Self.message(of: $0, step: step) }
        }
    }

    private static func message(of finding: Finding, step: StepID?) -> Message {
        let function = finding.function.map { ".\($0)" } ?? ""
        return Message(
            .error,
            "\(finding.title) in \(finding.contract)\(function)",
            code: finding.qualifiedRule,
            hint: finding.recommendation.isEmpty ? nil : finding.recommendation,
            at: finding.location.map { FileLocation(file: $0.file, line: $0.line, column: $0.column) },
            step: step
        )
    }

    private static func refusals(_ reading: RunReading) -> [String] {
        reading.refusals.map { verdict, networks in
            let place = networks.isEmpty ? "" : " on \(networks.joined(separator: ", "))"
            let what = verdict.contract + place
            let head =
                "refused  \(plain(what))   policy \(plain(verdict.policy)): "
                + plain(verdict.reasons.joined(separator: ", "))
            let refused = Set(verdict.refused)
            let findings = reading.stoppers.filter {
                $0.contract == verdict.contract && refused.contains($0.id)
            }
            return ([head] + findings.map { indented(words(of: $0)) }).joined(separator: "\n")
        }
    }

    private static func words(of finding: Finding) -> String {
        // The rule is what a policy's entry would name.
        let name = [finding.qualifiedRule, finding.classification.swc].compactMap(\.self).joined(
            separator: " ")
        let function = finding.function.map { ".\($0)" } ?? ""
        var head = "\(plain(name)) \(plain(finding.title)) in \(plain(finding.contract + function))"
        var lines: [String] = []
        if let span = finding.location {
            head += "   \(plain(span.file)):\(span.line):\(span.column)"
            let excerpt = SourceExcerpt(line: span.text, number: span.line, column: span.column, length: 0)
            lines.append(excerpt.description)
        }
        if !finding.recommendation.isEmpty { lines.append("mend: \(plain(finding.recommendation))") }
        return ([head] + lines).joined(separator: "\n")
    }

    private static func failures(_ reading: RunReading) -> [String] {
        reading.steps.filter { [.failed, .blocked].contains($0.end.status) }.map { step in
            let word = step.end.status.rawValue
            let pad = String(repeating: " ", count: 9 - word.count)
            var lines = ["\(word)\(pad)\(plain(step.planned.id.rawValue))   \(plain(step.reason))"]
            for diagnostic in step.end.failure?.diagnostics ?? [] {
                lines.append(indented(diagnostic.description))
            }
            if let hint = step.end.failure?.ownHint { lines.append(indented("hint: \(plain(hint))")) }
            return lines.joined(separator: "\n")
        }
    }

    private static func deployments(_ reading: RunReading) -> String {
        let rows = reading.deployments.map { deployment in
            [
                "  \(deployment.action.sign) \(plain("\(deployment.name)@\(deployment.network)"))",
                deployment.action.rawValue,
                plain(deployment.address ?? "–"),
                cost(of: deployment) ?? plain(deployment.reason),
            ]
        }
        guard !rows.isEmpty else { return "" }
        return "deployments\n" + aligned(rows)
    }

    /// What could not be shown to the world, which does not fail a run and so would be missed.
    private static func verifications(_ reading: RunReading) -> String {
        let rows = reading.verifications.filter { $0.status != .verified }.map { fact in
            [
                "  \(plain(fact.subject))", fact.service.rawValue,
                fact.status.rawValue,
                plain(fact.message),
            ]
        }
        return rows.isEmpty ? "" : "sources not verified\n" + aligned(rows)
    }

    /// Gas and fee where something was paid.
    private static func cost(of deployment: DeploymentFact) -> String? {
        guard let gas = deployment.gasUsed else { return nil }
        let fee = deployment.feePaidWei.flatMap { UInt128($0) }.map {
            "   " + PlainWords.money(Wei($0), coin: KnownChain.coin(of: deployment.chainID))
        }
        return "\(PlainWords.grouped(gas)) gas\(fee ?? "")"
    }

    private static func sums(_ reading: RunReading) -> String {
        let reused = reading.count(.reused)
        let good = reading.count(.succeeded) + reused
        var parts = ["\(PlainWords.grouped(good)) succeeded"]
        if reused > 0 { parts[0] += " (\(PlainWords.grouped(reused)) reused)" }
        for status in [StepEnd.Status.failed, .refused, .blocked, .skipped, .cancelled] {
            let count = reading.count(status)
            if count > 0 { parts.append("\(PlainWords.grouped(count)) \(status.rawValue)") }
        }
        if reading.end.status == .degraded { parts.append("degraded") }
        parts.append(PlainWords.duration(milliseconds: reading.end.durationMilliseconds))
        if let spent = PlainWords.spent(reading.networks) { parts.append(spent) }
        return parts.joined(separator: " · ")
    }

    private static func plain(_ text: String) -> String {
        text.split(whereSeparator: \.isWhitespace).joined(separator: " ").plainForTerminal
    }

    /// Lines moved under a heading; each is made plain, since some come from tools.
    private static func indented(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false)
            .map { "         \(String($0).plainForTerminal)" }.joined(separator: "\n")
    }

    private static func aligned(_ rows: [[String]]) -> String {
        let widths = (0..<(rows.first?.count ?? 0)).map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            zip(row, widths).enumerated().map { column, cell in
                let pad = column == row.count - 1 ? 0 : cell.1 - cell.0.count
                return cell.0 + String(repeating: " ", count: pad)
            }.joined(separator: "   ")
        }.joined(separator: "\n")
    }
}

extension DeploymentFact.Action {
    /// One sign for what happened, as plans print it.
    fileprivate var sign: String {
        switch self {
        case .created: "+"
        case .kept: "="
        case .replaced, .upgraded: "~"
        case .proposed: "?"
        case .failed: "✗"
        case .blocked: "!"
        case .skipped: "-"
        }
    }
}
