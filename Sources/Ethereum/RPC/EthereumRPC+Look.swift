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
    package func look(
        _ hashes: [Hash],
        wantsHead: Bool,
        wantsFinalized: Bool = false,
        countOf sender: Address? = nil
    ) async throws(RPCFailure) -> ChainLook {
        var questions: [Question] = []
        if wantsHead { questions.append(Question("eth_blockNumber", [])) }
        if wantsFinalized {
            let finalized = BlockReference.finalized.json
            questions.append(Question("eth_getBlockByNumber", [finalized, .bool(false)]))
        }
        questions += hashes.map { Question("eth_getTransactionReceipt", [.string($0.description)]) }
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
        for hash in hashes {
            guard let answer = answers.popFirst() else { break }
            look.receipts[hash] = try Self.receipt(try answer.get(), of: hash)
        }
        if let answer = answers.popFirst() { look.count = try answer.get().number() }
        return look
    }
}
