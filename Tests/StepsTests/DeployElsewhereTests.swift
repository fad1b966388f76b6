import Engine
import Ethereum
import EthereumTypes
import Model
import Synchronization
import Testing

@testable import Steps

/// What refers to a deployment on a network that is no part of the run.
@Suite struct DeployElsewhereTests {
    let bench: DeployBench
    let first: NetworkSpec

    init() throws {
        bench = try DeployBench()
        bench.knowFees()
        var first = DeployBench.sepolia
        first.name = "first"
        self.first = first
        bench.networks.withLock { $0["first"] = first }
    }

    private let token = Arguments.positional([
        DeployArgumentTests.reference(.deploymentAddress(name: "token", network: "first"))
    ])

    private func vault() throws -> FakeEffect {
        try bench.deploy("vault", DeployCrashTests.vault, arguments: token)
    }

    private func forecast(_ effects: FakeEffect..., asks: Bool = true) async throws -> [DeploymentForecast] {
        let pure = try DeployBench.pure(effects)
        let steps = effects.map { Plan<Action>.Step(id: $0.step, work: $0.work) }
        let forecaster = Forecaster(try bench.context(try bench.ledger())) { asks || $0.name != "first" }
        return await forecaster.forecast(
            try Plan(ordering: steps), outcome: pure.mapValues { .succeeded($0.outputs) },
            inputs: StepInputs(pure))
    }

    @Test func theAddressOnRecordIsTakenWhereTheCodeIsThere() async throws {
        let there = try await bench.run(bench.deploy("token", network: first)).deployment(on: "first")
        let address = try #require(there.address)
        #expect(try await forecast(vault()).map(\.values) == [["address asset: \(address)"]])
        let fact = try await bench.run(vault()).deployment("vault")
        #expect(fact.action == .created)
        #expect(fact.constructorArguments == "0x" + (try DeployArgumentTests.word(address)))
    }

    @Test func codeThatIsGoneBlocks() async throws {
        let there = try await bench.run(bench.deploy("token", network: first)).deployment(on: "first")
        let address = try #require(there.address)
        for code in [[], [1, 2]] as [[UInt8]] {
            bench.node.change { $0.tamper((try? Address(address)) ?? .zero, code: code) }
            let failure = try #require(try await bench.run(vault()).failures.first)
            #expect(failure.kind == .blocked && failure.code == "drift")
            #expect(
                failure.message
                    == "token@first is at \(address), on record, and the chain has \(code.isEmpty ? "no" : "other") code there"
            )
            #expect(try await forecast(vault()).map(\.obstacle?.message) == [failure.message])
        }
        #expect(bench.node.sends == 1)
    }

    @Test func whatIsOnNoRecordBlocks() async throws {
        let failure = try #require(try await bench.run(vault()).failures.first)
        #expect(failure.kind == .blocked && failure.code == "not-on-record")
        #expect(
            failure.hint == "deploy it first, or with this run: name its network as well: --network first")
        #expect(try await forecast(vault()).map(\.obstacle) == [failure])
        // A devnet that was never started has nothing, and is not started to find that out.
        #expect(try await forecast(vault(), asks: false).map(\.obstacle) == [failure])
        let call = try bench.call(of: "token", arguments: token)
        let called = try await forecast(bench.deploy("token", .withFee), call)
        #expect(called.map(\.hindrance) == [failure])
        #expect(bench.node.sends == 0)
    }
}
