package import EthereumTypes

/// What one look at a chain gave.
package struct ChainLook: Sendable {
    /// The number of the newest block, where it was asked for.
    package var head: UInt64?
    /// The number of the newest block that stays, where it was asked for; 0 where there is none yet.
    package var finalized: UInt64?
    /// Of those transactions that a block has.
    package var receipts: [Hash: TransactionReceipt] = [:]
    /// How many transactions of the sender are in blocks, where that was asked for.
    package var count: UInt64?
}

extension EthereumRPC {
    /// How far the chain is, and which transactions blocks have, in one exchange where the node takes batches.
    ///
    /// Behind a load balancer two exchanges may be answered by nodes on different branches. Within one the head comes first:
    /// where each question is answered by itself, a chain that is reorganised between the two answers is then not deeper than it was,
    /// and a receipt that came before the head would be of the branch that is gone.
    ///
    /// Transactions behind one that `block` has, in the order in which blocks take them, are looked for in that block first where a
    /// node limits questions: all its receipts are one. Those that are not there are in none where it is the head.
    package func look(
        _ hashes: [Hash],
        wantsHead: Bool,
        wantsFinalized: Bool = false,
        countOf sender: Address? = nil,
        behind block: Hash? = nil
    ) async throws(RPCFailure) -> ChainLook {
        let isInBlock = block != nil && together < Self.mostTogether && hashes.count >= Self.manyReceipts
        var questions: [Question] = []
        if wantsHead { questions.append(Question("eth_blockNumber", [])) }
        if wantsFinalized {
            let finalized = BlockReference.finalized.json
            questions.append(Question("eth_getBlockByNumber", [finalized, .bool(false)]))
        }
        if isInBlock, let block {
            let reference = JSONValue.object(["blockHash": .string(block.description)])
            questions.append(Question("eth_getBlockReceipts", [reference]))
        } else {
            questions += hashes.map { Question("eth_getTransactionReceipt", [.string($0.description)]) }
        }
        if let sender {
            let account = JSONValue.string(sender.description)
            questions.append(Question("eth_getTransactionCount", [account, BlockReference.latest.json]))
        }
        var answers = try await askTogether(questions)[...]
        var look = ChainLook()
        if wantsHead, let answer = answers.popFirst() { look.head = try answer.get().number() }
        if wantsFinalized, let answer = answers.popFirst() {
            let block = try answer.get()
            look.finalized = block.value == .null ? 0 : try block.member("number").number()
        }
        if isInBlock, let block, let answer = answers.popFirst() {
            let there = Self.receipts(answer, in: block)
            for receipt in there where hashes.contains(receipt.transactionHash) {
                look.receipts[receipt.transactionHash] = receipt
            }
            let isHead = there.first.map { $0.blockNumber == look.head } ?? false
            let left = isHead ? [] : hashes.filter { look.receipts[$0] == nil }
            if !left.isEmpty {
                look.receipts.merge(try await self.look(left, wantsHead: false).receipts) { first, _ in first
                }
            }
        } else {
            for hash in hashes {
                guard let answer = answers.popFirst() else { break }
                look.receipts[hash] = try Self.receipt(try answer.get(), of: hash)
            }
        }
        if let answer = answers.popFirst() { look.count = try answer.get().number() }
        return look
    }

    /// From so many receipts on they are looked for in a block.
    private static let manyReceipts = 4

    /// All receipts of a block; none where the node does not give them so, as many do not.
    private static func receipts(
        _ answer: Result<RPCReader, RPCFailure>,
        in block: Hash
    ) -> [TransactionReceipt] {
        guard let reader = try? answer.get(), reader.value != .null, let elements = try? reader.elements()
        else { return [] }
        return elements.compactMap { try? TransactionReceipt($0) }.filter { $0.blockHash == block }
    }
}
