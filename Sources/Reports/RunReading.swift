package import EthereumTypes
package import Model

/// A run record put in order for readers: every list sorted, every planned deployment told of, sums made.
///
/// Facts arrive in whatever order steps end in; nothing here depends on it.
package struct RunReading: Sendable {
    package struct Step: Sendable {
        package let planned: PlannedStep
        /// Cancelled where the run ended before the step did.
        package let end: StepEnd
        /// Why it ended so, in words; for a skipped step, what happened at the root of it.
        package let reason: String
    }

    /// One tool over all that it looked at.
    package struct Tool: Sendable {
        package let name: String
        package let version: String
        package let digest: Digest?
        /// The worst of its ends.
        package let end: ToolEnd
        /// The steps in which it ran, sorted.
        package let steps: [String]
        /// Why it did not end ok, by step.
        package let messages: [String]
    }

    /// One network with what left the accounts there.
    package struct Network: Sendable {
        package let fact: NetworkFact
        package let paid: Paid

        package var spent: Wei { paid.sum }
    }

    /// What transactions cost.
    package struct Paid: Hashable, Sendable {
        package var fees = Wei.zero
        /// What was sent along.
        package var value = Wei.zero

        package var sum: Wei { fees + value }

        static func + (left: Paid, right: Paid) -> Paid {
            Paid(fees: left.fees + right.fees, value: left.value + right.value)
        }
    }

    package let header: RunHeader
    package let end: RunEnd
    /// In plan order.
    package let steps: [Step]
    package let contracts: [ContractFact]
    package let tools: [Tool]
    package let findings: [Finding]
    package let verdicts: [Verdict]
    package let networks: [Network]
    package let deployments: [DeploymentFact]
    package let calls: [CallFact]
    package let verifications: [VerificationFact]
    package let notes: [Diagnostic]
    package let notCovered: [String]

    /// Reads a run; nil where it has not started or not ended.
    ///
    /// - Parameters:
    ///   - record: What happened.
    ///   - notCovered: What no tool of this run can see, in words; tools that did not end ok are added.
    package init?(_ record: RunRecord, notCovered: [String] = []) {
        guard let header = record.header, let end = record.end else { return nil }
        self.header = header
        self.end = end
        steps = record.steps.map { step in
            let end = step.end ?? .neverEnded
            return Step(planned: step.planned, end: end, reason: Self.words(of: end, in: record))
        }
        contracts = record.contracts.sorted { ($0.name, $0.path) < ($1.name, $1.path) }
        tools = Self.tools(of: record)
        findings = record.audits.flatMap(\.findings).sorted { FindingOrder($0) < FindingOrder($1) }
        verdicts = record.audits.flatMap(\.verdicts).sorted {
            ($0.contract, $0.network ?? "", $0.policy) < ($1.contract, $1.network ?? "", $1.policy)
        }
        deployments = Self.deployments(of: record)
        calls = record.calls.sorted {
            ($0.deployment, $0.network, $0.name) < ($1.deployment, $1.network, $1.name)
        }
        let parts = Dictionary(
            uniqueKeysWithValues: VerificationFact.Part.allCases.enumerated().map { ($1, $0) })
        verifications = record.verifications.sorted {
            ($0.deployment, $0.network, parts[$0.part] ?? 0, $0.service.rawValue) < (
                $1.deployment, $1.network, parts[$1.part] ?? 0, $1.service.rawValue
            )
        }
        networks = Self.networks(of: record, end)
        notes = Set(record.notes).sorted {
            ($0.location?.description ?? "", $0.code, $0.message)
                < ($1.location?.description ?? "", $1.code, $1.message)
        }
        self.notCovered = notCovered + tools.flatMap(\.messages)
    }

    /// A policy's refusal of one contract, for the same reasons on some networks.
    package struct Refusal: Hashable, Sendable {
        package let contract: String
        package let policy: String
        package let reasons: [String]
        /// The ids of the findings.
        package let refused: [String]
    }

    /// What was refused, with the networks by name; no network: on every one.
    package var refusals: [(refusal: Refusal, networks: [String])] {
        var networks: [Refusal: [String]] = [:]
        var order: [Refusal] = []
        for verdict in verdicts where !verdict.passed {
            let refusal = Refusal(
                contract: verdict.contract,
                policy: verdict.policy,
                reasons: verdict.reasons,
                refused: verdict.refused
            )
            if networks[refusal] == nil { order.append(refusal) }
            networks[refusal, default: []] += [verdict.network].compactMap(\.self)
        }
        return order.map { ($0, networks[$0] ?? []) }
    }

    /// The findings that some policy refused, the worst first.
    package var stoppers: [Finding] {
        let refused = Set(
            verdicts.filter { !$0.passed }.flatMap { verdict in
                verdict.refused.map { Judged(contract: verdict.contract, finding: $0) }
            })
        let stopped = findings.filter { refused.contains(Judged(contract: $0.contract, finding: $0.id)) }
        return Severity.allCases.reversed().flatMap { severity in stopped.filter { $0.severity == severity } }
    }

    package func count(_ status: StepEnd.Status) -> Int { steps.count { $0.end.status == status } }

    private struct Judged: Hashable {
        let contract: String
        let finding: String
    }
}

/// By contract, the worst first, then by place.
private struct FindingOrder: Comparable {
    private let finding: Finding

    init(_ finding: Finding) { self.finding = finding }

    private var place: (String, Int, Int) {
        (finding.location?.file ?? "", finding.location?.line ?? 0, finding.location?.column ?? 0)
    }

    static func < (left: Self, right: Self) -> Bool {
        let (a, b) = (left.finding, right.finding)
        if a.contract != b.contract { return a.contract < b.contract }
        if a.severity != b.severity { return a.severity > b.severity }
        if left.place != right.place { return left.place < right.place }
        return (a.qualifiedRule, a.id, a.title) < (b.qualifiedRule, b.id, b.title)
    }
}

extension StepEnd {
    /// The end of a step that the run did not wait for.
    fileprivate static let neverEnded = StepEnd(
        .cancelled,
        attempts: 0,
        durationMilliseconds: 0,
        fingerprint: nil,
        reason: "the run ended before it"
    )
}
