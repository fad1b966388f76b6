/// How bad it would be.
package enum Severity: String, Codable, Comparable, CaseIterable, Sendable {
    case informational, low, medium, high, critical

    private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }

    package static func < (left: Severity, right: Severity) -> Bool { left.rank < right.rank }
}

/// How sure the tool is.
package enum Confidence: String, Codable, Comparable, CaseIterable, Sendable {
    case low, medium, high

    private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }

    package static func < (left: Confidence, right: Confidence) -> Bool { left.rank < right.rank }
}

/// A problem that an audit found in a contract.
package struct Finding: Hashable, Codable, Sendable {
    /// Identifiers of public lists of weaknesses.
    package struct Classification: Hashable, Codable, Sendable {
        /// `SWC-107`.
        package var swc: String?
        /// `SC08:2026`.
        package var owasp: String?
        /// `CWE-841`.
        package var cwe: String?

        package init(swc: String? = nil, owasp: String? = nil, cwe: String? = nil) {
            self.swc = swc
            self.owasp = owasp
            self.cwe = cwe
        }
    }

    /// A span of a source file, counted from one; columns count UTF-8 bytes.
    package struct Span: Hashable, Codable, Sendable {
        /// Relative to the project's root.
        package var file: String
        package var line: Int
        package var column: Int
        package var endLine: Int
        /// The text of `line`, for reports.
        package var text: String

        package init(file: String, line: Int, column: Int, endLine: Int, text: String) {
            self.file = file
            self.line = line
            self.column = column
            self.endLine = endLine
            self.text = text
        }
    }

    package enum Status: String, Codable, Sendable { case open, suppressed, baseline }

    /// Stays the same when unrelated lines move.
    package var id: String
    /// `solc`, `hyperkit`, `slither`.
    package var tool: String
    /// The tool's name for the rule, without the tool.
    package var rule: String
    package var severity: Severity
    package var confidence: Confidence
    package var contract: String
    package var function: String?
    package var location: Span?
    package var title: String
    package var description: String
    package var recommendation: String
    package var classification: Classification
    package var status: Status
    /// `tool/rule` of other tools' findings that say the same of the same place.
    package var alsoReportedBy: [String]

    package init(
        id: String,
        tool: String,
        rule: String,
        severity: Severity,
        confidence: Confidence,
        contract: String,
        function: String? = nil,
        location: Span? = nil,
        title: String,
        description: String,
        recommendation: String,
        classification: Classification = Classification(),
        status: Status = .open,
        alsoReportedBy: [String] = []
    ) {
        self.id = id
        self.tool = tool
        self.rule = rule
        self.severity = severity
        self.confidence = confidence
        self.contract = contract
        self.function = function
        self.location = location
        self.title = title
        self.description = description
        self.recommendation = recommendation
        self.classification = classification
        self.status = status
        self.alsoReportedBy = alsoReportedBy
    }

    /// `hyperkit/reentrancy`: how a policy names it.
    package var qualifiedRule: String { "\(tool)/\(rule)" }
}

/// How a tool's look at one contract ended; a silent tool is never clean.
package enum ToolEnd: String, Codable, CaseIterable, Sendable {
    case ok, failed, timedOut, unsupported, missing
}

/// What one tool did for one audit.
package struct ToolRun: Hashable, Codable, Sendable {
    package var name: String
    package var version: String
    /// Of the program, where it is one.
    package var digest: Digest?
    package var end: ToolEnd
    /// Why it did not end ok.
    package var message: String?

    package init(name: String, version: String, digest: Digest? = nil, end: ToolEnd, message: String? = nil) {
        self.name = name
        self.version = version
        self.digest = digest
        self.end = end
        self.message = message
    }
}
