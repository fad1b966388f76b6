import Engine
import Ethereum
import EthereumTypes
import Ledger
import Model

extension ProxyStep {
    /// Has a proxy run other code.
    func upgrade(
        _ action: ProxyAction,
        _ known: KnownDeployment,
        to implementation: Address,
        _ reason: String,
        _ allowance: Allowance,
        _ network: OpenNetwork,
        _ inputs: StepInputs,
        _ progress: StepProgress
    ) async throws(StepFailure) -> DeploymentFact {
        let sending = try await context.sending(action.upgrader, on: network)
        let check = UpgradeCheck(context: context, action: action, network: network)
        try await check.all(known, inputs: inputs, sender: sending.address)
        guard let state = known.entry.proxy else {
            throw StepFailure(code: "kind-changed", "\(action.step.subject) is no proxy on record")
        }
        let upgrade = try Upgrade(of: known.entry.address, state, to: implementation)
        let code = try WireJSON.decode(
            DeploymentFact.self, from: try inputs[action.implementation].bytes(EffectOutput.deployment))
        try context.requireThere(code, action.implementation, before: sending.address, on: network)
        let request = TransactionRequest(
            step: action.step,
            kind: .call,
            to: upgrade.to,
            data: upgrade.data,
            value: .zero,
            abi: try EffectContext.abi(try inputs[action.deployment.compile]),
            allowance: allowance,
            mark: mark(ofUpgrade: action),
            reach: .thisRun
        )
        // A block that goes away takes the new code with it, and not the address: what calls it must not come before.
        let sent = try await context.send(
            request, sending, on: network, progress: progress, usable: { _ throws(StepFailure) in nil })
        switch sent {
        case .settled(let settled):
            let operation = settled.operation
            try await finish(operation, action, known.entry, to: implementation, network, inputs)
            if let stranded = settled.stranded { throw stranded }
            return Self.upgraded(action, known.entry, to: implementation, operation, reason)
        case .proposed(let waits): return Self.proposed(action, known.entry, to: implementation, waits)
        }
    }

    func mark(ofUpgrade action: ProxyAction) -> OperationMark {
        OperationMark("upgrade", context.project, action.step.subject)
    }

    /// An operation of this step that an earlier run left: it is taken to its end before anything is decided anew.
    ///
    /// - Returns: What it did, where that is what the manifest wants now.
    func settleEarlier(
        _ open: ChainOperation,
        _ action: ProxyAction,
        _ implementation: Address,
        _ network: OpenNetwork,
        _ inputs: StepInputs,
        _ progress: StepProgress
    ) async throws(StepFailure) -> DeploymentFact? {
        guard open.intent.kind == .call else {
            let call = try await creationOfProxy(action, inputs, sender: open.intent.sender)
            let creation = try await context.creation(of: call.data, action.creation, on: network)
            var fact = try await DeployStep(context).settleEarlier(
                action.creation, call, creation, network, progress)
            fact?.implementation = implementation.description
            return fact
        }
        let settlement = try await context.settled(
            action.step,
            as: SignedTerms(
                signer: action.upgrader, mark: mark(ofUpgrade: action), gasLimit: nil,
                allowance: context.allowance(ofSigned: action.step)),
            on: network,
            progress: progress,
            needed: { operation throws(StepFailure) in
                guard let target = operation.content.flatMap(Upgrade.implementation(in:)),
                    target != implementation
                else { return nil }
                return
                    "run \(operation.intent.run) signed it to run the code at \(target), and it is other code now"
            },
            usable: { _ throws(StepFailure) in nil }
        )
        guard let settlement else { return nil }
        let settled = settlement.operation
        guard let target = settled.content.flatMap(Upgrade.implementation(in:)),
            case .known(let known) = try context.knowledge(of: action.name, on: network)
        else {
            throw StepFailure(
                .blocked, code: "damaged-journal", "what was sent for \(action.step) cannot be read")
        }
        try await finish(settled, action, known.entry, to: target, network, inputs)
        guard target == implementation else { return nil }
        if let stranded = settlement.stranded { throw stranded }
        let reason = "run \(settled.intent.run) sent the upgrade and ended before it was confirmed"
        return Self.upgraded(action, known.entry, to: target, settled, reason)
    }

    /// Makes sure that the proxy runs the new code, and makes that durable.
    private func finish(
        _ operation: ChainOperation,
        _ action: ProxyAction,
        _ entry: RegistryEntry,
        to implementation: Address,
        _ network: OpenNetwork,
        _ inputs: StepInputs
    ) async throws(StepFailure) {
        let state = try await stateOnceUpgraded(operation, action, entry, to: implementation, network)
        let claim = try claim(action, state, inputs, network)
        try inLedger { () throws(LedgerError) in
            _ = try context.ledger.markFinal(operation.id, leaving: claim)
        }
    }

    /// What is put on record of a proxy that runs other code now.
    func claim(
        _ action: ProxyAction,
        _ state: ProxyState,
        _ inputs: StepInputs,
        _ network: OpenNetwork
    ) throws(StepFailure) -> UpgradeClaim {
        let isWanted = try implementation(of: action, inputs) == state.implementation
        return UpgradeClaim(
            name: action.name,
            contract: action.deployment.contract.rawValue,
            proxy: state,
            storageLayout: isWanted
                ? try StorageLayout(compiled: try inputs[action.deployment.compile])
                : try context.layoutOnRecord(of: action.name, at: state.implementation, network)
        )
    }

    /// What the proxy points to.
    ///
    /// - Throws: ``StepFailure`` of the kind `blocked`, coded `not-upgraded`: the operation is not final then.
    private func stateOnceUpgraded(
        _ operation: ChainOperation,
        _ action: ProxyAction,
        _ entry: RegistryEntry,
        to implementation: Address,
        _ network: OpenNetwork
    ) async throws(StepFailure) -> ProxyState {
        let state = try await context.stateNow(
            action.spec.kind, at: entry.address, since: operation.inclusion?.blockNumber, on: network)
        guard state.implementation == implementation else {
            throw StepFailure(
                .blocked,
                code: "not-upgraded",
                "'\(action.network.name)' has a receipt that says \(action.step.subject) was upgraded to "
                    + "\(implementation), and it runs the code at \(state.implementation)",
                hint: "somebody may have upgraded it again; run again: it is looked up, not made anew"
            )
        }
        return state
    }

    /// An upgrade that people were asked for.
    private static func proposed(
        _ action: ProxyAction,
        _ entry: RegistryEntry,
        to implementation: Address,
        _ waits: StepFailure
    ) -> DeploymentFact {
        var fact = DeployStep.fact(action.deployment, .proposed, reason: waits.message)
        fact.address = entry.address.description
        fact.constructorArguments = Hex.prefixed(entry.constructorArguments)
        fact.implementation = implementation.description
        return fact
    }

    /// An upgrade, without what is known of its transaction.
    static func upgraded(
        _ action: ProxyAction,
        _ entry: RegistryEntry,
        to implementation: Address,
        _ reason: String
    ) -> DeploymentFact {
        var fact = DeployStep.fact(action.deployment, .upgraded, reason: reason)
        fact.address = entry.address.description
        fact.codeMatches = true
        fact.constructorArguments = Hex.prefixed(entry.constructorArguments)
        fact.implementation = implementation.description
        return fact
    }

    private static func upgraded(
        _ action: ProxyAction,
        _ entry: RegistryEntry,
        to implementation: Address,
        _ operation: ChainOperation,
        _ reason: String
    ) -> DeploymentFact {
        var fact = upgraded(action, entry, to: implementation, reason)
        fact.transactionHash = operation.inclusion?.transactionHash.description
        fact.blockNumber = operation.inclusion?.blockNumber
        fact.gasUsed = operation.inclusion?.gasUsed
        fact.feePaidWei = operation.inclusion?.feePaid.description
        return fact
    }
}

extension EffectContext {
    /// The layout of code that an earlier run put behind a deployment's proxy; nil where that is not on record.
    func layoutOnRecord(
        of deployment: String,
        at implementation: Address,
        _ network: OpenNetwork
    ) throws(StepFailure) -> StorageLayout? {
        try codeOnRecord(of: deployment, at: implementation, network)?.storageLayout
    }

    /// Code that an earlier run put behind a deployment's proxy; nil where that is not on record.
    func codeOnRecord(
        of deployment: String,
        at implementation: Address,
        _ network: OpenNetwork
    ) throws(StepFailure) -> DeploymentClaim? {
        try inLedger { () throws(LedgerError) in
            try ledger.deployments(
                project: project,
                name: DeploymentPart.implementation.recordName(of: deployment),
                network: network.spec.name
            )
        }.first { $0.address == implementation && $0.genesisHash == network.genesis }?.claim
    }
}
