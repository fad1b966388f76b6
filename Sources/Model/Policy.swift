/// Which findings stop what.
package struct Policy: Hashable, Sendable {
    /// A description of findings that may not pass; all that is given must hold of a finding.
    package struct Refusal: Hashable, Sendable {
        /// This severity or worse.
        package var severity: Severity?
        /// This confidence or surer.
        package var confidence: Confidence?
        /// `tool/rule`.
        package var rule: String?

        package init(severity: Severity? = nil, confidence: Confidence? = nil, rule: String? = nil) {
            self.severity = severity
            self.confidence = confidence
            self.rule = rule
        }

        package func matches(_ finding: Finding) -> Bool {
            if let severity, finding.severity < severity { return false }
            if let confidence, finding.confidence < confidence { return false }
            if let rule, finding.qualifiedRule != rule { return false }
            return true
        }
    }

    /// Findings of a rule that the team accepts, and why.
    package struct Ignored: Hashable, Sendable {
        package var rule: String
        package var reason: String

        package init(rule: String, reason: String) {
            self.rule = rule
            self.reason = reason
        }
    }

    /// The tools that hyperkit has.
    package static let knownTools = ["solc", "hyperkit", "slither"]
    /// Where nothing is named and the manifest has no `default`.
    package static let builtIn = Policy(
        name: "built-in",
        tools: ["solc", "hyperkit"],
        refusals: [Refusal(severity: .high)]
    )

    package var name: String
    package var tools: [String]
    /// Which of the tools must end ok.
    package var required: [String]
    package var refusals: [Refusal]
    package var ignored: [Ignored]
    /// The largest runtime code, in bytes, beyond what the network itself allows.
    package var runtimeCodeBytes: Int?

    package init(
        name: String,
        tools: [String],
        required: [String]? = nil,
        refusals: [Refusal] = [],
        ignored: [Ignored] = [],
        runtimeCodeBytes: Int? = nil
    ) {
        self.name = name
        self.tools = tools
        self.required = required ?? tools
        self.refusals = refusals
        self.ignored = ignored
        self.runtimeCodeBytes = runtimeCodeBytes
    }
}

/// What one policy says of one contract on one network.
package struct Verdict: Hashable, Codable, Sendable {
    package var contract: String
    /// nil: for every network.
    package var network: String?
    package var policy: String
    /// Of the runtime code that was judged.
    package var codeDigest: Digest
    package var passed: Bool
    /// Why it did not pass; empty where it did.
    package var reasons: [String]
    /// The ids of the findings that were refused.
    package var refused: [String]

    package init(
        contract: String,
        network: String?,
        policy: String,
        codeDigest: Digest,
        passed: Bool,
        reasons: [String],
        refused: [String]
    ) {
        self.contract = contract
        self.network = network
        self.policy = policy
        self.codeDigest = codeDigest
        self.passed = passed
        self.reasons = reasons
        self.refused = refused
    }
}

extension Policy {
    /// Judges what the tools said of one contract.
    ///
    /// A required tool that did not end ok refuses, whatever was found. Tools that the policy does not name have no say.
    package func verdict(
        contract: String,
        network: String?,
        findings: [Finding],
        tools runs: [ToolRun],
        codeDigest: Digest,
        runtimeCodeBytes size: Int
    ) -> Verdict {
        var reasons: [String] = []
        for name in required {
            let run = runs.first { $0.name == name }
            switch run?.end {
            case .ok: break
            case .none: reasons.append("required tool \(name) did not run")
            case .failed, .timedOut, .unsupported, .missing:
                let why = run?.message.map { ": \($0)" } ?? ""
                reasons.append("required tool \(name) ended \(run?.end.rawValue ?? "missing")\(why)")
            }
        }
        if let limit = runtimeCodeBytes, size > limit {
            reasons.append("runtime code is \(size) bytes, more than the policy's \(limit)")
        }
        let ignoredRules = Set(ignored.map(\.rule))
        let refused = findings.filter { finding in
            finding.status == .open && tools.contains(finding.tool)
                && !ignoredRules.contains(finding.qualifiedRule)
                && refusals.contains { $0.matches(finding) }
        }
        for severity in Severity.allCases.reversed() {
            let count = refused.count { $0.severity == severity }
            if count > 0 { reasons.append("\(count) \(severity.rawValue)") }
        }
        return Verdict(
            contract: contract,
            network: network,
            policy: name,
            codeDigest: codeDigest,
            passed: reasons.isEmpty,
            reasons: reasons,
            refused: refused.map(\.id).sorted()
        )
    }
}
