import EthereumTypes
import Foundation
import Testing

@testable import Ethereum

/// Transactions that are handed over together, and questions of a node that takes few at a time.
@Suite struct RPCTogetherTests {
    private static func signed(_ nonce: UInt64) throws -> SignedTransaction {
        let key = try PrivateKey(bytes: [UInt8](repeating: 1, count: 32))
        return Transaction(
            form: .legacy(gasPrice: .zero, chainID: nil), nonce: nonce, gasLimit: 21_000, to: .zero,
            value: .zero,
            data: []
        ).signed(by: key)
    }

    @Test func eachTransactionOfABatchHasItsOwnAnswer() async throws {
        let transactions = try (0..<4).map { try Self.signed($0) }
        let node = FakeNode(
            .body(
                """
                [{"id":$ID2,"error":{"code":-32000,"message":"nonce too high"}},
                {"id":$ID3,"result":"\(transactions[0].hash)"},{"id":$ID0,"result":"\(transactions[0].hash)"}]
                """
            )
        )
        let failures = try await node.rpc.send(together: transactions)
        #expect(node.asked.count == 1, "each is handed over once")
        #expect(node.asked[0].matches(of: /eth_sendRawTransaction/).count == 4)
        #expect(failures[0] == nil)
        guard case .malformed? = failures[1], case .node(let fault)? = failures[2],
            case .malformed? = failures[3]
        else {
            Issue.record("\(failures)")
            return
        }
        #expect(fault.kind == .nonceTooHigh)
        // What is not answered, or answered with another hash, may have been taken.
        #expect(failures.map { $0?.mayHaveTakenEffect } == [nil, true, false, true])
    }

    @Test(arguments: [
        (FakeNode.Answer.body(#"{"id":null,"error":{"code":-32600,"message":"no batches"}}"#), true),
        (.body("<html>"), true), (.failure(.status(405, retryAfter: nil, body: Data())), true),
        (.failure(.status(413, retryAfter: nil, body: Data())), true),
        (.failure(.status(429, retryAfter: nil, body: Data())), false),
        (.failure(.status(503, retryAfter: nil, body: Data())), false),
        (.failure(.unknown("the connection broke")), false), (.failure(.notSent("refused")), false),
        (.body(#"{"id":null,"error":{"code":-32005,"message":"rate limit"}}"#), false),
        (.body(#"{"id":null,"error":{"code":-32002,"message":"request timed out"}}"#), false),
    ])
    func aNodeThatTakesNoBatchesIsToldFromOneThatFails(_ answer: FakeNode.Answer, _ isOfTheBatch: Bool)
        async throws
    {
        let transactions = try (0..<2).map { try Self.signed($0) }
        let node = FakeNode(answer)
        let failure = try await #require(throws: RPCFailure.self) {
            try await node.rpc.send(together: transactions)
        }
        #expect(failure.mayBeOfTheBatch == isOfTheBatch)
        #expect(node.asked.count == 1, "nothing is handed over again by itself")
    }

    // MARK: Few at a time

    private let hashes = (UInt8(0)..<5).map { Keccak256.hash([$0]) }
    private let block = Keccak256.hash([99])

    private func receipt(_ index: Int, block: Hash? = nil) -> String {
        """
        {"status":"0x1","transactionHash":"\(hashes[index])","blockHash":"\(block ?? self.block)",
        "blockNumber":"0x10","gasUsed":"0x5208","contractAddress":null,"effectiveGasPrice":"0x1","logs":[]}
        """
    }

    @Test func aLimitedNodeIsAskedForTheReceiptsOfABlockAtOnce() async throws {
        let node = FakeNode(
            .body(
                """
                [{"id":$ID0,"result":"0x11"},
                {"id":$ID1,"result":[\(receipt(0)),\(receipt(2)),\(receipt(1, block: hashes[0]))]}]
                """
            ),
            .body(#"[{"id":$ID0,"result":null},{"id":$ID1,"result":\#(receipt(3))}]"#),
            .body(#"{"id":$ID,"result":null}"#)
        )
        let look = try await node.limited(2).look(hashes, wantsHead: true, behind: block)
        #expect(Set(look.receipts.keys) == [hashes[0], hashes[2], hashes[3]])
        #expect(look.head == 17)
        #expect(node.asked[0].contains("eth_getBlockReceipts") && node.asked[0].contains("\(block)"))
        // What the block does not have, or the node says of another block, is asked for by itself, two at a time.
        #expect(node.asked[1].contains("\(hashes[1])") && node.asked[1].contains("\(hashes[3])"))
        #expect(node.asked[2].contains("\(hashes[4])"))
        #expect(node.asked.count == 3)
    }

    @Test func whatIsBehindAndNotInTheHeadIsInNoBlock() async throws {
        let node = FakeNode(
            .body(#"[{"id":$ID0,"result":"0x10"},{"id":$ID1,"result":[\#(receipt(0)),\#(receipt(1))]}]"#))
        let look = try await node.limited(10).look(hashes, wantsHead: true, behind: block)
        #expect(Set(look.receipts.keys) == [hashes[0], hashes[1]])
        #expect(node.asked.count == 1)
    }

    @Test(arguments: [#""error":{"code":-32601,"message":"no such method"}"#, #""result":null"#])
    func whereANodeDoesNotKnowBlocksReceiptsEachIsAskedFor(_ refusal: String) async throws {
        let node = FakeNode(
            .body(#"[{"id":$ID0,"result":"0x10"},{"id":$ID1,\#(refusal)}]"#),
            .body(
                """
                [{"id":$ID0,"result":\(receipt(0))},{"id":$ID1,"result":null},{"id":$ID2,"result":null},
                {"id":$ID3,"result":null}]
                """
            )
        )
        let look = try await node.limited(10).look(Array(hashes.prefix(4)), wantsHead: true, behind: block)
        #expect(Set(look.receipts.keys) == [hashes[0]])
        #expect(node.asked.count == 2)
    }

    @Test func whereNobodyLimitsQuestionsEachIsAskedForAtOnce() async throws {
        let node = FakeNode(
            .body(
                """
                [{"id":$ID0,"result":\(receipt(0))},{"id":$ID1,"result":null},{"id":$ID2,"result":null},
                {"id":$ID3,"result":null}]
                """
            )
        )
        let look = try await node.rpc.look(Array(hashes.prefix(4)), wantsHead: false, behind: block)
        #expect(Set(look.receipts.keys) == [hashes[0]])
        #expect(node.asked.count == 1)
    }
}

extension FakeNode {
    /// A client of a node that takes so many questions at a time.
    func limited(_ together: Int) -> EthereumRPC {
        let line = EthereumRPC.Line(
            send: { data, _ throws(TransportFailure) in try self.answer(data) }, heard: { _ in })
        return EthereumRPC(together: together, choose: { line })
    }
}
