package import EthereumTypes

/// Running, sending and looking up transactions.
extension EthereumRPC {
    /// What the call returns at a block, without changing anything.
    ///
    /// - Throws: ``RPCFailure/node(_:)`` with ``NodeFault/revertData`` where the code reverts.
    package func call(
        _ request: CallRequest,
        at block: BlockReference = .latest
    ) async throws(RPCFailure) -> [UInt8] {
        try await ask("eth_call", [request.json, block.json]).bytes()
    }

    /// The gas that the call would need now.
    package func estimateGas(_ request: CallRequest) async throws(RPCFailure) -> UInt64 {
        try await ask("eth_estimateGas", [request.json]).number()
    }

    /// The gas that each of many calls would need now, in as few exchanges as may be, in their order.
    ///
    /// - Throws: ``RPCFailure`` where the node could not be spoken to.
    package func estimateGas(
        _ requests: [CallRequest]
    ) async throws(RPCFailure) -> [Result<UInt64, RPCFailure>] {
        try await askTogether(requests.map { Question("eth_estimateGas", [$0.json]) }).map { answer in
            do throws(RPCFailure) {
                return .success(try answer.get().number())
            } catch {
                return .failure(error)
            }
        }
    }

    /// What many calls return at a block, in as few exchanges as may be, in their order.
    ///
    /// - Throws: ``RPCFailure`` where the node could not be spoken to.
    package func call(
        _ requests: [CallRequest],
        at block: BlockReference = .latest
    ) async throws(RPCFailure) -> [Result<[UInt8], RPCFailure>] {
        let questions = requests.map { Question("eth_call", [$0.json, block.json]) }
        return try await askTogether(questions, inOrder: false).map { answer in
            do throws(RPCFailure) {
                return .success(try answer.get().bytes())
            } catch {
                return .failure(error)
            }
        }
    }

    /// Hands signed bytes to the node once.
    ///
    /// A failure whose ``RPCFailure/mayHaveTakenEffect`` is true must be treated as sent.
    ///
    /// - Throws: ``RPCFailure/malformed(method:_:)`` too where the node answers with another hash.
    package func send(_ transaction: SignedTransaction) async throws(RPCFailure) {
        let question = Self.sending(transaction)
        try Self.check(try await call(question.method, question.parameters), of: transaction)
    }

    /// Hands signed bytes of several transactions to the node in one exchange, each once.
    ///
    /// A failure whose ``RPCFailure/mayHaveTakenEffect`` is true must be treated as sent.
    ///
    /// - Returns: Why each was not taken, in their order; nil where the node says that it was, and
    ///   ``RPCFailure/malformed(method:_:)`` too where it answers with another hash or does not answer to this one.
    /// - Throws: ``RPCFailure`` where the exchange failed: it is that of each.
    package func send(together transactions: [SignedTransaction]) async throws(RPCFailure) -> [RPCFailure?] {
        let answers = try await batch(transactions.map(Self.sending))
        return zip(transactions, answers).map { transaction, answer in
            do throws(RPCFailure) {
                guard let answer else {
                    throw RPCFailure.malformed(method: Self.sendMethod, "one of a batch is not answered")
                }
                try Self.check(try answer.get(), of: transaction)
                return nil
            } catch {
                return error
            }
        }
    }

    private static let sendMethod = "eth_sendRawTransaction"

    private static func sending(_ transaction: SignedTransaction) -> Question {
        Question(sendMethod, [.string(Hex.prefixed(transaction.raw))])
    }

    private static func check(_ answer: JSONValue, of transaction: SignedTransaction) throws(RPCFailure) {
        let reader = RPCReader(method: sendMethod, value: answer)
        guard try reader.hash() == transaction.hash else {
            throw reader.malformed("it names another transaction than the one that was sent")
        }
    }

    /// What the node knows of a transaction; nil is no proof that it does not exist.
    package func transaction(_ hash: Hash) async throws(RPCFailure) -> TransactionLookup? {
        let reader = try await ask("eth_getTransactionByHash", [.string(hash.description)])
        guard reader.value != .null else { return nil }
        let lookup = try TransactionLookup(reader)
        guard lookup.hash == hash else { throw reader.malformed("it is another transaction") }
        return lookup
    }

    /// The receipt of a mined transaction; nil is no proof that it was not mined.
    package func receipt(_ hash: Hash) async throws(RPCFailure) -> TransactionReceipt? {
        let reader = try await ask("eth_getTransactionReceipt", [.string(hash.description)])
        return try Self.receipt(reader, of: hash)
    }

    /// What the node knows of many transactions and of how they ended, in as few exchanges as may be.
    ///
    /// - Returns: By hash; what the node cannot give, as one that has dropped old transactions, is nil there.
    /// - Throws: ``RPCFailure`` where the node cannot be spoken to, or does not give a receipt.
    package func records(_ hashes: [Hash]) async throws(RPCFailure) -> [Hash: TransactionRecord] {
        var questions: [Question] = []
        for hash in hashes {
            questions.append(Question("eth_getTransactionReceipt", [.string(hash.description)]))
            questions.append(Question("eth_getTransactionByHash", [.string(hash.description)]))
        }
        let answers = try await askTogether(questions, inOrder: false)
        var records: [Hash: TransactionRecord] = [:]
        for (place, hash) in hashes.enumerated() {
            let lookup = (try? answers[2 * place + 1].get()).flatMap { try? TransactionLookup($0) }
            records[hash] = TransactionRecord(
                receipt: try Self.receipt(try answers[2 * place].get(), of: hash),
                transaction: lookup?.hash == hash ? lookup : nil
            )
        }
        return records
    }

    /// What a contract recorded in some blocks under one of some first topics.
    ///
    /// - Parameters:
    ///   - address: The contract.
    ///   - topics: The hashes of the events' signatures.
    ///   - blocks: Nodes refuse ranges that are long for them.
    /// - Returns: The events, in the order of the chain.
    /// - Throws: ``RPCFailure`` too where the range is too long for the node.
    package func logs(
        of address: Address,
        topics: [Hash],
        in blocks: ClosedRange<UInt64>
    ) async throws(RPCFailure) -> [LoggedEvent] {
        let filter = JSONValue.object([
            "address": .string(address.description),
            "topics": .array([.array(topics.map { .string($0.description) })]),
            "fromBlock": BlockReference.number(blocks.lowerBound).json,
            "toBlock": BlockReference.number(blocks.upperBound).json,
        ])
        var events: [LoggedEvent] = []
        for element in try await ask("eth_getLogs", [filter]).elements() {
            events.append(try LoggedEvent(element))
        }
        return events
    }

    static func receipt(_ reader: RPCReader, of hash: Hash) throws(RPCFailure) -> TransactionReceipt? {
        guard reader.value != .null else { return nil }
        let receipt = try TransactionReceipt(reader)
        guard receipt.transactionHash == hash else { throw reader.malformed("it is of another transaction") }
        return receipt
    }
}
