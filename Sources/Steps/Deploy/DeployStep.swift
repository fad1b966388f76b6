package import Engine
import Ethereum
import EthereumTypes
import Foundation
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
        try context.admit(action.network)
        let network = try await context.hub.open(action.network)
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
        try context.takeOver(knowledge, as: action.name, gasUsed: gasUsed, on: network)
        if let there = try takeOver(decision, network) { return there }
        let allowance = try context.allowance(Self.intent(action, call, decision))
        try await checkSameAddress(action, creation, inputs)
        try await checkLiveFirst(action, call)
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

    // MARK: Create

    func create(
        _ action: DeployAction,
        _ call: ConstructorCall,
        _ creation: Creation,
        _ decision: Decision,
        _ allowance: Allowance,
        network: OpenNetwork,
        inputs: StepInputs,
        _ progress: StepProgress
    ) async throws(StepFailure) -> DeploymentFact {
        let sending = try await context.sending(action.signer, on: network)
        let cost = try LaneCost(action, inputs) { mate throws(StepFailure) in
            // One that two names are claimed for is not deployed; its own step says so.
            guard
                case .known(let known)? = try? context.knowledge(
                    of: mate.name, formerly: mate.formerly, on: network)
            else { return nil }
            return known.entry.initCodeDigest
        }
        try Self.checkSizes(call, action)
        if sending.paysItself {
            try await cost.check(network, sender: sending.address, context: context)
        }
        // What has a salt is found at its address, also where nobody remembers it; a proxy that runs other code by now is not.
        if creation.address == nil || (call.proxy != nil && sending.paysItself) {
            try await context.checkHistory(of: sending.address, ahead: action, call, on: network)
        }
        let request = TransactionRequest(
            step: action.step,
            kind: .deploy,
            to: creation.to,
            data: creation.data,
            value: action.value,
            abi: call.abi,
            allowance: allowance,
            creates: creation.address,
            storageLayout: call.proxy == nil ? call.storageLayout : nil
        )
        let signer: any TransactionSigner
        switch sending {
        case .signed(let own):
            try context.takeBack(action.step, on: network)
            signer = own
        case .proposed(let account):
            let waits = try await context.propose(request, from: account, on: network)
            return Self.proposed(action, call, at: creation, waits)
        }
        let sender = try await context.sender(
            signer.address,
            on: network,
            progress: progress,
            usable: { operation throws(StepFailure) in try early(action, call, operation, decision) }
        )
        let operation = try await sender.settle(request, signedBy: signer)
        return try await finish(action, call, operation, decision, network)
    }

    /// An operation of this step that an earlier run left: it is taken to its end before anything is decided anew.
    func settleEarlier(
        _ action: DeployAction,
        _ call: ConstructorCall,
        _ creation: Creation,
        _ network: OpenNetwork,
        _ progress: StepProgress
    ) async throws(StepFailure) -> DeploymentFact? {
        let settled = try await context.settled(
            action.step,
            signer: action.signer,
            on: network,
            progress: progress,
            usable: { operation throws(StepFailure) in
                // Where code or arguments changed since, it is about to be replaced.
                guard operation.intent.payloadHash == creation.payloadHash else { return nil }
                return try early(action, call, operation, .create(reason: ""))
            }
        )
        guard let settled else { return nil }
        let reason = "run \(settled.intent.run) sent it and ended before it was confirmed"
        let before = try context.current(action.name, network)
        let decision: Decision = before == nil ? .create(reason: reason) : .replace(reason: reason)
        if settled.intent.payloadHash == creation.payloadHash {
            return try await finish(action, call, settled, decision, network)
        }
        if let address = settled.intent.creates {
            _ = try await codeOnceThere(address, settled, action, network)
        }
        // Code or arguments changed since: what was sent is there and goes on record, and then it is replaced.
        var claim = try inLedger { () throws(LedgerError) in try Self.claim(action, of: settled) }
        if let kind = call.proxy, let inclusion = settled.inclusion, let address = inclusion.address {
            let state = try await network.proxyState(kind, at: address, since: inclusion.blockNumber)
            claim.proxy = state
            claim.storageLayout = try context.layoutOnRecord(
                of: action.name, at: state.implementation, network)
        }
        let left = claim
        try inLedger { () throws(LedgerError) in
            _ = try context.ledger.markFinal(settled.id, leaving: left)
        }
        return nil
    }

    /// Checks the code at the new address and makes the claim durable.
    private func finish(
        _ action: DeployAction,
        _ call: ConstructorCall,
        _ operation: ChainOperation,
        _ decision: Decision,
        _ network: OpenNetwork
    ) async throws(StepFailure) -> DeploymentFact {
        guard let inclusion = operation.inclusion, let address = inclusion.address else {
            throw StepFailure(.blocked, code: "no-address", "the receipt of \(action.step) names no contract")
        }
        let onChain = try await codeOnceThere(address, operation, action, network)
        let matches = call.compare(onChain) == .identical
        var claim = call.claim(for: action)
        claim.deployedCodeDigest = Digest(of: onChain)
        if let kind = call.proxy {
            claim.proxy = try await network.proxyState(kind, at: address, since: inclusion.blockNumber)
        }
        try inLedger { () throws(LedgerError) in
            _ = try context.ledger.markFinal(operation.id, leaving: claim)
        }
        var fact = Self.fact(action, call, inclusion, decision)
        fact.codeMatches = matches
        guard matches else { throw Self.codeDiffers(address, action) }
        return fact
    }

    /// What steps that need it can use as soon as a block has it.
    private func early(
        _ action: DeployAction,
        _ call: ConstructorCall,
        _ operation: ChainOperation,
        _ decision: Decision
    ) throws(StepFailure) -> [Performed.NewOutput]? {
        guard let inclusion = operation.inclusion, inclusion.address != nil else { return nil }
        return try Self.performed(Self.fact(action, call, inclusion, decision)).outputs
    }

    private static func fact(
        _ action: DeployAction,
        _ call: ConstructorCall,
        _ inclusion: ChainOperation.Inclusion,
        _ decision: Decision
    ) -> DeploymentFact {
        var fact: DeploymentFact
        switch decision {
        case .keep(let kept), .adopt(_, let kept): fact = kept
        case .create(let reason): fact = Self.fact(action, .created, reason: reason)
        case .replace(let reason): fact = Self.fact(action, .replaced, reason: reason)
        }
        fact.address = inclusion.address?.description
        fact.transactionHash = inclusion.transactionHash.description
        fact.blockNumber = inclusion.blockNumber
        fact.gasUsed = inclusion.gasUsed
        fact.feePaidWei = inclusion.feePaid.description
        fact.constructorArguments = Hex.prefixed(call.arguments)
        return fact
    }

    /// The code at a new address.
    ///
    /// - Throws: ``StepFailure`` of the kind `blocked`, coded `no-code`: without code the operation is not final. One that a
    ///   factory was asked for has failed then: what is found at its address later is taken over, so nothing is made twice.
    func codeOnceThere(
        _ address: Address,
        _ operation: ChainOperation?,
        _ action: DeployAction,
        _ network: OpenNetwork
    ) async throws(StepFailure) -> [UInt8] {
        let code = try await context.untilSeen { () async throws(StepFailure) -> [UInt8]? in
            let code = try await context.hub.codeNow(at: address, on: network)
            return code.isEmpty ? nil : code
        }
        if let code { return code }
        if let operation, operation.intent.creates != nil {
            let words = "the factory's transaction succeeded and left no code at \(address)"
            try inLedger { () throws(LedgerError) in
                _ = try context.ledger.markUncreated(operation.id, error: words)
            }
            throw StepFailure(
                .blocked,
                code: "no-code",
                "\(words) on '\(action.network.name)'",
                hint:
                    "a factory need not revert where what it calls runs out of gas: look at the transaction before you "
                    + "run again; a new one will be sent"
            )
        }
        throw StepFailure(
            .blocked,
            code: "no-code",
            "'\(action.network.name)' has a receipt that says \(action.step.subject) was created, and no code at "
                + "\(address)",
            hint: "run again: it is looked up, not made anew; a constructor that leaves no code is never done"
        )
    }

    // MARK: Small parts

    /// The claim of an operation whose artifact is no longer at hand: all of what was sent counts as init code.
    private static func claim(
        _ action: DeployAction,
        of operation: ChainOperation
    ) throws(LedgerError) -> DeploymentClaim {
        let sent = operation.attempts.last.flatMap { try? SignedTransaction(raw: $0.rawTransaction) }
        guard let sent else { throw .contradiction(operation.id, detail: "its attempt cannot be read") }
        let digest = Digest(of: Data(sent.transaction.data))
        return DeploymentClaim(
            name: action.name,
            contract: action.contract.rawValue,
            initCodeDigest: digest,
            runtimeCodeDigest: digest,
            constructorArguments: []
        )
    }

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

    private static func checkSizes(_ call: ConstructorCall, _ action: DeployAction) throws(StepFailure) {
        let limits = action.network.limits
        for (what, size, limit, rule) in [
            ("runtime code", call.runtimeCode.count, limits.maxRuntimeCode, "EIP-170"),
            ("init code", call.data.count, limits.maxInitCode, "EIP-3860"),
        ] where size > limit {
            throw StepFailure(
                code: "code-size",
                "the \(what) of \(action.contract) is \(size) bytes; '\(action.network.name)' takes \(limit) (\(rule))",
                hint: "split the contract, or let the optimizer aim at size"
            )
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
