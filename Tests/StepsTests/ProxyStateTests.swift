import Ethereum
import EthereumTypes
import Foundation
import Model
import Synchronization
import Testing

@testable import Steps

/// What a proxy runs by now, as fake nodes say that may lag behind each other; time is the bench's.
@Suite struct ProxyStateTests {
    private static let proxy = Address(bytes: [UInt8](repeating: 0xa1, count: 20)) ?? .zero
    private static let code = Address(bytes: [UInt8](repeating: 0xb2, count: 20)) ?? .zero
    private let bench: DeployBench

    init() throws { bench = try DeployBench() }

    /// What is found, and the blocks that were asked about, where a node lacks the block so many times.
    private func state(missing: Int, since block: UInt64) async throws -> (state: ProxyState, asked: [String])
    {
        let left = Mutex(missing)
        let asked = Mutex<[String]>([])
        let node = bench.node
        bench.routes.withLock { routes in
            routes[DeployBench.endpoint] = { request in
                let body = (try? JSONSerialization.jsonObject(with: request.body)) as? [String: Any]
                guard let body, body["method"] as? String == "eth_getStorageAt" else {
                    return Result { () throws(HTTPError) in try node.answer(request) }
                }
                let about = (body["params"] as? [Any])?.last as? String ?? ""
                asked.withLock { $0.append(about) }
                let isMissing = left.withLock { left in
                    left -= 1
                    return left >= 0
                }
                let word = String(repeating: "0", count: 24) + Hex.encode(Self.code.bytes)
                let answer =
                    isMissing
                    ? #""error":{"code":-32000,"message":"header not found"}"# : #""result":"0x\#(word)""#
                let id = (body["id"] as? Int) ?? 0
                return .success(
                    HTTPReply(status: 200, body: Data(#"{"jsonrpc":"2.0","id":\#(id),\#(answer)}"#.utf8)))
            }
        }
        let context = try bench.context(try bench.ledger())
        let network = try await context.hub.open(DeployBench.sepolia)
        let state = try await context.stateNow(.uups, at: Self.proxy, since: block, on: network)
        await context.hub.close()
        return (state, asked.withLock(\.self))
    }

    @Test func aNodeThatHasTheBlockIsBelievedAtOnce() async throws {
        let start = bench.elapsed
        let (state, asked) = try await state(missing: 0, since: 0)
        #expect(state.implementation == Self.code)
        #expect(bench.elapsed == start)
        let head = bench.node.chain.head.number
        #expect(asked == ["0x" + String(head, radix: 16)])
    }

    @Test func aNodeThatLagsIsWaitedForAndNotBelieved() async throws {
        // The transaction is in a block that the node does not know yet.
        let (state, asked) = try await state(missing: 7, since: 40)
        #expect(state == ProxyState(kind: .uups, implementation: Self.code, block: 40))
        #expect(asked == Array(repeating: "0x28", count: 8))
    }

    @Test func whatNoNodeHasIsNoAnswer() async throws {
        let failure = await #expect(throws: StepFailure.self) {
            _ = try await self.state(missing: 1_000, since: 40)
        }
        #expect(failure?.code == "missing-block")
    }
}
