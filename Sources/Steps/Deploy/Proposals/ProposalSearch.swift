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
        /// Of what was asked for under its nonce this was sent.
        case sent(Proposal, TransactionReceipt)
    }

    /// Nonces that are looked at for one proposal.
    private static let most: UInt64 = 64

    let network: OpenNetwork

    /// - Parameters:
    ///   - proposal: What people were asked for last.
    ///   - earlier: What it took the place of, under the same nonce.
    /// - Returns: What became of them.
    /// - Throws: ``StepFailure`` of the kind `blocked`, coded `not-found`, where the node does not say what used the nonces.
    func finding(_ proposal: Proposal, insteadOf earlier: [Proposal]) async throws(StepFailure) -> Finding {
        let asked = [proposal] + earlier
        if proposal.batchHash != nil { return try await executed(asked, proposal) }
        let account = proposal.intent.lane.sender
        let counted = asked.map(\.counted).min() ?? proposal.counted
        let count = try await network.transactionCount(of: account, at: .latest)
        guard count > counted else { return .waits }
        let head = try await network.height(.latest)
        let search = NonceSearch(network, account)
        for nonce in Self.candidates(proposal.nonce, counted..<count) {
            switch try await search.user(of: nonce, by: head) {
            case .open: continue
            case .unknown: throw unknown(proposal, nonce)
            case .known(let transaction):
                guard let done = asked.first(where: { $0.intent.isDone(by: transaction) }) else { continue }
                return try await sent(done, transaction.hash)
            }
        }
        guard count - counted <= Self.most else { throw unknown(proposal, counted) }
        return count > proposal.nonce ? .overtaken : .waits
    }

    /// What a Safe executed it says itself; with another transaction of its nonce it can no longer execute these.
    private func executed(_ asked: [Proposal], _ proposal: Proposal) async throws(StepFailure) -> Finding {
        let safe = SafeReading(network: network, safe: proposal.intent.lane.sender)
        guard try await safe.nonce() > proposal.nonce else { return .waits }
        let start = asked.map(\.counted).min() ?? proposal.counted
        let head = max(try await network.height(.latest), start)
        let found = try await safe.execution(ofAnyOf: Set(asked.compactMap(\.batchHash)), in: start...head)
        guard let found, let done = asked.first(where: { $0.batchHash == found.batch }) else {
            return .overtaken
        }
        return try await sent(done, found.transaction)
    }

    private func sent(_ proposal: Proposal, _ hash: Hash) async throws(StepFailure) -> Finding {
        guard let receipt = try await network.receipt(hash) else { throw unknown(proposal, proposal.nonce) }
        return .sent(proposal, receipt)
    }

    /// The proposed nonce first, then the others that were used since.
    private static func candidates(_ proposed: UInt64, _ used: Range<UInt64>) -> [UInt64] {
        (used.contains(proposed) ? [proposed] : []) + used.prefix(Int(most)).filter { $0 != proposed }
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
