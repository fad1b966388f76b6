package import EthereumTypes

/// Questions about the chain as a whole.
extension EthereumRPC {
    package func chainID() async throws(RPCFailure) -> ChainID {
        let reader = try await ask("eth_chainId", [])
        guard let id = ChainID(try reader.number()) else { throw reader.malformed("a chain id is never 0") }
        return id
    }

    /// What tells this chain from every other, in one exchange where the node takes batches.
    package func origin() async throws(RPCFailure) -> ChainOrigin {
        try Self.origin(try await askTogether(Self.ofOrigin))
    }

    /// The same, and the number of the newest block; nil where the node does not say that.
    package func opening() async throws(RPCFailure) -> (origin: ChainOrigin, head: UInt64?) {
        let answers = try await askTogether(Self.ofOrigin + [Question("eth_blockNumber", [])])
        return (try Self.origin(answers), try? answers[2].get().number())
    }

    private static var ofOrigin: [Question] {
        [
            Question("eth_chainId", []),
            Question("eth_getBlockByNumber", [BlockReference.number(0).json, .bool(false)]),
        ]
    }

    private static func origin(
        _ answers: [Result<RPCReader, RPCFailure>]
    ) throws(RPCFailure) -> ChainOrigin {
        let (number, first) = (try answers[0].get(), try answers[1].get())
        guard let id = ChainID(try number.number()) else { throw number.malformed("a chain id is never 0") }
        guard first.value != .null else { throw first.malformed("the node has no block 0") }
        return ChainOrigin(chainID: id, genesis: try first.member("hash").hash())
    }

    /// The number of the newest block.
    package func blockNumber() async throws(RPCFailure) -> UInt64 {
        try await ask("eth_blockNumber", []).number()
    }

    package func clientVersion() async throws(RPCFailure) -> String {
        try await ask("web3_clientVersion", []).text()
    }

    /// A block; nil where the node has none of that number.
    package func block(_ reference: BlockReference) async throws(RPCFailure) -> Block? {
        let reader = try await ask("eth_getBlockByNumber", [reference.json, .bool(false)])
        return reader.value == .null ? nil : try Block(reader)
    }

    /// What an account sent that a block has; nothing where the node has no block of that number.
    package func transactions(
        of sender: Address,
        in block: UInt64
    ) async throws(RPCFailure) -> [SentTransaction] {
        let reader = try await ask("eth_getBlockByNumber", [BlockReference.number(block).json, .bool(true)])
        guard reader.value != .null else { return [] }
        var sent: [SentTransaction] = []
        for element in try reader.member("transactions").elements() {
            let lookup = try TransactionLookup(element)
            if lookup.sender == sender { sent.append(SentTransaction(element, lookup)) }
        }
        return sent
    }

    /// The hash of block 0, which tells apart two chains of one id.
    package func genesisHash() async throws(RPCFailure) -> Hash {
        guard let block = try await block(.number(0)) else {
            throw .malformed(method: "eth_getBlockByNumber", "the node has no block 0")
        }
        return block.hash
    }

    /// The fees of up to `blocks` blocks that end with the newest, with rewards at the given percentiles.
    package func feeHistory(
        blocks: Int,
        newest: BlockReference = .latest,
        percentiles: [Int]
    ) async throws(RPCFailure) -> FeeHistory {
        let parameters = [
            RPCReader.quantity(blocks), newest.json, .array(percentiles.map { .integer(Int64($0)) }),
        ]
        return try FeeHistory(try await ask("eth_feeHistory", parameters))
    }

    package func maxPriorityFeePerGas() async throws(RPCFailure) -> Wei {
        try await ask("eth_maxPriorityFeePerGas", []).wei()
    }

    package func gasPrice() async throws(RPCFailure) -> Wei {
        try await ask("eth_gasPrice", []).wei()
    }
}
