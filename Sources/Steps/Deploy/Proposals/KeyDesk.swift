import Ethereum
import EthereumTypes
import Ledger
import Model

/// What a run sees of each account whose key people have: one look, so that all its steps agree on which transaction is whose.
///
/// An actor because the steps that ask share no parent but the run itself.
actor KeyDesk {
    private typealias Look = Task<Result<ProposalSearch, StepFailure>, Never>

    private var looks: [ChainOperation.Lane: Look] = [:]
    private var voids: [ChainOperation.Lane: Set<UInt64>] = [:]

    /// The nonces that the run has people use up.
    func voids(in lane: ChainOperation.Lane) -> Set<UInt64> { voids[lane] ?? [] }

    func noteVoids(_ nonces: [UInt64], in lane: ChainOperation.Lane) {
        voids[lane, default: []].formUnion(nonces)
    }

    /// The look at an account, which the first that asks for it begins; one that failed is begun anew.
    ///
    /// - Throws: ``StepFailure`` where the node cannot be spoken to.
    func search(
        of lane: ChainOperation.Lane,
        _ look: @escaping @Sendable () async throws(StepFailure) -> ProposalSearch
    ) async throws(StepFailure) -> ProposalSearch {
        let begun =
            looks[lane]
            ?? Look {
                do throws(StepFailure) { return .success(try await look()) } catch { return .failure(error) }
            }
        looks[lane] = begun
        do throws(StepFailure) { return try await begun.value.get() } catch {
            if looks[lane] == begun { looks[lane] = nil }
            throw error
        }
    }
}

/// Which transactions of an account whose key people have are whose.
extension EffectContext {
    /// What became of what whoever has the key of an account was asked for.
    ///
    /// - Parameters:
    ///   - proposal: What they were asked for last.
    ///   - earlier: What it took the place of.
    ///   - network: Where.
    /// - Returns: What became of it; how deep that is was not looked at.
    /// - Throws: As ``ProposalSearch/finding(_:insteadOf:)``.
    func sent(
        _ proposal: Proposal,
        insteadOf earlier: [Proposal],
        on network: OpenNetwork
    ) async throws(StepFailure) -> ProposalSearch.Finding {
        let lane = proposal.intent.lane
        let search = try await keys.search(of: lane) { () async throws(StepFailure) in
            let proposals = try inLedger { () throws(LedgerError) in try ledger.proposals(in: lane) }
            return try await ProposalSearch(
                network, lane.sender, of: proposals, by: steps(of: proposals),
                besides: try known(of: lane, on: network))
        }
        return try search.finding(proposal, insteadOf: earlier)
    }

    /// Those of the run that asked for something, and what those were called before that it does not have any more.
    private func steps(of proposals: [Proposal]) -> KeyAttribution.Steps {
        let renamed = Dictionary(
            formerSteps.now.map { (KeyAttribution.Key(project, $0), KeyAttribution.Key(project, $1)) },
            uniquingKeysWith: { first, _ in first })
        let wanted = proposals.filter { proposal in
            let key = renamed[.init(proposal)] ?? .init(proposal)
            return stepsAtWork.has(key.step, of: key.project)
                // What a plan takes for another step's; a run has moved it.
                || [.open, .superseded].contains(proposal.state) && isLost(proposal)
        }
        return KeyAttribution.Steps(
            wanted: Set(wanted.map { renamed[.init($0)] ?? .init($0) }), renamed: renamed)
    }

    /// What ledger and registries know of the transactions of an account, of whatever project.
    private func known(
        of lane: ChainOperation.Lane,
        on network: OpenNetwork
    ) throws(StepFailure) -> KeyAttribution.Known {
        let counted = try inLedger { () throws(LedgerError) in
            try ledger.signedHashes(of: lane).union(try ledger.executions(in: lane))
        }
        var known = KeyAttribution.Known(counted: counted)
        let names = networks.values.filter { $0.chainID == network.spec.chainID }.map(\.name)
        for name in Set(names + [network.spec.name]).union(registry.keys) {
            let history = try inLedger { () throws(LedgerError) in
                try ledger.registryHistory(project: project, network: name)
            }
            for entry in history + (registry[name]?.entries ?? []) where entry.isOn(network) {
                let steps = StepID.placing(recordedAs: entry.name, on: name)
                if let hash = entry.transactionHash {
                    known.recorded[hash, default: []].formUnion(steps.map { .init(entry.project, $0) })
                }
                for call in entry.calls {
                    let step = StepID.call(call.name, of: entry.name, on: name)
                    known.recorded[call.transactionHash, default: []].insert(.init(entry.project, step))
                }
            }
        }
        return known
    }
}
