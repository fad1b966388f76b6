import Model

extension MarkdownReport {
    /// Everything else, folded.
    static func details(_ reading: RunReading) -> String {
        [
            findings(reading), contracts(reading), steps(reading), tools(reading), notes(reading),
            notCovered(reading), manifests(reading),
        ].filter { !$0.isEmpty }.joined(separator: "\n\n")
    }

    private static func folded(_ summary: String, _ body: String) -> String {
        "<details>\n<summary>\(summary)</summary>\n\n\(body)\n\n</details>"
    }

    private static func findings(_ reading: RunReading) -> String {
        let stopped = Set(reading.stoppers)
        let others = reading.findings.filter { !stopped.contains($0) }
        guard !others.isEmpty else { return "" }
        let groups = Dictionary(grouping: others, by: \.contract).sorted { $0.key < $1.key }
        let body = groups.map { contract, findings in
            let rows = findings.map { finding in
                [
                    finding.status == .open
                        ? finding.severity.rawValue
                        : "\(finding.severity.rawValue) (\(finding.status.rawValue))",
                    MarkdownText.cellCode(finding.qualifiedRule),
                    finding.location.map { MarkdownText.cellCode("\($0.file):\($0.line):\($0.column)") }
                        ?? "–",
                    MarkdownText.prose(finding.title),
                    MarkdownText.prose(finding.recommendation),
                ]
            }
            return "**\(MarkdownText.code(contract))**\n\n"
                + table(["severity", "rule", "where", "what", "mend"], rows)
        }.joined(separator: "\n\n")
        return folded("Other findings: \(PlainWords.grouped(others.count))", body)
    }

    private static func contracts(_ reading: RunReading) -> String {
        guard !reading.contracts.isEmpty else { return "" }
        let rows = reading.contracts.map { contract in
            [
                MarkdownText.cellCode(contract.name),
                "\(MarkdownText.cellCode(contract.path)) (\(contract.origin.rawValue))",
                MarkdownText.prose("\(contract.compilerName) \(contract.compilerVersion)"),
                size(contract.runtimeCodeBytes, of: 24_576),
                size(contract.initCodeBytes, of: 49_152),
                "`\(contract.runtimeCodeDigest.short)`",
            ]
        }
        let columns = [
            "contract", "source", "compiler", "runtime code (EIP-170)", "init code (EIP-3860)", "code digest",
        ]
        return folded("Contracts: \(PlainWords.grouped(reading.contracts.count))", table(columns, rows))
    }

    private static func size(_ bytes: Int, of limit: Int) -> String {
        let mark = bytes > limit ? "✗ " : ""
        return "\(mark)\(PlainWords.grouped(bytes)) of \(PlainWords.grouped(limit))"
    }

    private static func steps(_ reading: RunReading) -> String {
        guard !reading.steps.isEmpty else { return "" }
        let rows = reading.steps.map { step in
            [
                MarkdownText.cellCode(step.planned.id.rawValue), step.end.status.rawValue,
                PlainWords.duration(milliseconds: step.end.durationMilliseconds),
                MarkdownText.prose(step.reason),
            ]
        }
        return folded(
            "Steps: \(PlainWords.grouped(reading.steps.count))",
            table(["step", "status", "time", "why"], rows)
        )
    }

    private static func tools(_ reading: RunReading) -> String {
        guard !reading.tools.isEmpty else { return "" }
        let rows = reading.tools.map { tool in
            [
                MarkdownText.cellCode(tool.name), MarkdownText.prose(tool.version),
                tool.digest.map { "`\($0.short)`" } ?? "–", tool.end.rawValue,
                PlainWords.count(tool.steps.count, "step"),
            ]
        }
        return folded(
            "Tools: \(PlainWords.grouped(reading.tools.count))",
            table(["tool", "version", "digest", "status", "ran in"], rows)
        )
    }

    private static func notes(_ reading: RunReading) -> String {
        guard !reading.notes.isEmpty else { return "" }
        let lines = reading.notes.map { note in
            let place = note.location.map { "\(MarkdownText.code($0.description)): " } ?? ""
            return "- \(place)\(MarkdownText.prose(note.message)) (\(MarkdownText.code(note.code)))"
        }
        return folded("Notes: \(PlainWords.grouped(lines.count))", lines.joined(separator: "\n"))
    }

    private static func notCovered(_ reading: RunReading) -> String {
        guard !reading.notCovered.isEmpty else { return "" }
        let lines = reading.notCovered.map { "- \(MarkdownText.prose($0))" }
        return folded("Not covered by any tool of this run", lines.joined(separator: "\n"))
    }

    private static func manifests(_ reading: RunReading) -> String {
        guard !reading.header.manifests.isEmpty else { return "" }
        let lines = reading.header.manifests.map {
            "- \(MarkdownText.code($0.path)) `\($0.digest.description)`"
        }
        return folded("Manifests", lines.joined(separator: "\n"))
    }
}
