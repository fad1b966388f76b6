package import Engine
import Ethereum
import EthereumTypes
import Foundation
import Ledger
package import Model

/// Puts a deployment's code, its beacon and its proxy on a network, and has the proxy run other code when that changed.
package struct ProxyStep: Sendable {
    let context: EffectContext

    package init(_ context: EffectContext) { self.context = context }

    /// Puts the code there; where it would take the place of other code, only if the proxy could run it.
    package func performImplementation(
        _ action: DeployAction,
        behind proxy: ProxyAction,
        inputs: StepInputs,
        progress: StepProgress
    ) async throws(StepFailure) -> Performed {
        try DeployStep.judge(action, inputs)
        try InterfaceCheck.check(proxy.deployment, behind: proxy.spec, inputs)
        let network = try await context.openToChange(action.network)
        if try await isNew(action, network, inputs) {
            // Where its proxy is not on record, that is about to be made too: it may be there, with other code.
            try await context.checkHistory(
                ahead: try await context.onceOnly(proxyOf: proxy, inputs, on: network), on: network, progress)
            let check = LiveFirstCheck(context, action.liveFirst, before: action.network)
            try await check?.requireRunning(proxy, inputs)
            try await admitCode(for: proxy, network, inputs) { () async throws(StepFailure) in
                try await context.address(of: proxy.upgrader, on: network)
            }
        }
        return try await DeployStep(context).perform(action, inputs: inputs, progress: progress)
    }

    /// Whether code is about to be put there: it is not there, and no earlier run sent it.
    private func isNew(
        _ action: DeployAction,
        _ network: OpenNetwork,
        _ inputs: StepInputs
    ) async throws(StepFailure) -> Bool {
        let resolution = try await context.resolution(
            of: action.references,
            on: action.network.name,
            signers: action.signersRead,
            inputs: inputs
        )
        let call = try ConstructorCall(action, compiled: try inputs[action.compile], resolution: resolution)
        if let open = try context.unfinished(action.step, network) {
            // Other code than was sent takes its place as soon as that has come to its end.
            return open.intent.payloadHash != Keccak256.hash(call.data)
        }
        let creation = try await context.creation(of: call.data, action, on: network)
        switch try await DeployStep(context).decide(action, call, creation, network) {
        case .keep, .adopt: return false
        case .create, .replace: return true
        }
    }

    /// Whether new code is worth putting there: what stands against running it is found before it is paid for.
    ///
    /// - Throws: As ``UpgradeCheck/all(_:inputs:sender:)``.
    func admitCode(
        for proxy: ProxyAction,
        _ network: OpenNetwork,
        _ inputs: StepInputs,
        sender: () async throws(StepFailure) -> Address?
    ) async throws(StepFailure) {
        let check = UpgradeCheck(context: context, action: proxy, network: network)
        try check.contract(inputs)
        guard let known = try standing(proxy, network) else { return }
        // One that was proposed may be in a block and not on record, whoever made it.
        if try context.openProposal(of: proxy.step, on: network) != nil, let recorded = known.entry.proxy,
            try await network.proxyState(recorded.kind, at: known.entry.address).implementation
                != recorded.implementation
        {
            return
        }
        try await check.all(known, inputs: inputs, sender: try await sender())
    }

    /// Whether a beacon is worth putting there: what stands against its proxy is found before it is paid for.
    ///
    /// - Throws: As ``UpgradeCheck/state(of:)``.
    func admitBeacon(for proxy: ProxyAction, _ network: OpenNetwork) async throws(StepFailure) {
        guard let known = try standing(proxy, network) else { return }
        try await UpgradeCheck(context: context, action: proxy, network: network).state(of: known)
    }

    /// What is on record of a proxy that stays where it is; nil where it is about to be made, or an earlier run sent something of it.
    private func standing(_ proxy: ProxyAction, _ network: OpenNetwork) throws(StepFailure)
        -> KnownDeployment?
    {
        // An upgrade that an earlier run sent may be in a block and not on record; the proxy's own step looks at it first.
        guard try context.unfinished(proxy.step, network) == nil,
            case .known(let known) = try context.knowledge(
                of: proxy.name, formerly: proxy.deployment.formerly, on: network),
            try !context.isWantedAnew(proxy.deployment, known.entry, on: network)
        else { return nil }
        return known
    }

    package func performBeacon(
        _ action: ProxyAction,
        inputs: StepInputs,
        progress: StepProgress
    ) async throws(StepFailure) -> Performed {
        guard let compile = action.beaconCompile else {
            throw StepFailure(code: "no-beacon", "a \(action.spec.kind.rawValue) proxy has no beacon")
        }
        let beacon = action.beaconDeployment(compiledBy: compile)
        return try await perform(beacon, compile, inputs) { network async throws(StepFailure) in
            try await placeBeacon(beacon, action, network, inputs, progress)
        }
    }

    package func performProxy(
        _ action: ProxyAction,
        inputs: StepInputs,
        progress: StepProgress
    ) async throws(StepFailure) -> Performed {
        try await perform(action.deployment, action.proxyCompile, inputs) {
            network async throws(StepFailure) in
            try await placeProxy(action, network, inputs, progress)
        }
    }

    /// Does the work on an open network; what goes wrong is put on record.
    private func perform(
        _ action: DeployAction,
        _ compile: StepID,
        _ inputs: StepInputs,
        _ work: (OpenNetwork) async throws(StepFailure) -> DeploymentFact
    ) async throws(StepFailure) -> Performed {
        let network = try await context.openToChange(action.network)
        do throws(StepFailure) {
            return try DeployStep.performed(try await work(network))
        } catch {
            guard error.kind == .failed || error.kind == .blocked,
                let initCode = try inputs[compile].digest(CompileOutput.initCode),
                let runtimeCode = try inputs[compile].digest(CompileOutput.runtimeCode)
            else { throw error }
            let claim = DeploymentClaim(
                name: action.name,
                contract: action.contract.rawValue,
                initCodeDigest: initCode,
                runtimeCodeDigest: runtimeCode,
                constructorArguments: []
            )
            try inLedger { () throws(LedgerError) in
                try context.ledger.recordFailure(
                    of: claim,
                    run: context.run,
                    project: context.project,
                    network: action.network.name,
                    chainID: action.network.chainID,
                    genesisHash: network.genesis,
                    error: error.message
                )
            }
            throw error
        }
    }

    // MARK: Beacon

    private func placeBeacon(
        _ beacon: DeployAction,
        _ action: ProxyAction,
        _ network: OpenNetwork,
        _ inputs: StepInputs,
        _ progress: StepProgress
    ) async throws(StepFailure) -> DeploymentFact {
        let deploy = DeployStep(context)
        if let open = try context.unfinished(beacon.step, network) {
            let call = try await creation(of: beacon, action, inputs, sender: open.intent.sender)
            let creation = try await context.creation(of: call.data, beacon, on: network)
            if let settled = try await deploy.settleEarlier(beacon, call, creation, network, progress) {
                return settled
            }
        }
        let open = try context.openProposal(of: beacon.step, on: network)
        if let sender = try await asked(open, beacon, on: network) {
            let call = try await creation(of: beacon, action, inputs, sender: sender)
            let creation = try await context.creation(of: call.data, beacon, on: network)
            if let settled = try await deploy.settleProposed(beacon, call, creation, network) {
                return settled
            }
        }
        let knowledge = try context.knowledge(of: beacon.name, formerly: beacon.formerly, on: network)
        let (decision, gasUsed) = try await decideBeacon(beacon, of: action, network, knowledge) {
            () async throws(StepFailure) in
            let sender = try await context.address(of: beacon.signer, on: network)
            return try await self.creation(of: beacon, action, inputs, sender: sender)
        }
        try context.admit(decision, of: beacon, knowledge)
        try context.takeOver(knowledge, as: beacon.name, gasUsed: gasUsed, on: network)
        if case .keep(let fact) = decision {
            try context.takeBackUnneeded(beacon.step, on: network)
            return fact
        }
        let sender = try await context.address(of: beacon.signer, on: network)
        let call = try await creation(of: beacon, action, inputs, sender: sender)
        let creation = try await context.creation(of: call.data, beacon, on: network)
        let looked = try await deploy.look(decision, beacon, call, creation, network)
        try context.admit(looked, of: beacon, knowledge)
        if let there = try await deploy.takeOver(looked, network, progress) {
            try context.takeBackUnneeded(beacon.step, on: network)
            return there
        }
        try await checkLiveFirst(action, inputs)
        try await admitBeacon(for: action, network)
        for deed in [
            try await context.onceOnly(proxyOf: action, inputs, on: network),
            try context.onceOnly(beacon, inputs, on: network),
        ] {
            try await context.checkHistory(ahead: deed, on: network, progress)
        }
        var intent = try Self.intent(action, .beacon, decision.forecast, inputs)
        intent.start(from: knowledge)
        let allowance = try context.allowance(intent)
        return try await deploy.create(
            beacon, call, creation, decision, allowance, network: network, inputs: inputs, progress)
    }

    /// A beacon stays where it is: what it says is changed, not the beacon.
    ///
    /// Before it has a proxy it is made anew where it was made with other code, or for another owner.
    ///
    /// `making` gives how it would be made now; nil where that is not known.
    func decideBeacon(
        _ beacon: DeployAction,
        of action: ProxyAction,
        _ network: OpenNetwork,
        _ knowledge: DeploymentKnowledge,
        making: () async throws(StepFailure) -> ConstructorCall?
    ) async throws(StepFailure) -> (decision: DeployStep.Decision, gasUsed: UInt64?) {
        switch knowledge {
        case .nothing:
            return (.create(reason: try DeployStep(context).reasonToCreate(beacon, network)), nil)
        case .forgotten: return (.create(reason: "the one before is forgotten, says the registry"), nil)
        case .known(let known):
            let gasUsed = try await context.confirmed(known, on: network)
            guard try !context.isWantedAnew(beacon, known.entry, on: network) else {
                return (.replace(reason: "redeploy: always"), gasUsed)
            }
            let code = try await context.codeBefore(at: known.entry.address, on: network)
            guard !code.isEmpty, known.entry.deployedCodeDigest.map({ $0 == Digest(of: code) }) ?? true else {
                throw StepFailure(
                    .blocked,
                    code: "drift",
                    "\(beacon.step.placed) is on record at \(known.entry.address)\(known.words), and the chain has "
                        + (code.isEmpty ? "no code there" : "other code there"),
                    hint: "find out what happened to it; nothing was sent"
                )
            }
            if try await !hasProxy(action, on: network), let call = try await making(),
                !DeployStep.isMade(known.entry, with: call)
            {
                let words =
                    "the one at \(known.entry.address) was made with other code or for another owner, and has no proxy yet"
                return (.replace(reason: words), gasUsed)
            }
            let reason = "it is there\(known.since)\(known.words)"
            return (.keep(Self.kept(beacon, known, gasUsed: gasUsed, reason: reason)), gasUsed)
        }
    }

    /// Whether a proxy is on record, or a block has one that is not.
    ///
    /// What is only signed or asked for is not made with another beacon.
    private func hasProxy(_ action: ProxyAction, on network: OpenNetwork) async throws(StepFailure) -> Bool {
        if try context.entry(of: action.name, formerly: action.deployment.formerly, on: network) != nil {
            return true
        }
        if let open = try context.unfinished(action.step, network) { return open.isThere }
        if case .sent = try await context.proposalState(of: action.step, on: network, seen: true) {
            return true
        }
        return false
    }

    static func kept(
        _ action: DeployAction,
        _ known: KnownDeployment,
        gasUsed: UInt64?,
        reason: String
    ) -> DeploymentFact {
        var fact = DeployStep.fact(action, .kept, reason: reason)
        fact.address = known.entry.address.description
        fact.codeMatches = true
        fact.transactionHash = known.entry.transactionHash?.description
        fact.blockNumber = known.entry.block
        fact.gasUsed = gasUsed
        fact.constructorArguments = Hex.prefixed(known.entry.constructorArguments)
        fact.implementation = known.entry.proxy?.implementation.description
        return fact
    }
}

extension DeployStep.Decision {
    /// What a plan calls it, and why.
    var forecast: (action: DeploymentForecast.Action, reason: String) {
        switch self {
        case .keep(let fact), .adopt(_, let fact): (.keep, fact.reason)
        case .create(let reason): (.create, reason)
        case .replace(let reason): (.replace, reason)
        }
    }
}

extension EffectContext {
    /// What the creation used, where the chain agrees with what another ledger or the registry says of it and of the calls to it.
    ///
    /// - Throws: As ``confirm(_:on:)`` and ``confirmCalls(of:on:)``.
    func confirmed(_ known: KnownDeployment, on network: OpenNetwork) async throws(StepFailure) -> UInt64? {
        switch known.source {
        case .registry, .formerName(_, nil):
            let gasUsed = try await confirm(known.entry, on: network)
            try await confirmCalls(of: known.entry, on: network)
            return gasUsed
        case .ledger, .formerName: return known.gasUsed
        }
    }
}
