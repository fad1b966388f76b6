import Ethereum
import EthereumTypes
import Model

/// Finds the transaction that used a nonce, in blocks that stay.
///
/// A node's count of a sender's transactions at a block tells whether the nonce was used by then; the first block with a
/// higher count has the transaction. Only that is proof: a missing receipt proves nothing.
struct NonceSearch: Sendable {
    private let network: OpenNetwork
    private let sender: Address

    init(_ network: OpenNetwork, _ sender: Address) {
        self.network = network
        self.sender = sender
    }

    /// Who used a nonce, by the blocks that are final.
    func proof(of nonce: UInt64) async throws(StepFailure) -> NonceProof {
        switch try await user(of: nonce, by: try await network.height(.finalized)) {
        case .open: .open
        case .unknown: .unknown
        case .known(let transaction): .usedBy(transaction.hash)
        }
    }

    /// Who used a nonce, by the blocks up to one.
    enum User: Sendable {
        /// Nobody did by then.
        case open
        /// Somebody did; the node does not say who.
        case unknown
        case known(TransactionLookup)
    }

    func user(of nonce: UInt64, by block: UInt64) async throws(StepFailure) -> User {
        guard try await isUsed(nonce, at: block) else { return .open }
        // Nodes keep few old states: the search begins near the head and goes back in steps that double.
        var used = block
        var open: UInt64?
        var step: UInt64 = 1
        while open == nil, used > 0 {
            let earlier = used > step ? used - step : 0
            guard let isUsed = try? await isUsed(nonce, at: earlier) else { return .unknown }
            if isUsed {
                used = earlier
            } else {
                open = earlier
            }
            step *= 2
        }
        var low = open ?? 0
        while used > low + 1 {
            let middle = low + (used - low) / 2
            guard let isUsed = try? await isUsed(nonce, at: middle) else { return .unknown }
            if isUsed {
                used = middle
            } else {
                low = middle
            }
        }
        let sent = (try? await network.transactions(in: used)) ?? []
        let user = sent.first { $0.sender == sender && $0.nonce == nonce }
        return user.map { .known($0) } ?? .unknown
    }

    private func isUsed(_ nonce: UInt64, at block: UInt64) async throws(StepFailure) -> Bool {
        try await network.transactionCount(of: sender, at: .number(block)) > nonce
    }
}
