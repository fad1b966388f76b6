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
        if let content, let stranger = try await strangers(with: [nonce]).found.first, stranger.does(content)
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
        let head = try await network.height(.latest)
        var found: [UInt64: SentTransaction] = [:]
        var unknown: Set<UInt64> = []
        var last = head
        for nonce in nonces.reversed() where found[nonce] == nil {
            switch try await place(of: nonce, by: last) {
            case .open: continue
            case .unknown: unknown.insert(nonce)
            case .block(let block):
                for sent in try await network.transactions(of: sender, in: block) {
                    found[sent.lookup.nonce] = sent
                }
                if found[nonce] == nil { unknown.insert(nonce) }
                // Those before it are in this block or an earlier one.
                last = block
            }
        }
        let wanted = nonces.compactMap { found[$0] }
        let records = try await network.records(wanted.map(\.lookup.hash)).get()
        let strangers = wanted.compactMap { sent -> LaneStranger? in
            guard let receipt = records[sent.lookup.hash]?.receipt else { return nil }
            return LaneStranger(sent, succeeded: receipt.status == .succeeded)
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
        switch try await place(of: nonce, by: block) {
        case .open: return .open
        case .unknown: return .unknown
        case .block(let block):
            let sent = (try? await network.transactions(of: sender, in: block)) ?? []
            return sent.first { $0.lookup.nonce == nonce }.map { .known($0) } ?? .unknown
        }
    }

    /// Which block used a nonce.
    private enum Place {
        case open
        case unknown
        case block(UInt64)
    }

    private func place(of nonce: UInt64, by block: UInt64) async throws(StepFailure) -> Place {
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
        return .block(used)
    }

    private func isUsed(_ nonce: UInt64, at block: UInt64) async throws(StepFailure) -> Bool {
        try await network.transactionCount(of: sender, at: .number(block)) > nonce
    }
}

extension LaneStranger {
    fileprivate init(_ sent: SentTransaction, succeeded: Bool) {
        self.init(
            hash: sent.lookup.hash,
            nonce: sent.lookup.nonce,
            block: sent.lookup.blockNumber ?? 0,
            to: sent.lookup.to,
            value: sent.lookup.value,
            data: sent.lookup.input,
            succeeded: succeeded,
            signed: sent.signed
        )
    }
}
