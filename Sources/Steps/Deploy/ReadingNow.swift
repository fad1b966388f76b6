import Ethereum
import EthereumTypes
import Ledger
import Model

/// What contracts say now, whichever of several nodes behind one address answers.
extension EffectContext {
    /// Asks of the newest block, which is no older than any that something on record is in.
    ///
    /// The block is asked for by its number. A node that lags behind has no answer to that, where for the latest block it
    /// would give an old one; so what is there is known at once, and only a node that has not got the block is waited for.
    ///
    /// - Parameters:
    ///   - network: Where.
    ///   - block: Since when what is asked for is known to be there; nil: not known.
    ///   - ask: Asks of a block.
    /// - Returns: The answer.
    /// - Throws: What `ask` throws; ``StepFailure`` coded `missing-block` where no node had the block in a minute.
    func now<Value>(
        on network: OpenNetwork,
        since block: UInt64? = nil,
        _ ask: (BlockReference) async throws(StepFailure) -> Value
    ) async throws(StepFailure) -> Value {
        let head = max(try await network.height(.latest), block ?? 0, try lastBlock(on: network))
        var missing: StepFailure?
        let answer = try await untilSeen { () async throws(StepFailure) -> Value? in
            do throws(StepFailure) {
                return try await ask(.number(head))
            } catch {
                guard error.code == StepFailure.missingBlock else { throw error }
                missing = error
                return nil
            }
        }
        guard let answer else { throw missing ?? .cancelled }
        return answer
    }

    /// The newest block that anything on record of a network is in; 0 where nothing is.
    ///
    /// A devnet that begins anew has none of those, and no node that lags.
    func lastBlock(on network: OpenNetwork) throws(StepFailure) -> UInt64 {
        guard !network.spec.isDevnet else { return 0 }
        let own = try inLedger { () throws(LedgerError) in
            try ledger.lastBlock(on: network.spec.chainID, genesisHash: network.genesis)
        }
        return registered(onChainOf: network).reduce(own ?? 0) { last, entry in
            entry.calls.reduce(max(last, entry.block ?? 0)) { max($0, $1.block) }
        }
    }

    /// What a contract answered when the run first looked at its network, where nothing was sent there since; nil where it was not
    /// asked then.
    func firstAnswer(
        to request: CallRequest,
        on network: OpenNetwork
    ) async throws(StepFailure) -> [UInt8]? {
        try await firstAnswers(on: network)[request]
    }

    /// What a contract answers now, and the block of that.
    func answer(
        to request: CallRequest,
        on network: OpenNetwork
    ) async throws(StepFailure) -> (answer: [UInt8], block: UInt64?) {
        try await now(on: network) { (block) async throws(StepFailure) in
            let number: UInt64? = if case .number(let number) = block { number } else { nil }
            return (try await network.call(request, at: block), number)
        }
    }

    /// What contracts answer, as they first did where nothing was sent since; one that fails is left out, for whoever asks it alone.
    func answers(
        to requests: [CallRequest],
        on network: OpenNetwork
    ) async throws(StepFailure) -> [CallRequest: [UInt8]] {
        let found = try await firstAnswers(on: network)
        let left = requests.filter { found[$0] == nil }
        guard !left.isEmpty else { return found }
        let head = max(try await network.height(.latest), try lastBlock(on: network))
        return found.merging(await network.answers(to: left, at: .number(head))) { $1 }
    }

    private func firstAnswers(
        on network: OpenNetwork
    ) async throws(StepFailure) -> [CallRequest: [UInt8]] {
        try await hub.firstAnswers(
            on: network,
            since: { () throws(StepFailure) in try lastBlock(on: network) },
            among: { () throws(StepFailure) in try readings(on: network) }
        )
    }

    /// All that the run reads of contracts that are on record of a network.
    private func readings(on network: OpenNetwork) throws(StepFailure) -> [CallRequest] {
        let rows = try inLedger { () throws(LedgerError) in
            try ledger.currentDeployments(project: project)
        }.filter { $0.network == network.spec.name && $0.genesisHash == network.genesis }
        let addresses = Dictionary(rows.map { ($0.claim.name, $0.address) }) { first, _ in first }
        let unless = calls.compactMap { call -> CallRequest? in
            guard call.network.name == network.spec.name, let unless = call.unless,
                let address = addresses[call.deployment] ?? nil
            else { return nil }
            return ContractReading.request(unless.read, to: address)
        }
        return unless + (try readAheadOfOthers(on: network))
    }
}
