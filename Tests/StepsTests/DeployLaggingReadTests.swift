import Engine
import EthereumTypes
import Foundation
import Ledger
import Model
import Testing

@testable import Ethereum
@testable import Steps

/// What `unless` is told by a node that has not got the newest blocks, as one of several behind one address.
@Suite struct DeployLaggingReadTests {
    let bench: DeployBench
    let deploy: FakeEffect

    init() throws {
        bench = try DeployBench()
        bench.knowFees()
        deploy = try bench.deploy("token", .withFee)
    }

    private func call(_ name: String, needed: Bool = true) throws -> FakeEffect {
        let unless = CallSpec.Unless(
            read: Located("fee()", at: DeployBench.here), equals: DeployBench.text("25"))
        return try bench.call(name, unless: needed ? nil : unless)
    }

    /// The node is a block behind for calls, until it is asked so many times.
    private func lag(until count: Int) {
        bench.node.change { $0.callsLag = 1 }
        bench.node.plan(.first { $0.callsLag = 0 }, on: "eth_call", skipping: count)
    }

    @Test func whatThisRunDidIsSeenThoughTheNodeIsBehind() async throws {
        lag(until: 2)
        let run = try await bench.run(deploy, call("setFee"), call("again", needed: false))
        #expect(try run.call("setFee").isMade)
        #expect(try !run.call("again").isMade)
        #expect(try run.call("again").reason == "fee() is 25 already")
        #expect(bench.node.sends == 2)
    }

    @Test func whatAnEarlierRunDidIsSeenThoughTheNodeIsBehind() async throws {
        let effects = try [deploy, call("setFee", needed: false)]
        #expect(try await bench.run(effects).call().isMade)
        lag(until: 2)
        let run = try await bench.run(effects)
        #expect(try !run.call().isMade && run.call().reason == "fee() is 25 already")
        #expect(bench.node.sends == 2)
    }

    @Test func aRegistryTellsOfTheBlockToo() async throws {
        let effects = try [deploy, call("setFee", needed: false)]
        #expect(try await bench.run(effects).call().isMade)
        bench.registry = RegistryFile(network: "sepolia").merging(
            try bench.ledger().registryHistory(project: "treasury", network: "sepolia"))
        bench.loseState()
        bench.node.plan(.first { $0.callsLag = 1 }, on: "eth_call")
        bench.node.plan(.first { $0.callsLag = 0 }, on: "eth_call", skipping: 1)
        #expect(try await bench.run(effects).call().reason == "fee() is 25 already")
        #expect(bench.node.sends == 2)
    }

    @Test func nothingIsSentWhereNoNodeHasTheBlock() async throws {
        let effects = try [deploy, call("setFee", needed: false)]
        _ = try await bench.run(effects)
        bench.node.change { $0.callsLag = 1 }
        let run = try await bench.run(effects)
        #expect(run.failures.map(\.code) == [StepFailure.missingBlock])
        #expect(bench.node.sends == 2)
    }

    /// Somebody else has just set it, in a block that may go away.
    @Test(arguments: [false, true])
    func whatUnlessTellsOfABlockThatMayGoAwayHoldsUpWhatComesBehind(_ isBehind: Bool) async throws {
        let network = DeployBench.network(confirmations: .blocks(3))
        let unless = CallSpec.Unless(
            read: Located("fee()", at: DeployBench.here), equals: DeployBench.text("25"))
        let token = try bench.deploy("token", .withFee, network: network)
        bench.node.change { $0.minesAtOnce = false }
        _ = try await bench.run(token)
        let head = bench.node.chain.head.number
        bench.node.change { chain in
            chain.answers[Array(Keccak256.hash("fee()".utf8).bytes.prefix(4))] = { block in
                [UInt8](repeating: 0, count: 31) + [block >= head ? 25 : 0]
            }
        }
        let set = try bench.call("setFee", unless: unless, network: network)
        let pay = try bench.call("pay", network: network, previous: isBehind ? set.step : nil)
        let run = try await bench.run(token, set, pay)
        #expect(try !run.call("setFee").isMade)
        #expect(try run.call("pay").isMade)
        #expect((bench.node.chain.head.number >= head + 2) || !isBehind)
        let sent = try #require(try run.call("pay").blockNumber)
        #expect((sent > head + 2) == isBehind, "\(sent), and it was set in \(head)")
    }

    @Test func thatThereIsNoCodeIsSaid() async throws {
        bench.node.change { $0.answers[Array(Keccak256.hash("fee()".utf8).bytes.prefix(4))] = { _ in [] } }
        let failure = try #require(
            try await bench.run(deploy, call("setFee", needed: false)).failures.first)
        #expect(failure.code == "bad-read")
        #expect(failure.message.contains("has no code in the block"), "\(failure)")
    }
}
