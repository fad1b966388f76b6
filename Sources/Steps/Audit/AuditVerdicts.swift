package import Engine
package import Model

/// What the gates of an audit make of its findings.
package enum AuditVerdicts {
    /// The fact for the record, and why the contract may go nowhere, where that is so.
    ///
    /// A finding is suppressed where every policy that listens to its tool ignores its rule. The step is refused where a
    /// gate for all networks refuses, or where every gate does; what one network's gate says stops that network alone.
    package static func interpretation(
        of audit: AuditV1,
        for action: AuditAction,
        codeDigest: Digest,
        runtimeCodeBytes: Int
    ) -> Interpretation {
        let contract = action.contract.description
        let verdicts = action.gates.map { gate in
            gate.policy.verdict(
                contract: contract,
                network: gate.network,
                findings: audit.findings,
                tools: audit.tools,
                codeDigest: codeDigest,
                runtimeCodeBytes: runtimeCodeBytes
            )
        }
        let findings = audit.findings.map { finding in
            var finding = finding
            if isIgnored(finding, by: action.gates) { finding.status = .suppressed }
            return finding
        }
        let fact = AuditFact(contract: contract, tools: audit.tools, findings: findings, verdicts: verdicts)
        return Interpretation(facts: [.audit(fact)], refusal: refusal(verdicts))
    }

    private static func isIgnored(_ finding: Finding, by gates: [AuditAction.Gate]) -> Bool {
        let listening = gates.map(\.policy).filter { $0.tools.contains(finding.tool) }
        return !listening.isEmpty
            && listening.allSatisfy { policy in
                policy.ignored.contains { $0.rule == finding.qualifiedRule }
            }
    }

    private static func refusal(_ verdicts: [Verdict]) -> String? {
        let refused = verdicts.filter { !$0.passed }
        let general = refused.filter { $0.network == nil }
        let decisive = !general.isEmpty ? general : refused.count == verdicts.count ? refused : []
        var texts: [String] = []
        for verdict in decisive {
            let text = "policy \(verdict.policy): \(verdict.reasons.joined(separator: ", "))"
            if !texts.contains(text) { texts.append(text) }
        }
        return texts.isEmpty ? nil : texts.joined(separator: "; ")
    }
}
