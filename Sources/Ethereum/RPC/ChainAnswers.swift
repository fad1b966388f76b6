package import EthereumTypes

/// What tells a chain from every other: test chains share ids, so the first block counts too.
package struct ChainOrigin: Hashable, Sendable {
    package let chainID: ChainID
    /// The hash of block 0.
    package let genesis: Hash
}

/// What a chain knows of an account.
package struct AccountState: Hashable, Sendable {
    /// How many of its transactions are in blocks.
    package let latest: UInt64
    /// The same with the pool's on top.
    package let pending: UInt64
    package let balance: Wei
    /// The number of the newest block.
    package let head: UInt64
}

/// A block without its transactions.
package struct Block: Hashable, Sendable {
    package let number: UInt64
    package let hash: Hash
    package let parentHash: Hash
    /// In seconds since 1970.
    package let timestamp: UInt64
    package let gasLimit: UInt64
    /// Absent on chains without EIP-1559.
    package let baseFeePerGas: Wei?

    init(_ reader: RPCReader) throws(RPCFailure) {
        number = try reader.member("number").number()
        hash = try reader.member("hash").hash()
        parentHash = try reader.member("parentHash").hash()
        timestamp = try reader.member("timestamp").number()
        gasLimit = try reader.member("gasLimit").number()
        baseFeePerGas = try reader.optional("baseFeePerGas").map { (fee) throws(RPCFailure) in try fee.wei() }
    }
}

/// What `eth_feeHistory` says of some blocks.
package struct FeeHistory: Hashable, Sendable {
    package let oldestBlock: UInt64
    /// One for every block and one for the block that comes next; empty on chains without EIP-1559.
    package let baseFeePerGas: [Wei]
    /// For every block, the priority fees at the percentiles that were asked for.
    package let reward: [[Wei]]

    package init(oldestBlock: UInt64, baseFeePerGas: [Wei], reward: [[Wei]]) {
        self.oldestBlock = oldestBlock
        self.baseFeePerGas = baseFeePerGas
        self.reward = reward
    }

    init(_ reader: RPCReader) throws(RPCFailure) {
        oldestBlock = try reader.member("oldestBlock").number()
        baseFeePerGas = try Self.list(reader.optional("baseFeePerGas"))
        var rewards: [[Wei]] = []
        if let blocks = reader.optional("reward") {
            for block in try blocks.elements() { rewards.append(try Self.list(block)) }
        }
        reward = rewards
    }

    private static func list(_ reader: RPCReader?) throws(RPCFailure) -> [Wei] {
        var fees: [Wei] = []
        for element in try reader?.elements() ?? [] { fees.append(try element.wei()) }
        return fees
    }
}

/// A transaction as a node knows it, in its pool or in a block.
package struct TransactionLookup: Hashable, Sendable {
    package let hash: Hash
    package let sender: Address
    package let nonce: UInt64
    package let to: Address?
    package let value: Wei
    /// Init code with arguments, or call data.
    package let input: [UInt8]
    package let gasLimit: UInt64
    /// Absent while the transaction waits in the pool.
    package let blockHash: Hash?
    package let blockNumber: UInt64?

    init(_ reader: RPCReader) throws(RPCFailure) {
        hash = try reader.member("hash").hash()
        sender = try reader.member("from").address()
        nonce = try reader.member("nonce").number()
        to = try reader.optional("to").map { (to) throws(RPCFailure) in try to.address() }
        value = try reader.member("value").wei()
        input = try reader.member("input").bytes()
        gasLimit = try reader.member("gas").number()
        blockHash = try reader.optional("blockHash").map { (hash) throws(RPCFailure) in try hash.hash() }
        blockNumber = try reader.optional("blockNumber").map { (number) throws(RPCFailure) in
            try number.number()
        }
    }
}

/// What the chain says of one mined transaction.
package struct TransactionReceipt: Hashable, Sendable {
    package enum Status: Hashable, Sendable {
        case succeeded
        case reverted
        /// The receipt does not say; that is not a success.
        case unstated
    }

    package let transactionHash: Hash
    package let blockHash: Hash
    package let blockNumber: UInt64
    package let status: Status
    package let contractAddress: Address?
    package let gasUsed: UInt64
    /// Absent on old chains.
    package let effectiveGasPrice: Wei?
    package let logs: [Log]

    /// What a contract recorded.
    package struct Log: Hashable, Sendable {
        package let address: Address
        package let topics: [Hash]
        package let data: [UInt8]

        init(_ reader: RPCReader) throws(RPCFailure) {
            address = try reader.member("address").address()
            var topics: [Hash] = []
            for topic in try reader.member("topics").elements() { topics.append(try topic.hash()) }
            self.topics = topics
            data = try reader.member("data").bytes()
        }
    }

    init(_ reader: RPCReader) throws(RPCFailure) {
        transactionHash = try reader.member("transactionHash").hash()
        blockHash = try reader.member("blockHash").hash()
        blockNumber = try reader.member("blockNumber").number()
        switch try reader.optional("status").map({ (status) throws(RPCFailure) in try status.number() }) {
        case 1: status = .succeeded
        case 0: status = .reverted
        case .none: status = .unstated
        case .some: throw reader.malformed("'status' is neither 0x0 nor 0x1")
        }
        contractAddress = try reader.optional("contractAddress").map { (address) throws(RPCFailure) in
            try address.address()
        }
        gasUsed = try reader.member("gasUsed").number()
        effectiveGasPrice = try reader.optional("effectiveGasPrice").map { (price) throws(RPCFailure) in
            try price.wei()
        }
        var logs: [Log] = []
        for log in try reader.optional("logs")?.elements() ?? [] {
            logs.append(try Log(log))
        }
        self.logs = logs
    }
}

/// What a node still has of a transaction.
package struct TransactionRecord: Hashable, Sendable {
    package let receipt: TransactionReceipt?
    package let transaction: TransactionLookup?

    /// Of one that the node does not know.
    package static let none = TransactionRecord(receipt: nil, transaction: nil)
}

/// What a contract recorded, with the transaction in which it did.
package struct LoggedEvent: Hashable, Sendable {
    package let log: TransactionReceipt.Log
    package let transactionHash: Hash
    package let blockNumber: UInt64

    init(_ reader: RPCReader) throws(RPCFailure) {
        log = try TransactionReceipt.Log(reader)
        transactionHash = try reader.member("transactionHash").hash()
        blockNumber = try reader.member("blockNumber").number()
    }
}
