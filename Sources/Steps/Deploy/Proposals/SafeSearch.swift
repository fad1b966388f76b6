import Ethereum
import EthereumTypes
import Ledger
import Model

/// What a Safe's history says of what its owners were asked for.
extension EffectContext {
    /// What became of what the owners of a Safe were asked for.
    ///
    /// - Parameters:
    ///   - proposal: What they were asked for last.
    ///   - earlier: What that took the place of.
    ///   - network: Where.
    /// - Returns: What became of it; how deep that is was not looked at.
    /// - Throws: ``StepFailure`` of the kind `blocked`, coded `not-found`, where the node does not say what the Safe executed.
    func executed(
        _ proposal: Proposal,
        insteadOf earlier: [Proposal],
        on network: OpenNetwork
    ) async throws(StepFailure) -> ProposalSearch.Finding {
        let asked = [proposal] + earlier
        let lane = proposal.intent.lane
        let reading = SafeReading(network: network, safe: lane.sender)
        let first = asked.map(\.nonce).min() ?? proposal.nonce
        let last = asked.map(\.nonce).max() ?? proposal.nonce
        let moment = try await safes.history(of: lane, by: reading, back: nil)
        // Nothing was executed since; what was asked for can still be.
        guard moment.nonce != first || moment.nonce != last || moment.hasModules else { return .waits }
        let start = asked.map(\.counted).min() ?? proposal.counted
        let reach = SafeReading.Reach(
            block: start,
            executions: moment.nonce > last && !moment.hasModules ? moment.nonce - first : nil)
        let history = try await safes.history(of: lane, by: reading, back: reach)
        let attribution = SafeAttribution(
            history, of: try proposals(of: lane), besides: try callsOnRecord(network))
        if let done = attribution.done(proposal) {
            guard let receipt = done.execution.receipt else { throw missing(proposal, history) }
            return .sent(done.proposal, receipt)
        }
        guard history.nonce > last else {
            // A module does the same without the nonce, and can be asked to do what the owners signed.
            guard let module = history.modules.first(where: { $0.block > start }) else { return .waits }
            return .untold(untold(proposal, module.transaction), in: module.block)
        }
        guard let user = history.execution(under: last) else { throw missing(proposal, history) }
        switch history.use(from: first, since: start) {
        case .missing: throw missing(proposal, history)
        case .told: return .overtaken(by: user.transaction, in: user.block)
        case .untold(let hash): return .untold(untold(proposal, hash), in: user.block)
        }
    }

    /// All that the owners of a Safe were asked for and may have executed.
    func proposals(of lane: ChainOperation.Lane) throws(StepFailure) -> [Proposal] {
        try inLedger { () throws(LedgerError) in try ledger.unendedProposals(in: lane) }
    }

    /// The calls that ledger and registry have of a network, with the values that the manifest has for them.
    func callsOnRecord(_ network: OpenNetwork) throws(StepFailure) -> Set<SafeAttribution.Claim> {
        let values = Dictionary(
            calls.filter { $0.network.name == network.spec.name }.map { ($0.step, $0.value) }
        ) { first, _ in first }
        let found = try entriesOnRecord(network).flatMap { entry in
            entry.calls.map { call in
                SafeAttribution.Claim(
                    name: call.name, address: entry.address, callDataHash: call.callDataHash,
                    transaction: call.transactionHash,
                    value: values[.call(call.name, of: entry.name, on: network.spec.name)])
            }
        }
        return Set(found)
    }

    /// What ledger and registries have of a network's chain, under each name that the manifest has for it.
    func entriesOnRecord(_ network: OpenNetwork) throws(StepFailure) -> [RegistryEntry] {
        let names = networks.values.filter { $0.chainID == network.spec.chainID }.map(\.name)
        let known = try inLedger { () throws(LedgerError) in
            var entries: [RegistryEntry] = []
            for name in Set(names + [network.spec.name]).sorted() {
                entries += try ledger.registryHistory(project: project, network: name)
            }
            return entries
        }
        return known.filter { $0.isOn(network) } + registered(onChainOf: network)
    }

    private func missing(_ proposal: Proposal, _ history: SafeHistory) -> StepFailure {
        StepFailure(
            .blocked,
            code: "not-found",
            "Safe \(proposal.intent.lane.sender) has the nonce \(history.nonce) on '\(proposal.intent.network)', and the node does "
                + "not have the events of all that it executed since run \(proposal.intent.run) asked for "
                + "\(proposal.intent.step)",
            hint: "run again, or ask a node that has them; nothing was proposed"
        )
    }

    private func untold(_ proposal: Proposal, _ transaction: Hash) -> StepFailure {
        let step = proposal.intent.step
        let remedy =
            proposal.isCreation
            ? "where it is there: hyperkit deployments adopt \(step.subject) ADDRESS"
            : "give the call an 'unless', take it out of the manifest where it was made, or give it another name where it was not"
        return StepFailure(
            .blocked,
            code: "not-told",
            "Safe \(proposal.intent.lane.sender) acted in \(transaction) since run \(proposal.intent.run) asked for \(step), and that "
                + "transaction does not tell whether it did this",
            hint: "look at it; \(remedy); nothing was proposed"
        )
    }
}
