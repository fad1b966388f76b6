package import EthereumTypes

/// Questions about one account.
extension EthereumRPC {
    /// How many transactions the account has sent, which is its next nonce; with `pending`, the pool's included.
    package func transactionCount(
        of address: Address,
        at block: BlockReference
    ) async throws(RPCFailure) -> UInt64 {
        try await ask("eth_getTransactionCount", [.string(address.description), block.json]).number()
    }

    /// How many transactions of the account blocks have, and how many with the pool's, in one exchange where the node takes batches.
    package func transactionCounts(
        of address: Address
    ) async throws(RPCFailure) -> (latest: UInt64, pending: UInt64) {
        let account = JSONValue.string(address.description)
        let answers = try await askTogether([
            Question("eth_getTransactionCount", [account, BlockReference.latest.json]),
            Question("eth_getTransactionCount", [account, BlockReference.pending.json]),
        ])
        return (try answers[0].get().number(), try answers[1].get().number())
    }

    /// How many transactions the account had at some blocks, in as few exchanges as may be; nil where the node refuses to say.
    package func transactionCounts(
        of address: Address,
        at blocks: [UInt64]
    ) async throws(RPCFailure) -> [UInt64?] {
        let account = JSONValue.string(address.description)
        let answers = try await askTogether(
            blocks.map { Question("eth_getTransactionCount", [account, BlockReference.number($0).json]) })
        return answers.map { try? $0.get().number() }
    }

    /// What the chain knows of an account that is about to send, in one exchange where the node takes batches.
    ///
    /// The head is read last: counts and balance are at least as new as that block where one node answers them all.
    package func account(of address: Address) async throws(RPCFailure) -> AccountState {
        let account = JSONValue.string(address.description)
        let answers = try await askTogether([
            Question("eth_getTransactionCount", [account, BlockReference.latest.json]),
            Question("eth_getTransactionCount", [account, BlockReference.pending.json]),
            Question("eth_getBalance", [account, BlockReference.latest.json]),
            Question("eth_blockNumber", []),
        ])
        return AccountState(
            latest: try answers[0].get().number(),
            pending: try answers[1].get().number(),
            balance: try answers[2].get().wei(),
            head: try answers[3].get().number()
        )
    }

    /// The balance, held at the largest amount where a test chain gave more.
    package func balance(
        of address: Address,
        at block: BlockReference = .latest
    ) async throws(RPCFailure) -> Wei {
        try await ask("eth_getBalance", [.string(address.description), block.json]).wei()
    }

    /// The runtime code; empty where there is no contract.
    package func code(
        of address: Address,
        at block: BlockReference = .latest
    ) async throws(RPCFailure) -> [UInt8] {
        try await ask("eth_getCode", [.string(address.description), block.json]).bytes()
    }

    /// The 32 bytes of one slot; nodes that leave zeros out are understood.
    package func storage(
        of address: Address,
        slot: Hash,
        at block: BlockReference = .latest
    ) async throws(RPCFailure) -> [UInt8] {
        let parameters: [JSONValue] = [.string(address.description), .string(slot.description), block.json]
        let reader = try await ask("eth_getStorageAt", parameters)
        let bytes = try reader.bytes()
        guard bytes.count <= 32 else { throw reader.malformed("a slot has at most 32 bytes") }
        return [UInt8](repeating: 0, count: 32 - bytes.count) + bytes
    }
}
