import EthereumTypes
import Foundation
import Testing

@testable import Ethereum

/// The code of many contracts, from a node that limits questions; `Tests/PipelineTests/CodesTests.swift` runs the program itself.
@Suite struct RPCCodesTests {
    private let addresses = (UInt8(1)...5).compactMap { Address(bytes: [UInt8](repeating: $0, count: 20)) }

    /// What the program gives: each code behind its length.
    private func told(_ codes: [UInt8]...) -> String {
        let bytes = codes.flatMap { [UInt8](repeating: 0, count: 31) + [UInt8($0.count)] + $0 }
        return #"{"id":$ID,"result":"\#(Hex.prefixed(bytes))"}"#
    }

    /// What a batch of questions for codes is answered with.
    private func codes(_ codes: [UInt8]...) -> String {
        let answers = codes.enumerated().map { #"{"id":$ID\#($0),"result":"\#(Hex.prefixed($1))"}"# }
        return "[\(answers.joined(separator: ","))]"
    }

    @Test func oneQuestionStandsForMany() async throws {
        let node = FakeNode(.body(told([1], [2, 2], [3])))
        let asked = Array(addresses.prefix(3))
        #expect(try await node.limited(2).codes(of: asked) == [[1], [2, 2], [3]])
        #expect(node.asked.count == 1)
        let question = try #require(node.asked.first)
        #expect(question.contains("eth_call") && !question.contains(#""to""#))
        // Behind the program, in their order.
        #expect(question.contains(Hex.prefixed(asked.flatMap(\.bytes)).dropFirst(2) + "\""))
    }

    @Test func whatAnAnswerDoesNotHoldIsInTheNext() async throws {
        let node = FakeNode(.body(told([1], [2])), .body(told([3], [4], [5])))
        #expect(try await node.limited(2).codes(of: addresses) == [[1], [2], [3], [4], [5]])
        #expect(node.asked.count == 2)
        #expect(!node.asked[1].contains("0202020202") && node.asked[1].contains("0303030303"))
    }

    @Test func fewThatAreLeftAreAskedForThemselves() async throws {
        let node = FakeNode(.body(told([1], [2], [3])), .body(codes([4], [5])))
        #expect(try await node.limited(2).codes(of: addresses) == [[1], [2], [3], [4], [5]])
        #expect(node.asked[1].matches(of: /eth_getCode/).count == 2)
    }

    /// A program does not see all of code in a container, and no code is worth a question.
    @Test func whatIsNotSeenWholeIsAskedFor() async throws {
        let node = FakeNode(.body(told([1], [], [0xef, 0], [4], [5])), .body(codes([2], [0xef, 1, 7])))
        #expect(try await node.limited(2).codes(of: addresses) == [[1], [2], [0xef, 1, 7], [4], [5]])
        #expect(node.asked.count == 2)
    }

    @Test(arguments: [
        #""error":{"code":-32000,"message":"execution reverted"}"#, #""result":"0x""#, #""result":"0x01""#,
        // One is no more than its own question would give; more than were asked for are of something else.
        "\"result\":\"0x" + String(repeating: "00", count: 31) + "0107\"",
        "\"result\":\"0x" + String(repeating: String(repeating: "00", count: 31) + "0107", count: 4) + "\"",
        // It ends within a code, and within a length; a length is beyond all code.
        "\"result\":\"0x" + String(repeating: String(repeating: "00", count: 31) + "0207", count: 3) + "\"",
        "\"result\":\"0x" + String(repeating: String(repeating: "00", count: 31) + "0107", count: 2) + "00\"",
        "\"result\":\"0x01" + String(repeating: "00", count: 31 + 32) + "\"",
    ])
    func whereANodeDoesNotRunItEachIsAskedFor(_ answer: String) async throws {
        let node = FakeNode(.body(#"{"id":$ID,\#(answer)}"#), .body(codes([1], [2], [3])))
        #expect(try await node.limited(3).codes(of: Array(addresses.prefix(3))) == [[1], [2], [3]])
        #expect(node.asked.count == 2)
        #expect(node.asked[1].matches(of: /eth_getCode/).count == 3)
    }

    /// A gateway may refuse it for good with what elsewhere passes.
    @Test func itIsAskedOnce() async throws {
        let node = FakeNode(
            .failure(.status(503, retryAfter: nil, body: Data())), .body(codes([1], [2], [3])))
        let line = EthereumRPC.Line(
            send: { data, _ throws(TransportFailure) in try node.answer(data) }, heard: { _ in })
        let rpc = EthereumRPC(together: 3, choose: { line }, again: { _, _ in true })
        #expect(try await rpc.codes(of: Array(addresses.prefix(3))) == [[1], [2], [3]])
        #expect(node.asked.count == 2)
    }

    @Test func whereNobodyLimitsQuestionsEachIsAskedForInOneExchange() async throws {
        let node = FakeNode(.body(codes([1], [2], [3], [4], [5])))
        #expect(try await node.rpc.codes(of: addresses) == [[1], [2], [3], [4], [5]])
        #expect(node.asked[0].matches(of: /eth_getCode/).count == 5)
    }
}
