package import Foundation
package import Model

/// What an audit step stores, by the names of its outputs.
package enum AuditOutput {
    package static let findings = "findings.json"
    /// What Slither printed, as it printed it; only where it ran.
    package static let slither = "slither.json"
}

/// `findings.json`, version 1: how each tool ended and what was found, before any policy looks at it.
package struct AuditV1: Codable, Hashable, Sendable {
    package var version = 1
    package var tools: [ToolRun]
    package var findings: [Finding]

    package init(tools: [ToolRun], findings: [Finding]) {
        self.tools = tools
        self.findings = findings
    }

    /// Sorted keys, so that equal findings are equal bytes.
    ///
    /// - Throws: ``StepFailure`` coded `audit-output`; cannot happen for values of this type.
    package func encoded() throws(StepFailure) -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return try encoder.encode(self)
        } catch {
            throw StepFailure(code: "audit-output", "the findings cannot be written: \(error)")
        }
    }
}
