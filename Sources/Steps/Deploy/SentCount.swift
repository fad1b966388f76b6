import EthereumTypes
import Ledger
import Model

/// How many transactions an account has sent, ahead of what is done once only.
struct SentCount: Hashable, Sendable {
    /// What blocks have.
    let inBlocks: UInt64
    /// How many wait for a block of which nothing is on record.
    ///
    /// A run that nothing here knows of may have sent them: what they leave is nowhere yet.
    let unknownWaiting: UInt64
    /// What blocks and the pool have.
    let withPool: UInt64
}

extension EffectContext {
    /// What an account has sent, once blocks have all of it that is on no record; as it is then where that takes too long.
    ///
    /// What a run sends comes behind what waits: it loses no block by this.
    ///
    /// - Parameters:
    ///   - account: Who sent it.
    ///   - network: Where.
    ///   - say: Hears what is waited for; nil: nothing is.
    /// - Returns: The counts of the last look.
    /// - Throws: ``StepFailure`` where the node cannot be spoken to, or the run is interrupted.
    func sentCount(
        of account: Address,
        on network: OpenNetwork,
        waiting say: (@Sendable (String) -> Void)?
    ) async throws(StepFailure) -> SentCount {
        let rules = LaneRules(network.spec, patience: patience)
        var last: SentCount?
        let settled = try await untilSeen(
            within: say == nil ? .zero : rules.untilSettled,
            atMostApart: rules.longestPoll,
            waiting: { say?("waits for blocks with what \(account) sent and nothing is on record of") }
        ) { () async throws(StepFailure) -> SentCount? in
            let count = try await sentCount(of: account, on: network)
            last = count
            return count.unknownWaiting == 0 ? count : nil
        }
        guard let count = settled ?? last else { preconditionFailure("it was looked at once") }
        return count
    }

    private func sentCount(of account: Address, on network: OpenNetwork) async throws(StepFailure)
        -> SentCount
    {
        // Ahead of the record, so that whatever this run sends meanwhile is in both or in neither.
        let (latest, pending) = try await network.transactionCounts(of: account)
        guard pending > latest else {
            return SentCount(inBlocks: latest, unknownWaiting: 0, withPool: latest)
        }
        let lane = network.lane(of: account)
        let known = try inLedger { () throws(LedgerError) in try ledger.nonces(of: lane) }
        let waiting = latest..<pending
        return SentCount(
            inBlocks: latest,
            unknownWaiting: pending - latest - UInt64(known.count { waiting.contains($0) }),
            withPool: pending
        )
    }
}
