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

    /// Who used a nonce: by any block where it does what `content` does, else by the blocks that are final.
    func proof(of nonce: UInt64, like content: Transaction?) async throws(StepFailure) -> NonceProof {
        if let content, let stranger = try await strangers(with: [nonce]).found.first,
            stranger.standsFor(content)
        {
            return .sameBy(stranger)
        }
        return switch try await user(of: nonce, by: try await network.height(.finalized)) {
        case .open: .open
        case .unknown: .unknown
        case .known(let transaction): .usedBy(transaction.lookup.hash)
        }
    }

    /// What used some nonces, as far as blocks have it and the node tells; one block often has several.
    ///
    /// - Parameter nonces: In ascending order.
    /// - Returns: What is found, and the nonces that are used though the node does not tell by what.
    /// - Throws: ``StepFailure`` where the node cannot be spoken to.
    func strangers(
        with nonces: [UInt64]
    ) async throws(StepFailure) -> (found: [LaneStranger], unknown: Set<UInt64>) {
        let search = try await search(for: nonces, by: try await network.height(.latest))
        var found: [UInt64: SentTransaction] = [:]
        var unknown: Set<UInt64> = []
        var looked: Set<UInt64> = []
        for nonce in nonces where found[nonce] == nil {
            switch search.place(of: nonce) {
            case .open: continue
            case .unknown: unknown.insert(nonce)
            case .block(let block) where looked.contains(block): unknown.insert(nonce)
            case .block(let block):
                looked.insert(block)
                for sent in try await network.transactions(of: sender, in: block) {
                    found[sent.lookup.nonce] = sent
                }
                if found[nonce] == nil { unknown.insert(nonce) }
            }
        }
        let wanted = nonces.compactMap { found[$0] }
        let records = try await network.records(wanted.map(\.lookup.hash)).get()
        let strangers = wanted.compactMap { sent -> LaneStranger? in
            guard let receipt = records[sent.lookup.hash]?.receipt else { return nil }
            return LaneStranger(
                sent, succeeded: receipt.status == .succeeded, cap: network.spec.feeSettings.maxFeePerGas)
        }
        return (strangers, unknown.subtracting(found.keys))
    }

    /// Who used a nonce, by the blocks up to one.
    enum User: Sendable {
        /// Nobody did by then.
        case open
        /// Somebody did; the node does not say who.
        case unknown
        case known(SentTransaction)
    }

    func user(of nonce: UInt64, by block: UInt64) async throws(StepFailure) -> User {
        switch try await search(for: [nonce], by: block).place(of: nonce) {
        case .open: return .open
        case .unknown: return .unknown
        case .block(let block):
            let sent = (try? await network.transactions(of: sender, in: block)) ?? []
            return sent.first { $0.lookup.nonce == nonce }.map { .known($0) } ?? .unknown
        }
    }

    /// Which blocks up to one used some nonces.
    private func search(for nonces: [UInt64], by head: UInt64) async throws(StepFailure) -> CountSearch {
        var search = CountSearch(
            nonces, by: head, count: try await network.transactionCount(of: sender, at: .number(head)))
        while true {
            let blocks = search.next()
            guard !blocks.isEmpty else { return search }
            let counts = try await network.transactionCounts(of: sender, at: blocks)
            for (block, count) in zip(blocks, counts) { search.note(count, at: block) }
        }
    }
}

extension LaneStranger {
    fileprivate init(_ sent: SentTransaction, succeeded: Bool, cap: Wei?) {
        self.init(
            hash: sent.lookup.hash,
            nonce: sent.lookup.nonce,
            block: sent.lookup.blockNumber ?? 0,
            to: sent.lookup.to,
            value: sent.lookup.value,
            data: sent.lookup.input,
            gasLimit: sent.lookup.gasLimit,
            succeeded: succeeded,
            signed: sent.signed,
            cap: cap
        )
    }
}
