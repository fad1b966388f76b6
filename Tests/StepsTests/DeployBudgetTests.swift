import Engine
import Ethereum
import EthereumTypes
import Foundation
import Ledger
import Model
import Synchronization
import Testing

@testable import Steps

/// What a run left signed counts for the budget of the run, and of the day, that puts it on the chain.
@Suite struct DeployBudgetTests {
    private static let value = Wei(300_000_000_000_000_000)
    private static let limit = Wei(500_000_000_000_000_000)

    private let bench: DeployBench
    private let network: NetworkSpec

    init() throws {
        bench = try DeployBench()
        network = DeployBench.sepolia
    }

    /// Deployments that send three tenths of a coin along each.
    private func effects(_ names: String..., budget: NetworkSpec.Budget) throws -> [FakeEffect] {
        var network = network
        network.budget = budget
        var artifact = FakeArtifact.withConstructor("")
        artifact.abi = artifact.abi.replacing("nonpayable", with: "payable")
        return try names.map { try bench.deploy($0, artifact, value: Self.value, network: network) }
    }

    /// A run whose transactions no node takes; they stay signed.
    private func runInVain(_ effects: [FakeEffect]) async throws {
        bench.node.rollDice { method, _ in method == "eth_sendRawTransaction" ? .loseRequest : nil }
        #expect(try await bench.run(effects).failures.map(\.code) == ["not-mined"])
        #expect(bench.node.chain.mined.isEmpty)
        bench.node.rollDice(nil)
    }

    private func expectOneLeft(_ run: FakeRun, scope: String) throws {
        #expect(try run.deployment("v").action == .created, "what is signed goes on")
        let failure = try #require(run.failure(.deploy("w", on: "sepolia")))
        #expect(failure.code == "over-budget" && failure.kind == .blocked)
        #expect(failure.message.contains("allows 0.5 ether a \(scope)"), "\(failure.message)")
        let values = bench.node.chain.mined.map(\.transaction.transaction.value)
        #expect(values == [Self.value])
    }

    @Test func whatAnEarlierRunSignedCountsForTheRunThatSendsIt() async throws {
        let budget = NetworkSpec.Budget(run: Self.limit)
        try await runInVain(try effects("v", budget: budget))
        let both = try effects("v", "w", budget: budget)
        try expectOneLeft(try await bench.run(both), scope: "run")
        #expect(try await bench.run(both).failures.isEmpty, "the next run goes on")
    }

    @Test func whatWasSignedBeforeMidnightCountsForTheDayOnWhichItIsSent() async throws {
        let budget = NetworkSpec.Budget(day: Self.limit)
        try await runInVain(try effects("v", budget: budget))
        bench.pass(.seconds(24 * 3600))
        let both = try effects("v", "w", budget: budget)
        try expectOneLeft(try await bench.run(both), scope: "day")
        #expect(try await bench.run(both).failures.map(\.code) == ["over-budget"], "it is the same day")
        bench.pass(.seconds(24 * 3600))
        #expect(try await bench.run(both).failures.isEmpty)
    }

    /// A second account on the network is no second budget, though its own lane has nothing open.
    @Test(arguments: [false, true]) func itCountsForWhatAnotherAccountSendsToo(_ isOfDays: Bool) async throws
    {
        let budget = isOfDays ? NetworkSpec.Budget(day: Self.limit) : NetworkSpec.Budget(run: Self.limit)
        try await runInVain(try effects("v", budget: budget))
        bench.pass(.seconds(24 * 3600))
        let other = try PrivateKey(hex: String(repeating: "7", count: 64))
        bench.environment.withLock { $0["OTHER_KEY"] = String(repeating: "7", count: 64) }
        bench.node.change { $0.funds[other.address] = 10_000_000_000_000_000_000 }
        var second = try effects("w", budget: budget)
        guard case .deploy(var action) = second[0].work else { return }
        action.signer = SignerSpec(name: "other", location: DeployBench.here, key: .environment("OTHER_KEY"))
        second[0].work = .deploy(action)
        let run = try await bench.run(second)
        #expect(run.failures.map(\.code) == ["over-budget"])
        let words = "of it for what earlier runs left on its way"
        #expect(run.failures.first?.message.contains(words) == true)
    }

    @Test func aPlanCountsWhatIsOnItsWayAtItsLeast() async throws {
        let tight = NetworkSpec.Budget(run: Self.limit)
        try await runInVain(try effects("v", budget: tight))
        func actions(_ limit: Wei) async throws -> [DeploymentForecast.Action] {
            let effects = try effects("v", "w", budget: NetworkSpec.Budget(run: limit))
            let steps = effects.map { Plan<Action>.Step(id: $0.step, work: $0.work, needs: []) }
            let pure = try DeployBench.pure(effects)
            return await Forecaster(try bench.context(try bench.ledger())) { _ in true }.forecast(
                try Plan(ordering: steps), outcome: pure.mapValues { .succeeded($0.outputs) },
                inputs: StepInputs(pure), countsMoney: true
            ).map(\.action)
        }
        #expect(try await actions(Self.limit).last == .blocked)
        // Enough for both values and the fees of one: how much of its own the first needs is known when it has ended.
        let gas = FakeChain.gas(FakeArtifact.withConstructor("").initCode)
        let enough =
            Wei(2 * Self.value.value) + Wei(3_000_000_000) * DeploymentForecast.GasBound.estimated(gas)
        #expect(try await actions(enough).last == .create)
        #expect(bench.said.contains { $0.contains("the plan may need") && $0.contains("over-budget") })
        #expect(try await actions(Wei(enough.value - 1)).last == .blocked)
    }
}
