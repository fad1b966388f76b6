import EthereumTypes

@testable import Ethereum

/// The methods of the execution API that a ``FaultyNode`` answers.
enum FakeMethods {
    struct Refusal: Error {
        var code: Int64 = -32_000
        var message: String
        var data: String?
    }

    /// `Error("no such function")`.
    static let noFunction =
        "0x08c379a0" + word(32) + word(16) + Hex.encode("no such function".utf8)
        + String(repeating: "00", count: 16)

    static func result(
        _ chain: inout FakeChain,
        _ method: String,
        _ parameters: [JSONValue]
    ) -> Result<JSONValue, Refusal> {
        let first = parameters.first?.string ?? ""
        switch method {
        case "eth_chainId": return .success(quantity(chain.chainID))
        case "eth_blockNumber": return .success(quantity(chain.head.number))
        case "eth_getBlockByNumber":
            return .success(block(chain, first, isWhole: parameters.last == .bool(true)))
        case "eth_gasPrice": return .success(quantity(FakeChain.baseFee * 2))
        case "eth_feeHistory":
            return .success(
                .object([
                    "oldestBlock": quantity(chain.head.number),
                    "baseFeePerGas": .array([quantity(FakeChain.baseFee), quantity(FakeChain.baseFee)]),
                    "reward": .array([.array([quantity(FakeChain.baseFee)])]),
                ])
            )
        case "eth_estimateGas": return .success(quantity(FakeChain.gas(data(of: parameters))))
        case "eth_simulateV1" where chain.simulates:
            let blocks = parameters.first?["blockStateCalls"]?.array ?? []
            return .success(
                .array(
                    blocks.enumerated().map { place, block in
                        let call = block["calls"]?.array?.first ?? .null
                        let failed = chain.revertsSimulated == place
                        var shown: [String: JSONValue] = [
                            "status": .string(failed ? "0x0" : "0x1"), "returnData": .string("0x"),
                            "gasUsed": quantity(FakeChain.gas(data(of: [call]))),
                        ]
                        if failed {
                            shown["error"] = .object(["message": .string("execution reverted: too late")])
                        }
                        return .object(["calls": .array([.object(shown)])])
                    })
            )
        case "eth_getTransactionCount":
            let reference = parameters.last?.string ?? ""
            let block = reference.hasPrefix("0x") ? UInt64(reference.dropFirst(2), radix: 16) : nil
            let count = address(first).map { account in
                block.map { chain.count(of: account, at: $0) }
                    ?? chain.count(of: account, pending: reference == "pending")
            }
            return .success(quantity(count ?? 0))
        case "eth_getBalance": return .success(quantity(address(first).map { chain.balance(of: $0) } ?? 0))
        case "eth_getCode":
            guard chain.hiddenCodePolls == 0 else {
                chain.hiddenCodePolls -= 1
                return .success(.string("0x"))
            }
            var then = chain
            if chain.codesLag > 0 {
                let seen = chain.head.number - chain.codesLag
                if let number = parameters.last?.string.flatMap({ UInt64($0.dropFirst(2), radix: 16) }),
                    number > seen
                {
                    return .failure(Refusal(message: "header not found"))
                }
                then.reorganise(depth: Int(chain.codesLag))
            }
            return .success(.string(Hex.prefixed(address(first).map { then.code(at: $0) } ?? [])))
        case "anvil_setCode":
            guard let at = address(first) else { return .failure(Refusal(message: "no address")) }
            chain.tamper(at, code: Hex.decode((parameters.last?.string ?? "").dropFirst(2)) ?? [])
            return .success(.null)
        case "eth_call": return call(chain, parameters).map { .string(Hex.prefixed($0)) }
        case "eth_getLogs" where chain.answers.isEmpty == false: return .success(.array([]))
        case "eth_sendRawTransaction":
            guard let signed = try? SignedTransaction(raw: Hex.decode(first) ?? []) else {
                return .failure(Refusal(message: "rlp: these bytes are no transaction"))
            }
            if let message = chain.take(signed) { return .failure(Refusal(message: message)) }
            return .success(.string(signed.hash.description))
        case "eth_getTransactionReceipt":
            return .success(Hash(first).flatMap { chain.poll($0) }.map { receipt($0, chain) } ?? .null)
        case "eth_getTransactionByHash":
            return .success(Hash(first).flatMap { chain.transaction($0) }.map(transaction) ?? .null)
        default: return .failure(Refusal(code: -32_601, message: "method not found"))
        }
    }

    /// What a call gives; by a node that is behind, what it gave then.
    private static func call(
        _ chain: FakeChain,
        _ parameters: [JSONValue]
    ) -> Result<[UInt8], Refusal> {
        let request = parameters.first ?? .null
        let to = request["to"]?.string
        if let to, let code = parameters.dropFirst(2).first?[to]?["code"]?.string,
            let sender = request["from"]?.string.flatMap(address)
        {
            return .success(chain.constructed(Hex.decode(code.dropFirst(2)) ?? [], by: sender))
        }
        let seen = chain.head.number - chain.callsLag
        let reference = parameters.dropFirst().first?.string ?? "latest"
        let block = reference.hasPrefix("0x") ? UInt64(reference.dropFirst(2), radix: 16) ?? 0 : seen
        guard block <= seen else { return .failure(Refusal(message: "header not found")) }
        let data = data(of: parameters)
        if let answer = chain.answers[Array(data.prefix(4))] { return .success(answer(block)) }
        var then = chain
        if chain.callsLag > 0 { then.reorganise(depth: Int(chain.callsLag)) }
        guard let address = to.flatMap(address), let answer = then.read(address, data) else {
            return .failure(Refusal(code: 3, message: "execution reverted", data: noFunction))
        }
        return .success(answer)
    }

    private static func block(_ chain: FakeChain, _ reference: String, isWhole: Bool) -> JSONValue {
        let number: UInt64 =
            switch reference {
            case "latest", "pending": chain.head.number
            // Two blocks are enough for this chain's finality.
            case "finalized", "safe": chain.head.number >= 2 ? chain.head.number - 2 : 0
            default: UInt64(reference.dropFirst(2), radix: 16) ?? 0
            }
        guard let block = chain.blocks.first(where: { $0.number == number }) else { return .null }
        var shown: [String: JSONValue] = [
            "number": quantity(block.number), "hash": .string(block.hash.description),
            "parentHash": .string(block.parent.description), "timestamp": quantity(block.number),
            "gasLimit": quantity(30_000_000), "baseFeePerGas": quantity(FakeChain.baseFee),
        ]
        if isWhole {
            let sent = block.transactions.compactMap { chain.transaction($0.hash) }
            shown["transactions"] = .array(sent.map(transaction))
        }
        return .object(shown)
    }

    private static func receipt(_ receipt: FakeChain.Receipt, _ chain: FakeChain) -> JSONValue {
        let address = receipt.address.map { chain.misnames ?? $0 }
        let shown = JSONValue.object([
            "transactionHash": .string(receipt.transaction.hash.description),
            "blockHash": .string(receipt.block.hash.description),
            "blockNumber": quantity(receipt.block.number), "status": quantity(receipt.succeeded ? 1 : 0),
            "contractAddress": address.map { .string($0.description) } ?? .null,
            "gasUsed": quantity(receipt.gasUsed), "effectiveGasPrice": quantity(receipt.price),
            "logs": .array([]),
        ])
        guard chain.leavesOutStatus, case .object(var members) = shown else { return shown }
        members["status"] = nil
        return .object(members)
    }

    private static func transaction(_ receipt: FakeChain.Receipt) -> JSONValue {
        let (transaction, signature) = (receipt.transaction.transaction, receipt.transaction.signature)
        var shown: [String: JSONValue] = [
            "hash": .string(receipt.transaction.hash.description),
            "from": .string(receipt.transaction.sender.description),
            "nonce": quantity(transaction.nonce),
            "to": transaction.to.map { .string($0.description) } ?? .null,
            "value": quantity(transaction.value.value), "input": .string(Hex.prefixed(transaction.data)),
            "blockHash": .string(receipt.block.hash.description),
            "blockNumber": quantity(receipt.block.number), "gas": quantity(transaction.gasLimit),
            "r": .string(Hex.prefixed(signature.r)), "s": .string(Hex.prefixed(signature.s)),
        ]
        let parity: UInt64 = signature.yIsOdd ? 1 : 0
        switch transaction.form {
        case .legacy(let price, let chain):
            shown["gasPrice"] = quantity(price.value)
            shown["v"] = quantity(chain.map { $0.rawValue * 2 + 35 + parity } ?? 27 + parity)
        case .accessList(let price, let chain, _):
            shown["type"] = .string("0x1")
            shown["gasPrice"] = quantity(price.value)
            shown["chainId"] = quantity(chain.rawValue)
            shown["v"] = quantity(parity)
        case .dynamicFee(let fee, let tip, let chain, _):
            shown["type"] = .string("0x2")
            shown["maxFeePerGas"] = quantity(fee.value)
            shown["maxPriorityFeePerGas"] = quantity(tip.value)
            shown["chainId"] = quantity(chain.rawValue)
            shown["v"] = quantity(parity)
        }
        return .object(shown)
    }

    private static func data(of parameters: [JSONValue]) -> [UInt8] {
        Hex.decode(parameters.first?["data"]?.string ?? "") ?? []
    }

    private static func address(_ text: String) -> Address? {
        Hex.decode(text).flatMap { Address(bytes: $0) }
    }

    private static func quantity(_ number: some BinaryInteger) -> JSONValue { RPCReader.quantity(number) }

    private static func word(_ number: UInt64) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 64 - digits.count) + digits
    }
}
