import EthereumTypes
import Foundation
import Testing

@testable import Ethereum

@Suite struct EthereumRPCTests {
    private let hash = Keccak256.hash([1])
    private let other = Keccak256.hash([2])

    private func receipt(_ hash: Hash, status: String = #""status":"0x1","#) -> String {
        """
        {\(status)"transactionHash":"\(hash)","blockHash":"\(other)","blockNumber":"0x10","gasUsed":"0x5208",
        "contractAddress":"0x52908400098527886e0f7030069857d2e4169ee7","effectiveGasPrice":"0x3b9aca07","to":null,
        "logs":[{"address":"0x52908400098527886e0f7030069857d2e4169ee7","topics":["\(hash)"],"data":"0x01"}]}
        """
    }

    @Test func asksAsTheExecutionAPISays() async throws {
        let node = FakeNode(result: #""0x89""#)
        #expect(try await node.rpc.chainID() == ChainID(137))
        #expect(node.asked == [#"{"id":$ID,"jsonrpc":"2.0","method":"eth_chainId","params":[]}"#])
    }

    @Test func readsABlockWithAndWithoutBaseFee() async throws {
        let rest = """
            "number":"0x10","hash":"\(hash)","parentHash":"\(other)","timestamp":"0x65","gasLimit":"0x1c9c380",
            "extraData":"0xd682030083626f7288676f312e32312e31856c696e757800000000000000000000a1"
            """
        let node = FakeNode(result: "{\"baseFeePerGas\":\"0x7\",\(rest)}")
        let block = try #require(try await node.rpc.block(.number(16)))
        #expect(block.number == 16)
        #expect(block.hash == hash)
        #expect(block.parentHash == other)
        #expect(block.timestamp == 101)
        #expect(block.gasLimit == 30_000_000)
        #expect(block.baseFeePerGas == Wei(7))
        #expect(node.asked[0].contains(#""params":["0x10",false]"#))
        #expect(try await FakeNode(result: "{\(rest)}").rpc.block(.latest)?.baseFeePerGas == nil)
    }

    @Test func numbersHave63BitsSoThatReckoningWithThemStaysWithin64() async throws {
        #expect(try await FakeNode(result: "\"0x7fffffffffffffff\"").rpc.blockNumber() == UInt64(Int64.max))
        let error = try await #require(throws: RPCFailure.self) {
            try await FakeNode(result: "\"0x8000000000000000\"").rpc.blockNumber()
        }
        guard case .malformed("eth_blockNumber", _) = error else {
            Issue.record("\(error)")
            return
        }
    }

    @Test func nullIsNoErrorAndNoErrorIsNull() async throws {
        #expect(try await FakeNode(result: "null").rpc.block(.finalized) == nil)
        #expect(try await FakeNode(result: "null").rpc.receipt(hash) == nil)
        #expect(try await FakeNode(result: "null").rpc.transaction(hash) == nil)
        await #expect(throws: RPCFailure.malformed(method: "eth_chainId", "the result is not a text")) {
            try await FakeNode(result: "null").rpc.chainID()
        }
        let absent = FakeNode(.body(#"{"jsonrpc":"2.0","id":$ID}"#))
        await #expect(
            throws: RPCFailure.malformed(method: "eth_gasPrice", "it has neither a result nor an error")
        ) {
            try await absent.rpc.gasPrice()
        }
        let both = FakeNode(.body(#"{"jsonrpc":"2.0","id":$ID,"error":null,"result":"0x1"}"#))
        #expect(try await both.rpc.gasPrice() == Wei(1))
    }

    @Test(arguments: [
        #"{"jsonrpc":"2.0","id":99999,"result":"0x1"}"#, #"{"jsonrpc":"2.0","result":"0x1"}"#,
        #"{"jsonrpc":"2.0","id":null,"result":"0x1"}"#, #"{"jsonrpc":"2.0","id":"$ID","result":"0x1"}"#,
        "<html>", "", "[]",
    ])
    func refusesAnAnswerThatIsNotToItsRequest(_ body: String) async throws {
        let error = try await #require(throws: RPCFailure.self) {
            try await FakeNode(.body(body)).rpc.gasPrice()
        }
        guard case .malformed = error else {
            Issue.record("\(error)")
            return
        }
    }

    @Test func givesEachRequestAnIdOfItsOwn() async throws {
        let node = FakeNode(
            .body(#"{"id":$ID,"result":"0x1"}"#),
            .body(#"{"id":1,"result":"0x2"}"#)
        )
        let rpc = node.rpc
        #expect(try await rpc.gasPrice() == Wei(1))
        await #expect(throws: RPCFailure.self) { try await rpc.gasPrice() }
    }

    @Test(arguments: ["0x", "0x00", "0x01", "1", "0xg", "-0x1", "0x-1", "0x+1", "", "0x10000000000000000"])
    func refusesQuantitiesThatAreNotStrict(_ text: String) async {
        await #expect(throws: RPCFailure.self, "\(text)") {
            try await FakeNode(result: "\"\(text)\"").rpc.transactionCount(of: .zero, at: .pending)
        }
    }

    @Test func holdsABalanceAtTheLargestAmount() async throws {
        let full = #""0x\#(String(repeating: "f", count: 64))""#
        #expect(try await FakeNode(result: full).rpc.balance(of: .zero) == Wei(.max))
        #expect(try await FakeNode(result: #""0x0""#).rpc.balance(of: .zero) == .zero)
        let tooLong = #""0x1\#(String(repeating: "0", count: 64))""#
        await #expect(throws: RPCFailure.self) { try await FakeNode(result: tooLong).rpc.balance(of: .zero) }
    }

    @Test(arguments: [
        (#""status":"0x1","#, TransactionReceipt.Status.succeeded), (#""status":"0x0","#, .reverted),
        ("", .unstated),
        (#""status":null,"#, .unstated),
    ])
    func aReceiptWithoutStatusIsNotASuccess(_ text: String, _ status: TransactionReceipt.Status) async throws
    {
        let receipt = try await FakeNode(result: receipt(hash, status: text)).rpc.receipt(hash)
        #expect(receipt?.status == status)
    }

    @Test func readsAReceipt() async throws {
        let receipt = try #require(try await FakeNode(result: receipt(hash)).rpc.receipt(hash))
        #expect(receipt.blockNumber == 16)
        #expect(receipt.blockHash == other)
        #expect(receipt.gasUsed == 21_000)
        #expect(receipt.effectiveGasPrice == Wei(1_000_000_007))
        #expect(receipt.contractAddress?.description == "0x52908400098527886E0F7030069857D2E4169EE7")
        #expect(receipt.logs.map(\.data) == [[1]])
        #expect(receipt.logs[0].topics == [hash])
        await #expect(throws: RPCFailure.self) {
            try await FakeNode(result: self.receipt(other)).rpc.receipt(hash)
        }
    }

    @Test func readsATransactionInThePoolAndInABlock() async throws {
        let rest =
            #""hash":"\#(hash)","from":"0x52908400098527886e0f7030069857d2e4169ee7","nonce":"0x5","gas":"0x5208","to":null,"value":"0x7","input":"0x01ff""#
        let waiting = try await FakeNode(result: "{\(rest),\"blockHash\":null}").rpc.transaction(hash)
        #expect(waiting?.nonce == 5)
        #expect(waiting?.value == Wei(7) && waiting?.input == [1, 255])
        #expect(waiting?.blockHash == nil)
        let mined = try await FakeNode(
            result: "{\(rest),\"blockHash\":\"\(other)\",\"blockNumber\":\"0x2\"}"
        ).rpc.transaction(hash)
        #expect(mined?.blockHash == other)
        #expect(mined?.blockNumber == 2)
    }

    @Test func keepsWhatAContractRevertedWith() async throws {
        let data = "0x4e487b710000000000000000000000000000000000000000000000000000000000000011"
        for spelled in [#""\#(data)""#, #"{"data":"\#(data)"}"#, #""Reverted \#(data)""#] {
            let node = FakeNode(error: #"{"code":3,"message":"execution reverted","data":\#(spelled)}"#)
            let error = try await #require(throws: RPCFailure.self) {
                try await node.rpc.call(CallRequest(to: .zero, data: [1, 2], value: Wei(16)))
            }
            guard case .node(let fault) = error else {
                Issue.record("\(error)")
                return
            }
            #expect(fault.kind == .reverted)
            #expect(
                RevertReason(try #require(fault.revertData)).description
                    == "panic 0x11: arithmetic overflow or underflow"
            )
            #expect(node.asked[0].contains(#""data":"0x0102""#))
            #expect(node.asked[0].contains(#""value":"0x10""#))
        }
    }

    @Test func readsTheErrorBehindAnHTTPStatus() async throws {
        let body = Data(
            #"{"jsonrpc":"2.0","id":null,"error":{"code":-32000,"message":"already known"}}"#.utf8)
        let error = try await #require(throws: RPCFailure.self) {
            try await FakeNode(.failure(.status(400, retryAfter: nil, body: body))).rpc.gasPrice()
        }
        #expect(
            error
                == .node(
                    NodeFault(
                        method: "eth_gasPrice", code: -32_000, message: "already known", revertData: nil)
                )
        )
        let limited = RPCFailure.transport(.status(429, retryAfter: .seconds(3), body: body))
        await #expect(throws: limited) {
            try await FakeNode(.failure(.status(429, retryAfter: .seconds(3), body: body))).rpc.gasPrice()
        }
        await #expect(throws: RPCFailure.transport(.unknown("deadline"))) {
            try await FakeNode(.failure(.unknown("deadline"))).rpc.gasPrice()
        }
    }

    private func signed() throws -> SignedTransaction {
        Transaction(
            form: .legacy(gasPrice: Wei(1), chainID: ChainID(1)),
            nonce: 0,
            gasLimit: 21_000,
            to: .zero,
            value: .zero,
            data: []
        ).signed(by: try PrivateKey(hex: String(repeating: "03", count: 32)))
    }

    @Test func sendsTheSignedBytesAndChecksTheHash() async throws {
        let signed = try signed()
        let node = FakeNode(result: "\"\(signed.hash)\"")
        try await node.rpc.send(signed)
        #expect(node.asked[0].contains("\"params\":[\"\(Hex.prefixed(signed.raw))\"]"))
        let error = try await #require(throws: RPCFailure.self) {
            try await FakeNode(result: "\"\(hash)\"").rpc.send(signed)
        }
        #expect(error.mayHaveTakenEffect)
    }

    @Test func readsFeesCodeStorageAndVersion() async throws {
        let history = try await FakeNode(
            result: """
                {"oldestBlock":"0xa","baseFeePerGas":["0x5","0x6"],"gasUsedRatio":[0.5],"reward":[["0x1","0x2"]]}
                """
        ).rpc.feeHistory(blocks: 1, percentiles: [50, 90])
        #expect(
            history
                == FeeHistory(oldestBlock: 10, baseFeePerGas: [Wei(5), Wei(6)], reward: [[Wei(1), Wei(2)]])
        )
        let old = try await FakeNode(result: #"{"oldestBlock":"0xa","reward":null}"#).rpc
            .feeHistory(blocks: 1, percentiles: [50])
        #expect(old.reward.isEmpty && old.baseFeePerGas.isEmpty)
        #expect(try await FakeNode(result: #""0x""#).rpc.code(of: .zero).isEmpty)
        #expect(
            try await FakeNode(result: #""0x05""#).rpc.storage(of: .zero, slot: hash)
                == [UInt8](repeating: 0, count: 31) + [5]
        )
        #expect(try await FakeNode(result: #""anvil/v1""#).rpc.clientVersion() == "anvil/v1")
        #expect(try await FakeNode(result: #""0x5208""#).rpc.estimateGas(CallRequest(to: nil)) == 21_000)
        #expect(try await FakeNode(result: #""0x7""#).rpc.maxPriorityFeePerGas() == Wei(7))
    }

    @Test func aChainIsKnownByItsFirstBlock() async throws {
        let node = FakeNode(
            result: """
                {"number":"0x0","hash":"\(hash)","parentHash":"\(other)","timestamp":"0x0","gasLimit":"0x1"}
                """
        )
        #expect(try await node.rpc.genesisHash() == hash)
        #expect(node.asked[0].contains(#""params":["0x0",false]"#))
    }
}
