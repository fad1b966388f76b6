package import Engine
import Ethereum
import EthereumTypes
import Ledger
package import Model

/// Puts one contract on one network, or finds that it is there already.
package struct DeployStep: Sendable {
    let context: EffectContext

    package init(_ context: EffectContext) { self.context = context }

    package func perform(
        _ action: DeployAction,
        inputs: StepInputs,
        progress: StepProgress
    ) async throws(StepFailure) -> Performed {
        try Self.judge(action, inputs)
        try InterfaceCheck.check(action, inputs)
        let network = try await context.openToChange(action.network)
        let resolution = try await context.resolution(
            of: action.references,
            on: action.network.name,
            signers: action.signersRead,
            inputs: inputs
        )
        let call = try ConstructorCall(action, compiled: try inputs[action.compile], resolution: resolution)
        do throws(StepFailure) {
            return try Self.performed(try await deploy(action, call, network, inputs, progress))
        } catch {
            try record(error, of: action, call, on: network)
            throw error
        }
    }

    private func deploy(
        _ action: DeployAction,
        _ call: ConstructorCall,
        _ network: OpenNetwork,
        _ inputs: StepInputs,
        _ progress: StepProgress
    ) async throws(StepFailure) -> DeploymentFact {
        let creation = try await context.creation(of: call.data, action, on: network)
        if let settled = try await settleEarlier(action, call, creation, network, progress) { return settled }
        if let settled = try await settleProposed(action, call, creation, network) { return settled }
        let knowledge = try context.knowledge(of: action.name, formerly: action.formerly, on: network)
        let (decision, gasUsed) = try await decide(action, call, creation, network, knowledge)
        try context.admit(decision, of: action, knowledge)
        try context.takeOver(knowledge, as: action.name, gasUsed: gasUsed, on: network)
        if let there = try await takeOver(decision, network, progress) {
            try context.takeBackUnneeded(action.step, on: network)
            return there
        }
        try await context.checkHistory(
            ahead: try context.onceOnly(action, made: call, inputs, on: network), on: network, progress)
        var intent = Self.intent(action, call, decision)
        intent.start(from: knowledge)
        let allowance = try context.allowance(intent)
        try await checkSameAddress(action, creation, inputs)
        try await checkLiveFirst(action, call, inputs)
        return try await create(
            action, call, creation, decision, allowance, network: network, inputs: inputs, progress)
    }

    /// Puts a deployment that could not be made on record; an interruption is none.
    private func record(
        _ failure: StepFailure,
        of action: DeployAction,
        _ call: ConstructorCall,
        on network: OpenNetwork
    ) throws(StepFailure) {
        guard failure.kind == .failed || failure.kind == .blocked else { return }
        try inLedger { () throws(LedgerError) in
            try context.ledger.recordFailure(
                of: call.claim(for: action),
                run: context.run,
                project: context.project,
                network: action.network.name,
                chainID: action.network.chainID,
                genesisHash: network.genesis,
                error: failure.message
            )
        }
    }

    // MARK: Small parts

    /// Whether the policies in force let it pass.
    ///
    /// - Throws: ``StepFailure`` of the kind `refused` where one does not.
    static func judge(_ action: DeployAction, _ inputs: StepInputs) throws(StepFailure) {
        let verdicts = try AuditVerdicts.verdicts(
            contract: action.contract,
            gates: action.gates,
            audit: try inputs[action.audit],
            compiled: try inputs[action.compile]
        )
        let refusals = verdicts.filter { !$0.passed }
        guard refusals.isEmpty else {
            let words = refusals.map { "policy \($0.policy): \($0.reasons.joined(separator: ", "))" }
            throw StepFailure(.refused, code: "policy-refused", words.joined(separator: "; "))
        }
    }

    static func fact(
        _ action: DeployAction,
        _ what: DeploymentFact.Action,
        reason: String
    ) -> DeploymentFact {
        DeploymentFact(
            name: action.name,
            contract: action.contract.rawValue,
            network: action.network.name,
            chainID: action.network.chainID.rawValue,
            action: what,
            reason: reason
        )
    }

    static func performed(_ fact: DeploymentFact) throws(StepFailure) -> Performed {
        Performed(
            outputs: [.init(name: EffectOutput.deployment, bytes: try WireJSON.encode(fact))],
            isReuse: fact.action == .kept,
            waitsFor: fact.action == .proposed ? EffectContext.proposed(fact.reason) : nil,
            reason: fact.reason
        )
    }
}
