import Engine
import Ethereum
import EthereumTypes
import Ledger
import Model

extension ProxyStep {
    /// What people sent as an earlier run had proposed of a proxy, its creation or an upgrade, goes on record.
    ///
    /// - Returns: What that did, where it is what the manifest wants now; nil where nothing was sent, or something else is wanted.
    func settleProposed(
        _ action: ProxyAction,
        _ implementation: Address,
        _ network: OpenNetwork,
        _ inputs: StepInputs
    ) async throws(StepFailure) -> DeploymentFact? {
        let open = try context.openProposal(of: action.step, on: network)
        if let open, !open.isCreation {
            return try await settleUpgrade(open, action, implementation, network, inputs)
        }
        guard let sender = try await asked(open, action.deployment, on: network) else { return nil }
        let call = try await creationOfProxy(action, inputs, sender: sender)
        let creation = try await context.creation(of: call.data, action.creation, on: network)
        var fact = try await DeployStep(context).settleProposed(action.creation, call, creation, network)
        fact?.implementation = implementation.description
        return fact
    }

    /// Who was asked to create a part of a proxy: for it, or perhaps for another name of it; nil where nobody was.
    func asked(
        _ open: Proposal?,
        _ part: DeployAction,
        on network: OpenNetwork
    ) async throws(StepFailure) -> Address? {
        if let open { return open.intent.lane.sender }
        guard part.signer?.isPeoples == true,
            try context.entry(of: part.name, formerly: part.formerly, on: network) == nil
        else { return nil }
        return try await context.address(of: part.signer, on: network)
    }

    private func settleUpgrade(
        _ open: Proposal,
        _ action: ProxyAction,
        _ implementation: Address,
        _ network: OpenNetwork,
        _ inputs: StepInputs
    ) async throws(StepFailure) -> DeploymentFact? {
        let execution = try await context.execution(of: action.step, on: network, seen: true)
        guard
            case .known(let known) = try context.knowledge(
                of: action.name, formerly: action.deployment.formerly, on: network)
        else { return nil }
        let search = ProposedUpgrade(context: context, network: network, open: open)
        guard let found = try await search.found(known.entry, execution) else {
            // What runs by now is for the decision, which says that record and chain differ.
            if let execution {
                try context.withdraw(
                    open, "\(execution.receipt.transactionHash) did it, and it runs other code by now")
            }
            return nil
        }
        try await context.takeOverFormer(of: action.name, action.deployment.formerly, on: network)
        let claim = try claim(action, found.state, inputs, network)
        try inLedger { () throws(LedgerError) in
            if let execution = found.execution {
                try context.ledger.markExecuted(
                    execution.proposal, by: execution.receipt.transactionHash, leaving: .upgrade(claim),
                    run: context.run)
            } else {
                try context.ledger.markUpgraded(open, leaving: claim, run: context.run)
            }
        }
        guard found.state.implementation == implementation else { return nil }
        let words = "it runs what run \(open.intent.run) had proposed; another transaction did it"
        var fact = Self.upgraded(
            action, known.entry, to: implementation, found.execution?.reason ?? words)
        if let execution = found.execution {
            fact.transactionHash = execution.receipt.transactionHash.description
            fact.blockNumber = execution.receipt.blockNumber
            fact.gasUsed = execution.gasUsed
            fact.feePaidWei = execution.feePaid?.description
        }
        return fact
    }
}

extension Proposal {
    /// Whether it asks for a contract, not for a call.
    var isCreation: Bool { intent.to == nil || intent.creates != nil }
}

/// Whether an upgrade that people were asked for was made: the transaction that was proposed says so, or the proxy itself,
/// since owners may have the same calls executed in another way.
struct ProposedUpgrade: Sendable {
    /// An upgrade that was made, and is deep enough.
    struct Found: Sendable {
        let state: ProxyState
        /// nil where it is not known which transaction did it.
        let execution: Execution?
    }

    let context: EffectContext
    let network: OpenNetwork
    let open: Proposal

    /// Looks at the proxy; writes nothing down.
    ///
    /// - Parameters:
    ///   - entry: What is on record of the proxy.
    ///   - execution: What people sent of the proposal; nil where nothing is known of that.
    /// - Returns: nil where nothing was made of it, or what was made was undone since: then record and chain differ.
    /// - Throws: ``StepFailure`` of the kind `blocked` where it is not deep enough yet.
    func found(_ entry: RegistryEntry, _ execution: Execution?) async throws(StepFailure) -> Found? {
        guard let recorded = entry.proxy else { return nil }
        let earlier = try inLedger { () throws(LedgerError) in
            try context.ledger.proposals(supersededBy: open)
        }
        guard let execution else {
            return try await holds([open] + earlier, entry, recorded)
        }
        let block = execution.receipt.blockNumber
        let state = try await context.stateNow(recorded.kind, at: entry.address, since: block, on: network)
        guard try Self.asks(execution.proposal, for: state, entry.address, recorded) else { return nil }
        return Found(state: state, execution: execution)
    }

    /// What the proxy runs, where that is what one of some proposals asks for and not what is on record.
    private func holds(
        _ asked: [Proposal],
        _ entry: RegistryEntry,
        _ recorded: ProxyState
    ) async throws(StepFailure) -> Found? {
        let now = try await network.proxyState(recorded.kind, at: entry.address)
        guard now.implementation != recorded.implementation, now.controller == recorded.controller else {
            return nil
        }
        var isAsked = false
        for proposal in asked where !isAsked {
            isAsked = try Self.asks(proposal, for: now, entry.address, recorded)
        }
        guard isAsked else { return nil }
        let (moment, block) = try await context.deepest(on: network)
        let deep = try await network.proxyState(
            recorded.kind, at: entry.address, since: block, in: moment)
        guard deep.implementation == now.implementation else {
            throw StepFailure(
                .blocked,
                code: "not-confirmed",
                "\(open.intent.step.subject) runs the code at \(now.implementation), as was proposed, and that is not yet deep enough",
                hint: "run again: it goes on from there"
            )
        }
        return Found(state: deep, execution: nil)
    }

    /// Whether a proposal asks for what a proxy runs.
    private static func asks(
        _ proposal: Proposal,
        for state: ProxyState,
        _ proxy: Address,
        _ recorded: ProxyState
    ) throws(StepFailure) -> Bool {
        let upgrade = try Upgrade(of: proxy, recorded, to: state.implementation)
        return proposal.intent.to == upgrade.to
            && proposal.intent.payloadHash == Keccak256.hash(upgrade.data)
    }
}

extension EffectContext {
    /// The newest block that is deep enough on a network.
    fileprivate func deepest(
        on network: OpenNetwork
    ) async throws(StepFailure) -> (moment: BlockReference, block: UInt64) {
        let rules = LaneRules(network.spec, patience: patience)
        let latest = try await network.height(.latest)
        if rules.isDeepAtOnce { return (.latest, latest) }
        switch rules.confirmations {
        case .finalized: return (.finalized, try await network.height(.finalized))
        case .blocks(let wanted):
            let block = latest - min(latest, UInt64(wanted - 1))
            return (block == latest ? .latest : .number(block), block)
        }
    }
}
