import Ethereum
import EthereumTypes
import Ledger
import Model

/// Looks on a chain for the transactions with which people did what an account was asked for whose key they have.
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

    private let network: OpenNetwork
    private let account: Address
    /// How many transactions blocks have of it.
    private let count: UInt64
    /// Those that were looked at and that the node tells, by nonce.
    private var sent: [UInt64: KeyAttribution.Sent] = [:]
    private var receipts: [Hash: TransactionReceipt] = [:]
    private var attribution: KeyAttribution

    /// - Parameters:
    ///   - network: Where.
    ///   - account: Who was asked.
    ///   - proposals: All that it was ever asked for.
    ///   - steps: Those of the run.
    ///   - known: What is known of the account's transactions.
    /// - Throws: ``StepFailure`` where the node cannot be spoken to.
    init(
        _ network: OpenNetwork,
        _ account: Address,
        of proposals: [Proposal],
        by steps: KeyAttribution.Steps,
        besides known: KeyAttribution.Known
    ) async throws(StepFailure) {
        // One block for both: a node that is behind would show a nonce as used, and no transaction that did.
        let head = try await network.height(.latest)
        (self.network, self.account) = (network, account)
        count = try await network.transactionCount(of: account, at: .number(head))
        attribution = KeyAttribution(sent, of: proposals, by: steps, besides: known)
        let asked = KeyAttribution.asked(proposals, by: steps)
        try await read(asked.flatMap(\.nonces), by: head, for: asked)
        attribution = KeyAttribution(sent, of: proposals, by: steps, besides: known)
        let left = asked.filter { attribution.done($0.proposals[0]) == nil && $0.first < count }
        try await read(left.flatMap { ($0.first..<count).prefix(Int(Self.most)) }, by: head, for: asked)
        attribution = KeyAttribution(sent, of: proposals, by: steps, besides: known)
    }

    /// Looks up which transactions used some nonces, and how what was asked for went.
    private mutating func read(
        _ nonces: [UInt64],
        by head: UInt64,
        for asked: [KeyAttribution.Asked]
    ) async throws(StepFailure) {
        let search = NonceSearch(network, account)
        var found: [UInt64: TransactionLookup] = [:]
        for nonce in Set(nonces).sorted() where nonce < count && sent[nonce] == nil {
            guard case .known(let user) = try await search.user(of: nonce, by: head) else { continue }
            found[nonce] = user.lookup
        }
        let matching = found.values.filter { lookup in
            asked.contains { $0.proposal(for: KeyAttribution.Operation(lookup)) != nil }
        }
        let records = try await network.records(matching.map(\.hash)).get()
        for (hash, record) in records { receipts[hash] = record.receipt }
        let isMatching = Set(matching.map(\.hash))
        for (nonce, lookup) in found {
            // How it went is not told: then nothing is.
            guard let block = lookup.blockNumber,
                !isMatching.contains(lookup.hash) || receipts[lookup.hash] != nil
            else { continue }
            sent[nonce] = KeyAttribution.Sent(
                hash: lookup.hash, block: block, operation: KeyAttribution.Operation(lookup),
                isUndone: receipts[lookup.hash]?.status == .reverted)
        }
    }

    /// - Parameters:
    ///   - proposal: What people were asked for last.
    ///   - earlier: What it took the place of, under the same nonce.
    /// - Returns: What became of them.
    /// - Throws: ``StepFailure`` of the kind `blocked`, coded `not-found`, where the node does not say what used the nonces.
    func finding(_ proposal: Proposal, insteadOf earlier: [Proposal]) throws(StepFailure) -> Finding {
        if let done = attribution.done(proposal), let receipt = receipts[done.sent.hash] {
            return .sent(done.proposal, receipt)
        }
        let asked = [proposal] + earlier
        let counted = asked.map(\.counted).min() ?? proposal.counted
        guard count > counted else { return .waits }
        let looked = [proposal.nonce].filter { $0 < count } + (counted..<count).prefix(Int(Self.most))
        if let nonce = looked.first(where: { sent[$0] == nil }) { throw unknown(proposal, nonce) }
        guard count - counted <= Self.most else { throw unknown(proposal, counted) }
        let last = asked.map(\.nonce).max() ?? proposal.nonce
        guard count > last else { return .waits }
        guard let user = sent[last] else { throw unknown(proposal, last) }
        return .overtaken(by: user.hash, in: user.block)
    }

    private func unknown(_ proposal: Proposal, _ nonce: UInt64) -> StepFailure {
        StepFailure(
            .blocked,
            code: "not-found",
            "run \(proposal.intent.run) proposed \(proposal.intent.step), \(account) has sent transactions since, and "
                + "'\(network.spec.name)' does not say whether one of them (nonce \(nonce) and later) is that",
            hint: "ask a node that keeps old states; or, where it is there: hyperkit deployments adopt "
                + "\(proposal.intent.step.subject) ADDRESS"
        )
    }
}

extension SafeAttribution.Operation {
    init(_ transaction: TransactionLookup) {
        self.init(
            to: transaction.to, value: transaction.value, payloadHash: Keccak256.hash(transaction.input))
    }
}
