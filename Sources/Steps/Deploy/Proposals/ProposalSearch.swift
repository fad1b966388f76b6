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
        /// No block has it, and another transaction, in a block, used its nonce.
        case overtaken(by: Hash, in: UInt64)
        /// Its nonce is used, by a block, and what was done with it cannot be told, for the reason.
        case untold(StepFailure, in: UInt64)
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
        let account = proposal.intent.lane.sender
        let counted = asked.map(\.counted).min() ?? proposal.counted
        // One block for both: a node that is behind would show a nonce as used, and no transaction that did.
        let head = try await network.height(.latest)
        let count = try await network.transactionCount(of: account, at: .number(head))
        guard count > counted else { return .waits }
        let search = NonceSearch(network, account)
        var users: [UInt64: TransactionLookup] = [:]
        for nonce in Self.candidates(proposal.nonce, counted..<count) {
            guard case .known(let user) = try await search.user(of: nonce, by: head) else {
                throw unknown(proposal, nonce)
            }
            let transaction = user.lookup
            if let done = asked.first(where: { $0.intent.isDone(by: transaction) }) {
                return try await sent(done, transaction.hash)
            }
            users[nonce] = transaction
        }
        guard count - counted <= Self.most else { throw unknown(proposal, counted) }
        let last = asked.map(\.nonce).max() ?? proposal.nonce
        guard count > last else { return .waits }
        guard let user = users[last], let block = user.blockNumber else { throw unknown(proposal, last) }
        return .overtaken(by: user.hash, in: block)
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
