/// Everything that happened in one run: the fold of its events, and the only input of reports.
package struct RunRecord: Sendable {
    package struct Step: Sendable {
        package var planned: PlannedStep
        package var end: StepEnd?
    }

    package private(set) var header: RunHeader?
    /// In plan order.
    package private(set) var steps: [Step] = []
    package private(set) var contracts: [ContractFact] = []
    package private(set) var audits: [AuditFact] = []
    package private(set) var deployments: [DeploymentFact] = []
    package private(set) var calls: [CallFact] = []
    package private(set) var verifications: [VerificationFact] = []
    package private(set) var networks: [NetworkFact] = []
    package private(set) var notes: [Diagnostic] = []
    package private(set) var end: RunEnd?

    private var positions: [StepID: Int] = [:]

    package init() {}

    package init(folding events: some Sequence<Event>) {
        for event in events { add(event) }
    }

    /// Takes in the next event.
    package mutating func add(_ event: Event) {
        switch event.kind {
        case .runStarted(let header): self.header = header
        case .planned(let planned):
            steps = planned.map { Step(planned: $0) }
            positions = Dictionary(uniqueKeysWithValues: planned.enumerated().map { ($1.id, $0) })
        case .repeated, .stepStarted, .stepProgressed: break
        case .fact(let fact): add(fact)
        case .stepFinished(let end):
            guard let position = event.step.flatMap({ positions[$0] }) else { return }
            steps[position].end = end
        case .runFinished(let end): self.end = end
        }
    }

    private mutating func add(_ fact: Fact) {
        switch fact {
        case .contract(let contract): contracts.append(contract)
        case .audit(let audit): audits.append(audit)
        case .deployment(let deployment): deployments.append(deployment)
        case .call(let call): calls.append(call)
        case .verification(let verification): verifications.append(verification)
        case .network(let network): networks.append(network)
        case .note(let note): notes.append(note)
        }
    }

    /// What the record of the next run says if nothing changes; nil where that run would have something to do.
    ///
    /// Only a run in which every result was stored already is sure to be repeated; effects are asked for anew each time.
    package func repeated(as header: RunHeader, _ end: RunEnd) -> RunRecord? {
        let isQuiet = steps.allSatisfy { step in
            step.end?.status == .reused && !step.planned.id.kind.isEffect
        }
        guard isQuiet, self.end?.status == .succeeded, self.end?.exitCode == 0 else { return nil }
        var next = self
        next.header = header
        next.end = end
        for position in next.steps.indices { next.steps[position].end?.durationMilliseconds = 0 }
        return next
    }

    /// The end of a step; nil where it has not ended.
    package func end(of step: StepID) -> StepEnd? { positions[step].flatMap { steps[$0].end } }
}

extension RunEnd.Status {
    /// What steps and verdicts add up to: the worst of cancelled, environment, blocked, failed, refused.
    ///
    /// - Returns: The status with the exit code of the command.
    package static func of(
        steps: [StepEnd],
        verdicts: [Verdict],
        networks: [NetworkFact],
        interruptedBy signal: Int32?
    ) -> (status: RunEnd.Status, exitCode: Int32) {
        if let signal { return (.cancelled, 128 + signal) }
        if steps.contains(where: { $0.failure?.kind == .environment }) { return (.failed, 5) }
        if steps.contains(where: { $0.status == .blocked }) { return (.blocked, 4) }
        if steps.contains(where: { $0.status == .failed || $0.status == .cancelled }) { return (.failed, 1) }
        if steps.contains(where: { $0.status == .refused }) || verdicts.contains(where: { !$0.passed }) {
            return (.refused, 3)
        }
        let isIncomplete =
            networks.contains { $0.status == .unavailable }
            || steps.contains { $0.failure?.kind == .unavailable }
        if isIncomplete { return (.degraded, 0) }
        return (.succeeded, 0)
    }
}
