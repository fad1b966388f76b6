import Model

extension ReportV1 {
    package struct Tool: Codable, Hashable, Sendable {
        package var name: String
        package var version: String
        package var digest: OrNull<String>
        package var status: String
        package var steps: [String]
        package var messages: [String]
    }

    package struct Finding: Codable, Hashable, Sendable {
        package struct Location: Codable, Hashable, Sendable {
            package var file: String
            package var line: Int
            package var column: Int
            package var endLine: Int
        }

        package struct Classification: Codable, Hashable, Sendable {
            package var swc: String?
            package var owasp: String?
            package var cwe: String?
        }

        package var id: String
        package var tool: String
        package var rule: String
        package var severity: String
        package var confidence: String
        package var contract: String
        package var function: String?
        package var location: OrNull<Location>
        package var title: String
        package var description: String
        package var recommendation: String
        package var classification: Classification
        package var status: String
        package var alsoReportedBy: [String]
    }

    package struct Verdict: Codable, Hashable, Sendable {
        package var contract: String
        /// null: on every network.
        package var network: OrNull<String>
        package var policy: String
        package var codeDigest: String
        package var passed: Bool
        package var reasons: [String]
        package var refused: [String]
    }
}

extension ReportV1.Tool {
    init(_ tool: RunReading.Tool) {
        name = tool.name
        version = tool.version
        digest = OrNull(tool.digest?.description)
        status = tool.end.rawValue
        steps = tool.steps
        messages = tool.messages
    }
}

extension ReportV1.Finding {
    init(_ finding: Finding) {
        id = finding.id
        tool = finding.tool
        rule = finding.rule
        severity = finding.severity.rawValue
        confidence = finding.confidence.rawValue
        contract = finding.contract
        function = finding.function
        location = OrNull(
            finding.location.map {
                Location(file: $0.file, line: $0.line, column: $0.column, endLine: $0.endLine)
            }
        )
        title = finding.title
        description = finding.description
        recommendation = finding.recommendation
        classification = Classification(
            swc: finding.classification.swc,
            owasp: finding.classification.owasp,
            cwe: finding.classification.cwe
        )
        status = finding.status.rawValue
        alsoReportedBy = finding.alsoReportedBy.sorted()
    }
}

extension ReportV1.Verdict {
    init(_ verdict: Verdict) {
        contract = verdict.contract
        network = OrNull(verdict.network)
        policy = verdict.policy
        codeDigest = verdict.codeDigest.description
        passed = verdict.passed
        reasons = verdict.reasons
        refused = verdict.refused
    }
}
