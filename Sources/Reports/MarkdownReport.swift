import EthereumTypes
import Model

/// `report.md`: a reader who stops after the first screen knows whether to merge.
///
/// Whatever comes from a manifest, a source or a tool goes through ``MarkdownText``.
package struct MarkdownReport: Sendable {
    package let text: String

    package init(_ reading: RunReading) {
        let sections = [
            Self.top(reading), Self.networks(reading), Self.deployments(reading), Self.calls(reading),
            Self.verifications(reading), Self.stoppers(reading), Self.failures(reading),
            Self.details(reading),
        ]
        text = sections.filter { !$0.isEmpty }.joined(separator: "\n\n") + "\n"
    }

    private static func top(_ reading: RunReading) -> String {
        let header = reading.header
        let facts = [
            "run \(MarkdownText.code(header.id))", "by \(MarkdownText.prose(header.actor))",
            header.startedAt.rfc3339, PlainWords.duration(milliseconds: reading.end.durationMilliseconds),
            "hyperkit \(MarkdownText.prose(header.hyperkitVersion))", "exit code \(reading.end.exitCode)",
        ]
        return """
            # \(MarkdownText.prose(header.project)): \(reading.end.status.rawValue)

            **\(Headline.sentence(reading))**

            \(facts.joined(separator: " · "))
            """
    }

    private static func networks(_ reading: RunReading) -> String {
        guard !reading.networks.isEmpty else { return "" }
        let rows = reading.networks.map { network in
            [
                MarkdownText.cellCode(network.fact.name), String(network.fact.chainID),
                words(network.fact.status), verdict(on: network.fact.name, reading),
                network.spent > .zero
                    ? PlainWords.cost(network.paid, coin: KnownChain.coin(of: network.fact.chainID)) : "–",
            ]
        }
        return "## Networks\n\n" + table(["network", "chain", "status", "verdict", "cost"], rows)
    }

    private static func verdict(on network: String, _ reading: RunReading) -> String {
        let here = reading.verdicts.filter { $0.network == nil || $0.network == network }
        let refused = here.filter { !$0.passed }
        guard !refused.isEmpty else { return here.isEmpty ? "–" : "✓ passed" }
        let names = refused.map {
            "\(MarkdownText.cellCode($0.contract)) (\(MarkdownText.prose($0.policy)))"
        }
        return "✗ refuses " + names.joined(separator: ", ")
    }

    private static func deployments(_ reading: RunReading) -> String {
        guard !reading.deployments.isEmpty else { return "" }
        let rows = reading.deployments.map { deployment in
            [
                MarkdownText.cellCode("\(deployment.name)@\(deployment.network)"),
                MarkdownText.cellCode(deployment.contract),
                deployment.action.rawValue,
                link(
                    deployment.address, "address",
                    explorer(of: deployment.network, deployment.chainID, reading)),
                deployment.codeMatches.map { $0 ? "✓" : "✗ differs" } ?? "–",
                link(
                    deployment.transactionHash, "tx",
                    explorer(of: deployment.network, deployment.chainID, reading)),
                deployment.gasUsed.map { PlainWords.grouped($0) } ?? "–",
                MarkdownText.prose(deployment.reason),
            ]
        }
        let columns = ["deployment", "contract", "", "address", "code", "transaction", "gas", "why"]
        return "## Deployments\n\n" + table(columns, rows)
    }

    private static func calls(_ reading: RunReading) -> String {
        guard !reading.calls.isEmpty else { return "" }
        let rows = reading.calls.map { call in
            [
                MarkdownText.cellCode("\(call.deployment)@\(call.network)/\(call.name)"),
                MarkdownText.cellCode(call.function), call.isMade ? "made" : "not needed",
                link(call.transactionHash, "tx", explorer(of: call.network, nil, reading)),
                MarkdownText.prose(call.reason),
            ]
        }
        return "## Calls\n\n" + table(["call", "function", "", "transaction", "why"], rows)
    }

    private static func verifications(_ reading: RunReading) -> String {
        guard !reading.verifications.isEmpty else { return "" }
        let rows = reading.verifications.map { fact in
            [
                MarkdownText.cellCode(fact.subject), fact.service.rawValue,
                fact.status == .verified ? "✓ verified" : "✗ \(fact.status.rawValue)",
                fact.url.flatMap(safe).map { "[source](\($0))" } ?? "–",
                MarkdownText.prose(fact.message),
            ]
        }
        return "## Sources\n\n" + table(["deployment", "service", "", "shown", "what it says"], rows)
    }

    private static func words(_ status: NetworkFact.Status) -> String {
        switch status {
        case .used: "used"
        case .unavailable: "unavailable"
        case .notNamed: "not named: nothing is deployed to it"
        }
    }

    /// Shortened, with a link where people know the chain; the text is only ever hexadecimal digits.
    private static func link(_ hex: String?, _ kind: String, _ explorer: String?) -> String {
        guard let hex else { return "–" }
        guard hex.hasPrefix("0x"), Hex.decode(hex) != nil else { return MarkdownText.cellCode(hex) }
        let short = hex.count > 42 ? "\(hex.prefix(10))…\(hex.suffix(6))" : hex
        guard let explorer else { return "`\(short)`" }
        return "[`\(short)`](\(explorer)/\(kind)/\(hex))"
    }

    /// Where people look at a network, as its manifest or its number says.
    private static func explorer(of network: String, _ chainID: UInt64?, _ reading: RunReading) -> String? {
        let fact = reading.networks.first { $0.fact.name == network }?.fact
        guard let url = fact?.explorer else {
            return (chainID ?? fact?.chainID).flatMap(KnownChain.explorer)
        }
        return safe(url)
    }

    /// A URL that a link cannot break out of; nil where it is another.
    private static func safe(_ url: String) -> String? {
        let isSafe = url.utf8.allSatisfy { byte in
            switch byte {
            case 48...57, 65...90, 97...122: true
            default: Array("-._~:/?#@!$&'*+,;=%".utf8).contains(byte)
            }
        }
        return isSafe && (url.hasPrefix("https://") || url.hasPrefix("http://")) ? url : nil
    }

    /// A table of cells that are Markdown already.
    static func table(_ columns: [String], _ rows: [[String]]) -> String {
        let lines =
            [columns, columns.map { _ in "---" }] + rows
        return lines.map { "| \($0.joined(separator: " | ")) |" }.joined(separator: "\n")
    }
}
