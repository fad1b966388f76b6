import EthereumTypes
import Foundation
import Synchronization
import Testing

@testable import Ethereum

@Suite struct RPCBatchTests {
    private let hash = Keccak256.hash([1])
    private let other = Keccak256.hash([2])

    private func receipt(_ hash: Hash) -> String {
        """
        {"status":"0x1","transactionHash":"\(hash)","blockHash":"\(other)","blockNumber":"0x10","gasUsed":"0x5208",
        "contractAddress":null,"effectiveGasPrice":"0x1","logs":[]}
        """
    }

    @Test func aBatchKeepsTheOrderOfItsQuestions() async throws {
        let third = Keccak256.hash([3])
        let node = FakeNode(
            .body(
                """
                [{"id":$ID2,"error":{"code":-32000,"message":"what is that?"}},{"id":$ID1,"result":null},
                {"id":$ID0,"result":\(receipt(hash))}]
                """
            )
        )
        let answers = try await node.rpc.receipts([hash, other, third])
        #expect(node.asked.count == 1)
        #expect(try answers[0].get()?.transactionHash == hash)
        #expect(try answers[1].get() == nil)
        #expect(throws: RPCFailure.self) { try answers[2].get() }
    }

    @Test func whatABatchLeavesOutIsAskedAlone() async throws {
        let node = FakeNode(
            .body(#"[{"id":$ID1,"error":{"code":-32005,"message":"rate limit"}},{"id":$ID0,"result":null}]"#),
            .body(#"{"id":$ID,"result":\#(receipt(other))}"#),
            .body(#"{"id":$ID,"result":\#(receipt(hash))}"#)
        )
        let answers = try await node.rpc.receipts([hash, other, hash])
        #expect(try answers.map { try $0.get()?.transactionHash } == [nil, other, hash])
        #expect(node.asked.count == 3)
        #expect(node.asked[1].contains("\(other)") && !node.asked[1].hasPrefix("["))
        #expect(node.asked[2].contains("\(hash)") && !node.asked[2].hasPrefix("["))
    }

    @Test(arguments: [
        FakeNode.Answer.body(#"{"id":null,"error":{"code":-32600,"message":"batch not supported"}}"#),
        .body(#"[{"id":$ID0,"result":null},{"id":$ID0,"result":null}]"#), .body("<html>"),
        .failure(.status(405, retryAfter: nil, body: Data())),
        .failure(.status(400, retryAfter: nil, body: Data())),
    ])
    func aNodeThatTakesNoBatchesIsAskedOneByOne(_ refusal: FakeNode.Answer) async throws {
        let node = FakeNode(
            refusal, .body(#"{"id":$ID,"result":null}"#),
            .body(#"{"id":$ID,"result":\#(receipt(other))}"#)
        )
        let answers = try await node.rpc.receipts([hash, other])
        #expect(try answers.map { try $0.get()?.transactionHash } == [nil, other])
        #expect(node.asked.count == 3)
    }

    @Test(arguments: [
        TransportFailure.notSent("no such host"), .unknown("deadline"),
        .status(429, retryAfter: nil, body: Data()), .status(503, retryAfter: nil, body: Data()),
    ])
    func aNodeThatCannotBeSpokenToIsNotAskedOneByOne(_ failure: TransportFailure) async throws {
        let node = FakeNode(.failure(failure))
        await #expect(throws: RPCFailure.transport(failure)) { try await node.rpc.receipts([hash, other]) }
        #expect(node.asked.count == 1)
    }

    @Test func aBatchIsAskedAgainWhereThatMayHelp() async throws {
        let node = FakeNode(
            .failure(.status(503, retryAfter: nil, body: Data())),
            .body(#"[{"id":$ID0,"result":null},{"id":$ID1,"result":null}]"#)
        )
        let answers = try await node.rpcThatAsksAgain.receipts([hash, other])
        #expect(try answers.map { try $0.get() } == [nil, nil])
        #expect(node.asked.count == 2)
    }

    @Test func nothingIsAskedForAnEmptyBatch() async throws {
        let node = FakeNode()
        #expect(try await node.rpc.receipts([]).isEmpty)
        #expect(node.asked.isEmpty)
    }

    @Test func manyQuestionsGoInSeveralExchanges() async throws {
        let counts = Mutex<[Int]>([])
        let line = EthereumRPC.Line(
            send: { body, questions throws(TransportFailure) in
                counts.withLock { $0.append(questions) }
                let ids = String(decoding: body, as: UTF8.self).matches(of: /"id":(\d+)/).map(\.output.1)
                let answers = ids.map { #"{"id":\#($0),"result":"0x\#($0 == "250" ? "ff" : "01")"}"# }
                return Data(
                    (ids.count == 1 ? answers[0] : "[\(answers.joined(separator: ","))]").utf8)
            },
            heard: { _ in }
        )
        let addresses = (0..<250).compactMap {
            Address(bytes: [UInt8](repeating: 0, count: 19) + [UInt8($0)])
        }
        let codes = try await EthereumRPC(choose: { line }).codes(of: addresses)
        #expect(codes.count == 250)
        #expect(codes[248] == [1])
        #expect(codes[249] == [255])
        #expect(counts.withLock(\.self) == [100, 100, 50])
    }

    @Test func anAccountIsReadInOneExchange() async throws {
        let node = FakeNode(
            .body(
                #"[{"id":$ID3,"result":"0x10"},{"id":$ID2,"result":"0x7"},{"id":$ID1,"result":"0x3"},{"id":$ID0,"result":"0x2"}]"#
            )
        )
        let account = try await node.rpc.account(of: .zero)
        #expect(account == AccountState(latest: 2, pending: 3, balance: Wei(7), head: 16))
        let asked = node.asked[0]
        #expect(node.asked.count == 1)
        #expect(asked.contains(#""method":"eth_getTransactionCount","params":["\#(Address.zero)","latest"]"#))
        #expect(
            asked.contains(#""method":"eth_getTransactionCount","params":["\#(Address.zero)","pending"]"#))
    }

    @Test func aChainIsToldByItsNumberAndItsFirstBlock() async throws {
        let block =
            #"{"number":"0x0","hash":"\#(hash)","parentHash":"\#(other)","timestamp":"0x0","gasLimit":"0x1"}"#
        let node = FakeNode(
            .body(#"[{"id":$ID0,"result":"0x89"},{"id":$ID1,"result":\#(block)}]"#)
        )
        let origin = try await node.rpc.origin()
        #expect(origin.chainID == ChainID(137))
        #expect(origin.genesis == hash)
        let empty = FakeNode(.body(#"[{"id":$ID0,"result":"0x89"},{"id":$ID1,"result":null}]"#))
        await #expect(
            throws: RPCFailure.malformed(method: "eth_getBlockByNumber", "the node has no block 0")
        ) { try await empty.rpc.origin() }
    }

    @Test func theLineHearsOfFailuresThatAreTheNodes() async throws {
        func heard(_ answer: FakeNode.Answer, _ ask: (EthereumRPC) async -> Void) async -> [RPCFailure?] {
            let heard = Mutex<[RPCFailure?]>([])
            let node = FakeNode(answer)
            await ask(node.heard { failure in heard.withLock { $0.append(failure) } })
            return heard.withLock(\.self)
        }
        let good = await heard(.body(#"{"id":$ID,"result":"0x1"}"#)) { _ = try? await $0.gasPrice() }
        #expect(good == [nil])
        let down = RPCFailure.transport(.notSent("no"))
        #expect(await heard(.failure(.notSent("no"))) { _ = try? await $0.gasPrice() } == [down])
        #expect(
            await heard(.failure(.notSent("no"))) { _ = try? await $0.receipts([hash, other]) } == [down])
        let limited = await heard(
            .body(#"[{"id":$ID0,"error":{"code":-32005,"message":"rate limit"}},{"id":$ID1,"result":null}]"#)
        ) { _ = try? await $0.receipts([hash, other]) }
        #expect(limited.first??.isRateLimit == true)
        // A node that takes no batches does well else.
        let whole = await heard(.body(#"{"id":null,"error":{"code":-32600,"message":"no batches"}}"#)) {
            _ = try? await $0.receipts([hash, other])
        }
        #expect(whole.first == .some(nil))
    }
}

extension EthereumRPC {
    /// Many questions of one kind, each with its answer, for what becomes of a batch.
    fileprivate func receipts(_ hashes: [Hash]) async throws(RPCFailure) -> [Result<
        TransactionReceipt?, RPCFailure
    >] {
        let answers = try await askTogether(
            hashes.map { Question("eth_getTransactionReceipt", [.string($0.description)]) })
        return zip(hashes, answers).map { hash, answer in
            do throws(RPCFailure) {
                return .success(try Self.receipt(try answer.get(), of: hash))
            } catch {
                return .failure(error)
            }
        }
    }
}
