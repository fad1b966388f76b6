import Engine
import Ethereum
import EthereumTypes
import Foundation
import Model
import Synchronization
import Testing

@testable import Ledger
@testable import Steps

/// What comes after another network is sent only where the deployment there is as its checks say.
@Suite struct DeployLiveFirstTests {
    let bench: DeployBench

    init() throws {
        bench = try DeployBench()
        bench.knowFees()
    }

    private static func check(_ fee: String, line: Int = 7) -> Model.Expectation {
        Model.Expectation(
            name: "fee", read: Located("fee()", at: DeployBench.here), equals: DeployBench.text(fee))
    }

    /// The same chain under another name: of two names an account sends on one only in a run.
    private static var later: NetworkSpec {
        var network = DeployBench.sepolia
        network.name = "later"
        return network
    }

    private func first(_ name: String, _ fee: String, calls: [StepID] = []) -> LiveFirst {
        LiveFirst(
            network: DeployBench.sepolia, deployment: name, expectations: [Self.check(fee)], calls: calls)
    }

    private func deploy(_ name: String = "token", wanting fee: String, calls: [StepID] = []) throws
        -> FakeEffect
    {
        var effect = try bench.deploy(name, .withFee, network: Self.later)
        guard case .deploy(var action) = effect.work else { return effect }
        action.liveFirst = first(name, fee, calls: calls)
        effect.work = .deploy(action)
        return effect
    }

    private func call(wanting fee: String) throws -> FakeEffect {
        var effect = try bench.call("setFee", network: Self.later)
        guard case .call(var action) = effect.work else { return effect }
        action.liveFirst = first("token", fee)
        effect.work = .call(action)
        return effect
    }

    private let words =
        "network 'later' comes after 'sepolia', and check 'fee' does not hold there: fee() is 0"

    @Test func whatIsNotAsItsChecksSayIsNotFollowed() async throws {
        _ = try await bench.run(bench.deploy("token", .withFee))
        let sends = bench.node.sends
        let effect = try deploy(wanting: "25")
        let failure = try #require(try await bench.run(effect).failures.first)
        #expect(failure.code == "not-live-first" && failure.kind == .blocked)
        #expect(failure.message == words)
        let forecast = try #require(try await bench.forecast([effect]).first)
        #expect(forecast.action == .blocked && forecast.reason == words)
        #expect(bench.node.sends == sends)

        _ = try await bench.run(bench.deploy("token", .withFee), bench.call())
        #expect(try await bench.forecast([effect]).map(\.action) == [.create])
        #expect(try await bench.run(effect).deployment(on: "later").action == .created)
    }

    @Test func aCallToWhatIsThereIsHeldToItToo() async throws {
        _ = try await bench.run(bench.deploy("token", .withFee))
        let kept = try deploy(wanting: "0")
        _ = try await bench.run(kept)
        let sends = bench.node.sends
        let effects = [kept, try call(wanting: "25")]
        let run = try await bench.run(effects)
        #expect(try run.deployment(on: "later").action == .kept)
        #expect(run.failures.map(\.message) == [words])
        let forecast = try #require(try await bench.forecast(effects).first)
        #expect(forecast.calls.map(\.obstacle?.message) == [words])
        #expect(bench.node.sends == sends)
        #expect(try await bench.run([kept, try call(wanting: "0")]).failures.isEmpty)
        #expect(bench.node.sends == sends + 1)
    }

    @Test func thePlanSaysWhichChainTheFirstOneIs() async throws {
        _ = try await bench.run(bench.deploy("token", .withFee))
        let sends = bench.node.sends
        let effect = try deploy(wanting: "0")
        let seen = try await bench.forecast([effect])
        let chain = PlannedChain(
            network: "sepolia", chainID: DeployBench.sepolia.chainID, genesis: Keccak256.hash("genesis".utf8))
        var other = chain
        other.genesis = Keccak256.hash("other".utf8)
        let later = DeployBench.approved(seen).chains
        for (chains, words) in [
            (later, "network 'sepolia' is not in the plan"), (later + [other], "network 'sepolia': block 0 "),
        ] {
            let plan = ApprovedPlan(digest: Digest(of: Data()), chains: chains, deployments: seen)
            let failure = try #require(try await bench.run([effect], applying: plan).failures.first)
            #expect(failure.code == "not-as-planned" && failure.message.contains(words), "\(failure)")
            #expect(bench.node.sends == sends)
        }
        let plan = ApprovedPlan(digest: Digest(of: Data()), chains: later + [chain], deployments: seen)
        #expect(try await bench.run([effect], applying: plan).failures.isEmpty)
    }

    @Test func aCallThatDidNotEndWellThereIsNamed() async throws {
        _ = try await bench.run(bench.deploy("token", .withFee))
        let sends = bench.node.sends
        let effect = try deploy(wanting: "0", calls: [.call("setFee", of: "token", on: "sepolia")])
        let failure = try #require(try await bench.run(effect).failures.first)
        #expect(failure.code == "not-live-first")
        #expect(
            failure.message
                == "network 'later' comes after 'sepolia', and call:token@sepolia/setFee did not end well")
        #expect(bench.node.sends == sends)
    }

    /// What the plan itself changes there may make them hold.
    @Test func aPlanThatChangesTheFirstNetworkLeavesItsChecksToTheRun() async throws {
        let someone = SignerSpec(
            name: "someone", location: DeployBench.here,
            form: .address(Address.created(by: .zero, nonce: 1)))
        bench.node.change { $0.funds[Address.created(by: .zero, nonce: 1)] = 1 << 70 }
        _ = try await bench.run(bench.deploy("token", .withFee))
        let calls = [try bench.deploy("token", .withFee), try bench.call(signer: someone)]
        let forecasts = try await bench.forecast(calls + [try deploy(wanting: "25")])
        #expect(forecasts.map(\.action) == [.keep, .create])
        #expect(forecasts[0].calls.count == 1)
    }

    @Test func whatSeveralDeploymentsAskIsReadInOneExchange() async throws {
        let names = ["token", "vault", "third"]
        _ = try await bench.run(try names.map { try bench.deploy($0, .withFee) })
        let selector = Hex.prefixed(Selector.of("fee()")).dropFirst(2)
        func exchanges() -> Int {
            bench.sent.withLock { sent in
                sent.count { String(decoding: $0.body, as: UTF8.self).contains(selector) }
            }
        }
        let before = exchanges()
        let run = try await bench.run(try names.map { try deploy($0, wanting: "25") })
        #expect(run.failures.count == 3)
        #expect(exchanges() == before + 1)
        _ = try await bench.forecast(try names.map { try deploy($0, wanting: "25") })
        #expect(exchanges() == before + 2)
    }

    @Test func whatIsNotOnRecordThereIsNotFollowed() async throws {
        let failure = try #require(try await bench.run(try deploy(wanting: "0")).failures.first)
        #expect(failure.message == "network 'later' comes after 'sepolia', and it is not on 'sepolia' yet")
    }
}
