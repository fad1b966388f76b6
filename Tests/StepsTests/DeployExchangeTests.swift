import Engine
import EthereumTypes
import Foundation
import Model
import Synchronization
import Testing

@testable import Ethereum
@testable import Ledger
@testable import Steps

/// How many exchanges with a node what is asked takes, and what goes together in one.
@Suite struct DeployExchangeTests {
    let bench: DeployBench

    init() throws {
        bench = try DeployBench()
        bench.knowFees()
    }

    /// The methods of each exchange, in order.
    private func exchanges(since count: Int = 0) throws -> [[String]] {
        try bench.sent.withLock(\.self).dropFirst(count).map { (request: HTTPRequest) -> [String] in
            let body = try JSONDecoder().decode(JSONValue.self, from: request.body)
            let questions: [JSONValue] = body.array ?? [body]
            return questions.compactMap { question in question["method"]?.string }
        }
    }

    @Test func headAndReceiptsOfALookAreOneExchange() async throws {
        bench.node.change { $0.minesAtOnce = false }
        let network = DeployBench.network(confirmations: .blocks(3))
        _ = try await bench.run(bench.deploy(network: network)).deployment()
        let looks = try exchanges().filter { $0.contains("eth_getTransactionReceipt") }
        #expect(!looks.isEmpty)
        #expect(looks.allSatisfy { $0.first == "eth_blockNumber" }, "\(looks)")
    }

    /// Forty deployments, each with a call that is needed until `fee()` is what it sets.
    private func fees(_ fee: String) throws -> [FakeEffect] {
        try (0..<40).flatMap { number in
            let name = "token\(number)"
            return [
                try bench.deploy(name, .withFee),
                try bench.call(
                    of: name, arguments: .positional([DeployBench.text(fee)]),
                    unless: .init(
                        read: Located("fee()", at: DeployBench.here), equals: DeployBench.text(fee))),
            ]
        }
    }

    @Test func whereNothingIsToBeDoneANetworkIsAskedThreeTimes() async throws {
        #expect(try await bench.run(fees("25")).failures.isEmpty)
        let sends = bench.node.sends
        let before = bench.sent.withLock(\.count)
        let run = try await bench.run(fees("25"))
        #expect(run.failures.isEmpty)
        #expect(try run.call("setFee", of: "token39").reason == "fee() is 25 already")
        #expect(bench.node.sends == sends)
        let asked = try exchanges(since: before)
        #expect(asked.count == 3, "\(asked.map(\.first))")
        #expect(asked.last?.allSatisfy { $0 == "eth_call" } == true)
    }

    /// What the ledger explains takes one answer, and what it does not a second one at the time of the price.
    @Test func aCountThatTheLedgerDoesNotExplainTakesOneMoreExchange() async throws {
        let sender = bench.key.address
        bench.node.change { $0.age(sender, to: 6) }
        func counts(_ name: String) async throws -> Int {
            let before = bench.sent.withLock(\.count)
            #expect(try await bench.run(bench.deploy(name)).deployment(name).action == .created)
            return try exchanges(since: before).count {
                $0.contains("eth_getTransactionCount") && $0.contains("eth_getBalance")
                    && $0.contains("eth_blockNumber")
            }
        }
        #expect(try await counts("token") == 2)
        #expect(try await counts("other") == 1)
        #expect(bench.node.chain.mined.map(\.transaction.transaction.nonce) == [6, 7])
    }

    /// The first answer is three too high; blocks have no gap.
    @Test func aCountThatIsTooHighOnceLeavesNoGap() async throws {
        let sender = bench.key.address
        bench.node.change { $0.age(sender, to: 9) }
        bench.node.plan(.first { $0.age(sender, to: 6) }, on: "eth_getTransactionCount", skipping: 3)
        #expect(try await bench.run(bench.deploy()).deployment().action == .created)
        #expect(bench.node.chain.mined.map(\.transaction.transaction.nonce) == [6])
    }

    @Test func whatWasReadBeforeSomethingWasSentIsReadAgain() async throws {
        let deploy = try bench.deploy("token0", .withFee)
        func call(_ name: String, _ fee: String) throws -> FakeEffect {
            try bench.call(
                name, of: "token0", arguments: .positional([DeployBench.text(fee)]),
                unless: .init(read: Located("fee", at: DeployBench.here), equals: DeployBench.text("26")))
        }
        _ = try await bench.run(deploy)
        let run = try await bench.run(deploy, call("first", "26"), call("second", "27"))
        #expect(try run.call("first", of: "token0").isMade)
        #expect(try !run.call("second", of: "token0").isMade, "the first one did what it is for")
    }

    @Test func gasOfManyIsOneExchangeEachWithItsAnswer() async throws {
        let network = OpenNetwork(
            spec: DeployBench.sepolia,
            endpoints: NetworkEndpoints(
                [
                    NodeDoor(
                        index: 0, name: "endpoint 1", url: Secret(DeployBench.endpoint), perSecond: nil,
                        world: bench.world)
                ], world: bench.world),
            genesis: bench.node.chain.blocks[0].hash,
            devnetKey: nil
        )
        let requests = (0..<3).map { number in
            TransactionRequest(
                step: .deploy("c\(number)", on: "sepolia"), kind: .deploy, to: nil,
                data: [UInt8](repeating: 1, count: number), value: .zero,
                mark: OperationMark(of: [53_000, 0, 53_200][number] * 6 / 5))
        }
        bench.node.plan(.refuse(code: 3, "execution reverted"), on: "eth_estimateGas", skipping: 1)
        let limits = try await GasEstimates(network, bench.key.address).limits(
            of: Dictionary(uniqueKeysWithValues: requests.enumerated().map { ($0.offset, $0.element) }))
        #expect(try exchanges() == [["eth_estimateGas", "eth_estimateGas", "eth_estimateGas"]])
        #expect(try limits[0]?.get() == 53_000 * 6 / 5)
        #expect(try limits[2]?.get() == 53_200 * 6 / 5)
        #expect(throws: StepFailure.self) { try limits[1]?.get() }
    }
}
