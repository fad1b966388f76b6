import Ethereum
import EthereumTypes
import Ledger
import Model

/// Looks on a chain for the transaction with which people did what was proposed.
///
/// Whoever signs may choose another nonce than the proposed one, so that each that the account used since is looked at;
/// what counts is that recipient, value and data are those that were asked for.
struct ProposalSearch: Sendable {
    /// What became of a proposal.
    enum Finding: Sendable {
        /// No block has it, and it can still be sent with its nonce.
        case waits
        /// No block has it, and another transaction used its nonce.
        case overtaken
        case sent(TransactionReceipt)
    }

    /// Nonces that are looked at for one proposal.
    private static let most: UInt64 = 64

    let network: OpenNetwork

    /// - Throws: ``StepFailure`` of the kind `blocked`, coded `not-found`, where the node does not say what used the nonces.
    func finding(_ proposal: Proposal) async throws(StepFailure) -> Finding {
        let account = proposal.intent.lane.sender
        if let batch = proposal.batchHash { return try await finding(batch, proposal) }
        let count = try await network.transactionCount(of: account, at: .latest)
        guard count > proposal.counted else { return .waits }
        let head = try await network.height(.latest)
        let search = NonceSearch(network, account)
        for nonce in Self.candidates(proposal, below: count) {
            switch try await search.user(of: nonce, by: head) {
            case .open: continue
            case .unknown: throw unknown(proposal, nonce)
            case .known(let transaction):
                guard proposal.intent.isDone(by: transaction) else { continue }
                guard let receipt = try await network.receipt(transaction.hash) else {
                    throw unknown(proposal, nonce)
                }
                return .sent(receipt)
            }
        }
        guard count - proposal.counted <= Self.most else { throw unknown(proposal, proposal.counted) }
        return count > proposal.nonce ? .overtaken : .waits
    }

    /// What a Safe executed it says itself; with another transaction of its nonce it can no longer execute this one.
    private func finding(_ batch: Hash, _ proposal: Proposal) async throws(StepFailure) -> Finding {
        let safe = SafeReading(network: network, safe: proposal.intent.lane.sender)
        guard try await safe.nonce() > proposal.nonce else { return .waits }
        let head = max(try await network.height(.latest), proposal.counted)
        guard let hash = try await safe.execution(of: batch, in: proposal.counted...head) else {
            return .overtaken
        }
        guard let receipt = try await network.receipt(hash) else { throw unknown(proposal, proposal.nonce) }
        return .sent(receipt)
    }

    /// The proposed nonce first, then the others that were used since.
    private static func candidates(_ proposal: Proposal, below count: UInt64) -> [UInt64] {
        let all = proposal.counted..<min(count, proposal.counted + most)
        let first = proposal.nonce < count ? [proposal.nonce] : []
        return first + all.filter { $0 != proposal.nonce }
    }

    private func unknown(_ proposal: Proposal, _ nonce: UInt64) -> StepFailure {
        let account = proposal.intent.lane.sender
        return StepFailure(
            .blocked,
            code: "not-found",
            "run \(proposal.intent.run) proposed \(proposal.intent.step), \(account) has sent transactions since, and "
                + "'\(network.spec.name)' does not say whether one of them (nonce \(nonce) and later) is that",
            hint: "ask a node that keeps old states; or, where it is there: hyperkit deployments adopt "
                + "\(proposal.intent.step.subject) ADDRESS"
        )
    }
}

extension Proposal.Intent {
    /// Whether a transaction does what was asked for.
    func isDone(by transaction: TransactionLookup) -> Bool {
        transaction.sender == lane.sender && transaction.to == to && transaction.value == value
            && Keccak256.hash(transaction.input) == payloadHash
    }
}
