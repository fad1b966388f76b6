import Engine
import Ethereum
import EthereumTypes
import Foundation
import Ledger
import Model
import Synchronization
import Testing

@testable import Steps

/// What a plan binds holds when something is signed too, not only when a run begins.
@Suite struct DeployBoundPlanTests {
    private let bench: DeployBench

    init() throws {
        bench = try DeployBench()
        bench.knowFees()
    }

    // MARK: Signers

    static let keys = ["11", "22"].map { String(repeating: $0, count: 32) }
    private static let dao = SignerSpec(
        name: "dao", location: DeployBench.here, key: .environment("DAO_KEY"))

    private func have(_ key: String?) { bench.environment.withLock { $0["DAO_KEY"] = key } }

    private func address(_ key: String) throws -> String { try PrivateKey(hex: key).address.description }

    private func vault() throws -> FakeEffect {
        try bench.deploy(
            "vault", DeployCrashTests.vault,
            arguments: .positional([DeployArgumentTests.reference(.signerAddress(name: "dao"))]),
            signersRead: [Self.dao])
    }

    private func failure(_ effect: FakeEffect, applying plan: ApprovedPlan) async throws -> StepFailure? {
        try await bench.run([effect], applying: plan).failures.first
    }

    @Test func theAddressOfASignerIsPartOfThePlan() async throws {
        have(Self.keys[0])
        let forecasts = try await bench.forecast([try vault()])
        let (first, second) = (try address(Self.keys[0]), try address(Self.keys[1]))
        #expect(forecasts.map(\.signers) == [[ReadSigner(name: "dao", address: first)]])
        let plan = DeployBench.approved(forecasts)
        have(Self.keys[1])
        let words = "address of signer 'dao' \(first) → \(second)"
        #expect(
            plan.departures(of: try await bench.forecast([try vault()]), on: plan.chains) == [
                "vault@sepolia: \(words)"
            ])
        let refused = try #require(try await failure(try vault(), applying: plan))
        #expect(refused.kind == .blocked && refused.code == "not-as-planned")
        #expect(refused.message.hasSuffix(words), "\(refused)")
        #expect(bench.node.sends == 0)
        have(Self.keys[0])
        #expect(try await failure(try vault(), applying: plan) == nil)
        #expect(bench.node.sends == 1)
        // In full, and once more.
        #expect(plan.departures(of: try await bench.forecast([try vault()]), on: plan.chains) == [])
    }

    @Test func anAddressThatNothingToldIsNotApproved() async throws {
        have(nil)
        let forecasts = try await bench.forecast([try vault()])
        #expect(forecasts.map(\.signers) == [[ReadSigner(name: "dao", address: nil)]])
        #expect(forecasts.map(\.action) == [.create])
        let told = bench.said.filter { $0.contains("nothing tells the address of signer 'dao'") }
        #expect(told.count == 1, "\(bench.said)")
        let plan = DeployBench.approved(forecasts)
        have(Self.keys[0])
        let words = "the address of signer 'dao' was not known when the plan was made"
        #expect(
            plan.departures(of: try await bench.forecast([try vault()]), on: plan.chains).last
                == "vault@sepolia: \(words)")
        let refused = try #require(try await failure(try vault(), applying: plan))
        #expect(refused.code == "not-as-planned" && refused.message.contains(words), "\(refused)")
        #expect(bench.node.sends == 0)
    }

    // MARK: Start

    @Test func anOlderPlanTakesNoOthersPlace() async throws {
        func token(_ byte: UInt8) throws -> FakeEffect {
            try bench.deploy("token", FakeArtifact(runtime: [0x60, byte, 0xfd]))
        }
        let first = try #require(try await bench.run(try token(1)).deployment().address)
        let older = try await bench.plan(try token(2))
        let newer = try await bench.plan(try token(3))
        let second = try #require(try await bench.run([try token(3)], applying: newer).deployment().address)
        let words = "starts from \(first) → \(second)"
        #expect(
            older.departures(of: try await bench.forecast([try token(2)]), on: older.chains) == [
                "token@sepolia: \(words)"
            ])
        let refused = try #require(try await failure(try token(2), applying: older))
        #expect(refused.code == "not-as-planned" && refused.message.hasSuffix(words), "\(refused)")
        #expect(try await bench.run([try token(3)], applying: newer).deployment().action == .kept)
        #expect(bench.node.sends == 2)
    }

    @Test func whatARunSignedAndNobodyWantsAnyMoreIsNoStartOfAPlan() async throws {
        func token(_ byte: UInt8) throws -> FakeEffect {
            try bench.deploy("token", FakeArtifact(runtime: [0x60, byte, 0xfd]))
        }
        let first = try await bench.run(try token(1)).deployment().address
        bench.node.plan(
            .refuse(code: -32_000, "tx fee (1.2 ether) exceeds the configured cap (1.0 ether)"),
            on: "eth_sendRawTransaction")
        #expect(try await bench.run(try token(2)).failures.map(\.code) == ["node-refused"])
        let sends = bench.node.sends
        let plan = try await bench.plan(try token(3))
        #expect(plan[.deploy("token", on: "sepolia")]?.replaces == first)
        #expect(plan[.deploy("token", on: "sepolia")]?.maxCostWei != nil)
        #expect(try await bench.run([try token(3)], applying: plan).failures.map(\.code) == ["not-needed"])
        #expect(try await bench.run([try token(3)], applying: plan).deployment().action == .replaced)
        #expect(bench.node.sends == sends + 2)
    }

    /// A killed run signed a payment of seven; the plan is made of a manifest that was put right, on a machine without that state.
    @Test func whatWasSignedBeforeAndThePlanDoesNotNameIsNotSentBesideIt() async throws {
        let (first, second) = (try called(paying: 7), try called(paying: 5))
        _ = try await bench.run(first[0])
        bench.node.plan(
            .refuse(code: -32_000, "tx fee (1.2 ether) exceeds the configured cap (1.0 ether)"),
            on: "eth_sendRawTransaction")
        #expect(try await bench.run(first).failures.map(\.code) == ["node-refused"])
        let sends = bench.node.sends
        let blind = DeployBench.approved(try await bench.forecast(second))
        let refused = try #require(try await bench.run(second, applying: blind).failures.first)
        #expect(refused.kind == .blocked && refused.code == "not-as-planned", "\(refused)")
        #expect(bench.node.sends == sends)
        // A plan that names it sends it.
        let named = try await bench.plan(second[0], second[1])
        _ = try await bench.run(second, applying: named)
        #expect(bench.node.sends > sends)
    }

    /// What is signed, and as often as it may be replaced by what pays more.
    @Test(arguments: [0, 4]) func whatIsSignedAndWantedIsBounded(_ bumps: Int) async throws {
        let network = DeployForesightTests.network { $0.fees.maxBumps = bumps }
        let token = try bench.deploy("token", .withFee, network: network)
        bench.node.plan(
            .refuse(code: -32_000, "tx fee (1.2 ether) exceeds the configured cap (1.0 ether)"),
            on: "eth_sendRawTransaction")
        #expect(try await bench.run([token]).failures.map(\.code) == ["node-refused"])
        let signed = try #require(try bench.ledger().operation(ChainOperation.ID(1)).transactions.first)
        let planned = try await bench.plan(token)
        let forecast = try #require(planned[.deploy("token", on: "sepolia")])
        #expect(forecast.gasBound == .signed && forecast.maxGas == signed.gasLimit)
        let most = try #require(forecast.maxCostWei.flatMap { UInt128($0) })
        if bumps == 0 {
            #expect(most == signed.maxCost.value)
        } else {
            #expect(most > signed.maxCost.value / 100 * 146 && most < signed.maxCost.value * 2)
        }
    }

    /// The plan does nothing of a deployment that it says is blocked, be it signed or not.
    @Test func whatIsSignedAndBlockedInThePlanIsNotSent() async throws {
        let token = try bench.deploy("token", .withFee)
        bench.node.plan(
            .refuse(code: -32_000, "tx fee (1.2 ether) exceeds the configured cap (1.0 ether)"),
            on: "eth_sendRawTransaction")
        #expect(try await bench.run([token]).failures.map(\.code) == ["node-refused"])
        let open = try bench.ledger().operation(ChainOperation.ID(1))
        var forecasts = try await bench.forecast([token])
        forecasts[0].stop(by: StepFailure(.blocked, code: "not-live-first", "it comes after another"))
        let plan = DeployBench.approved(
            forecasts, signedBefore: Set(open.attempts.map(\.hash.description)))
        let sends = bench.node.sends
        #expect(try await bench.run([token], applying: plan).failures.map(\.code) == ["not-as-planned"])
        #expect(bench.node.sends == sends)
    }

    /// A killed run signed a call, and somebody else did what it is for since.
    @Test func whatIsNotNeededAnyMoreIsNotSentThoughItWasSigned() async throws {
        let other = try PrivateKey(hex: Self.keys[0])
        let effects = [
            try bench.deploy("token", .withFee),
            try bench.call(
                unless: .init(read: Located("fee()", at: DeployBench.here), equals: DeployBench.text("25"))),
        ]
        let fact = try await bench.run(effects[0]).deployment()
        let token = try Address(fact.address ?? "")
        bench.node.plan(
            .refuse(code: -32_000, "tx fee (1.2 ether) exceeds the configured cap (1.0 ether)"),
            on: "eth_sendRawTransaction")
        #expect(try await bench.run(effects).failures.map(\.code) == ["node-refused"])
        bench.node.change { chain in
            chain.funds[other.address] = 1_000_000_000_000_000_000
            let data = Array(Selector.of("setFee(uint256)")) + [UInt8](repeating: 0, count: 31) + [25]
            let form = Transaction.Form.legacy(
                gasPrice: Wei(2_000_000_000), chainID: DeployBench.sepolia.chainID)
            #expect(
                chain.take(
                    Transaction(form: form, nonce: 0, gasLimit: 100_000, to: token, value: .zero, data: data)
                        .signed(by: other)) == nil)
        }
        #expect(try await bench.run(effects).failures.map(\.code) == ["not-needed"])
        let run = try await bench.run(effects)
        #expect(run.failures.isEmpty)
        #expect(try run.call().reason == "fee() is 25 already")
        let own = bench.node.chain.mined.map(\.transaction).filter { $0.sender == bench.key.address }
        #expect(
            own.map(\.transaction.data.isEmpty) == [false, true], "its nonce is used up by what does nothing")
    }

    private func called(paying value: UInt64) throws -> [FakeEffect] {
        [
            try bench.deploy("token", .withFee),
            try bench.call(arguments: .positional([DeployBench.text("25")]), value: Wei(UInt128(value))),
        ]
    }
}
