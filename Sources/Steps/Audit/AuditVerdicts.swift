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
        let verdicts = verdicts(
            of: audit,
            contract: contract,
            gates: action.gates,
            codeDigest: codeDigest,
            runtimeCodeBytes: runtimeCodeBytes
        )
        let findings = audit.findings.map { finding in
            var finding = finding
            if isIgnored(finding, by: action.gates) { finding.status = .suppressed }
            return finding
        }
        let fact = AuditFact(contract: contract, tools: audit.tools, findings: findings, verdicts: verdicts)
        return Interpretation(facts: [.audit(fact)], refusal: refusal(verdicts))
    }

    /// What each gate says of what the audit and compile steps of a contract stored.
    ///
    /// - Throws: ``StepFailure`` where what is stored cannot be read.
    static func verdicts(
        contract: ContractName,
        gates: [AuditAction.Gate],
        audit: StoredOutputs,
        compiled: StoredOutputs
    ) throws(StepFailure) -> [Verdict] {
        guard let runtime = compiled.outputs.first(where: { $0.name == CompileOutput.runtimeCode }) else {
            throw StepFailure(code: "lost-output", "there is no output '\(CompileOutput.runtimeCode)'")
        }
        return verdicts(
            of: try AuditV1.decoded(try audit.bytes(AuditOutput.findings)),
            contract: contract.rawValue,
            gates: gates,
            codeDigest: runtime.digest,
            runtimeCodeBytes: runtime.bytes
        )
    }

    private static func verdicts(
        of audit: AuditV1,
        contract: String,
        gates: [AuditAction.Gate],
        codeDigest: Digest,
        runtimeCodeBytes: Int
    ) -> [Verdict] {
        gates.map { gate in
            gate.policy.verdict(
                contract: contract,
                network: gate.network,
                findings: audit.findings,
                tools: audit.tools,
                codeDigest: codeDigest,
                runtimeCodeBytes: runtimeCodeBytes
            )
        }
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
