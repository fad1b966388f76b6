import Engine
import Ethereum
import EthereumTypes
import Foundation
import Model
import Synchronization
import Testing

@testable import Ledger
@testable import Steps

/// What will surely stop a run is foretold.
@Suite struct DeployForesightTests {
    let bench: DeployBench

    init() throws {
        bench = try DeployBench()
        bench.knowFees()
    }

    /// The forecast of effects, each after those that it is told to need.
    func forecast(
        _ effects: [FakeEffect],
        needs: [StepID: [StepID]] = [:],
        countsMoney: Bool = true
    ) async throws -> [DeploymentForecast] {
        let steps = effects.map {
            Plan<Action>.Step(id: $0.step, work: $0.work, needs: needs[$0.step] ?? [])
        }
        let pure = try DeployBench.pure(effects)
        return await Forecaster(try bench.context(try bench.ledger())) { _ in true }.forecast(
            try Plan(ordering: steps), outcome: pure.mapValues { .succeeded($0.outputs) },
            inputs: StepInputs(pure), countsMoney: countsMoney)
    }

    let token = StepID.deploy("token", on: "sepolia")

    /// Two that cost the same, the second with a call.
    func two(_ network: NetworkSpec) throws -> [FakeEffect] {
        [
            try bench.deploy("token", .withFee, network: network),
            try bench.deploy("vault", .withFee, network: network),
            try bench.call("setFee", of: "vault", network: network),
        ]
    }

    /// What one creation is bounded by, at 3 gwei.
    var cost: Wei {
        let gas = FakeChain.gas(FakeArtifact.withFee.initCode)
        return Wei(3_000_000_000) * DeploymentForecast.GasBound.estimated(gas)
    }

    static func network(change: (inout NetworkSpec) -> Void) -> NetworkSpec {
        var network = DeployBench.sepolia
        change(&network)
        return network
    }

    // MARK: The manifest

    @Test func aWrongCallBlocksItsDeploymentAndWhatNeedsThat() async throws {
        let asset = DeployArgumentTests.reference(.deploymentAddress(name: "token", network: nil))
        let wrong = DeployInterfaceTests.call("setFees(uint256)")
        let forecasts = try await forecast([
            bench.deploy("token", .withFee, calls: [wrong]),
            bench.deploy("vault", DeployCrashTests.vault, arguments: .positional([asset])),
        ])
        #expect(forecasts.map(\.action) == [.blocked, .blocked])
        #expect(forecasts[0].reason.hasPrefix("call setFee: the contract has no function 'setFees(uint256)'"))
        #expect(forecasts[0].obstacle?.code == "no-function")
        #expect(forecasts[0].obstacle?.diagnostics.map(\.location?.line) == [41])
        #expect(forecasts[1].obstacle == nil, "it is only stopped along")
    }

    @Test func codeThatIsTooLargeIsBlocked() async throws {
        let small = Self.network { $0.limits.maxRuntimeCode = 3 }
        let forecasts = try await forecast([bench.deploy("token", network: small)])
        #expect(forecasts.map(\.obstacle?.code) == ["code-size"])
        let initial = Self.network { $0.limits.maxInitCode = 6 }
        #expect(
            try await forecast([bench.deploy("token", network: initial)]).map(\.obstacle?.code) == [
                "code-size"
            ])
    }

    /// Of two networks of one chain an account sends on one only.
    private static let someone = SignerSpec(
        name: "someone", location: DeployBench.here, form: .address(rich))
    private static let rich = Address.created(by: .zero, nonce: 1)

    @Test func whatComesAfterAnotherNetworkWaitsForThat() async throws {
        bench.node.change { $0.funds[Self.rich] = 1 << 70 }
        let first = Self.network { $0.name = "first" }
        var second = try bench.deploy("token", .withFee)
        guard case .deploy(var action) = second.work else { return }
        action.liveFirst = LiveFirst(network: first, deployment: "token")
        second.work = .deploy(action)
        let alone = try await forecast([second])
        #expect(alone.map(\.obstacle?.code) == ["not-live-first"])
        let both = try await forecast([
            try bench.deploy("token", .withFee, network: first, signer: Self.someone), second,
        ])
        #expect(both.map(\.action) == [.create, .create])
        let wrong = DeployInterfaceTests.call("setFees(uint256)")
        let stuck = try await forecast([
            try bench.deploy("token", .withFee, network: first, signer: Self.someone, calls: [wrong]), second,
        ])
        #expect(stuck.map(\.reason)[1] == "it needs deploy:token@first")
        #expect(stuck[1].obstacle == nil)
    }

    // MARK: Reverts

    @Test func theFirstOfAPlanThatWouldRevertIsBlocked() async throws {
        bench.node.plan(.refuse(code: 3, "execution reverted"), on: "eth_estimateGas")
        let forecasts = try await forecast(try two(DeployBench.sepolia))
        #expect(forecasts.map(\.action) == [.blocked, .create])
        #expect(forecasts[0].obstacle?.code == "would-revert")
    }

    // MARK: Money

    @Test func whatTheSenderCannotPayForIsBlocked() async throws {
        bench.node.change { $0.funds[bench.key.address] = cost.value + cost.value - 1 }
        let forecasts = try await forecast(try two(DeployBench.sepolia))
        #expect(forecasts.map(\.action) == [.blocked, .blocked])
        #expect(forecasts.map(\.obstacle?.code) == ["insufficient-funds", "insufficient-funds"])
        let most = cost + cost + byRule
        let missing = Wei(most.value / 4 * 5 - 2 * cost.value + 1).wholeGwei
        let reason =
            "signer 'ci' (\(bench.key.address)) has \(Wei(2 * cost.value - 1).ether()) ether on 'sepolia', and the plan needs "
            + "up to \((cost + cost).ether()) ether, or \(most.ether()) with what is bounded by rule alone: send it "
            + "\(missing.ether()) ether or more (a quarter of the fees is on top, as gas may become dearer)"
        #expect(forecasts.map(\.reason) == [reason, reason])
        let applied = try await forecast(try two(DeployBench.sepolia), countsMoney: false)
        #expect(applied.map(\.action) == [.create, .create])
    }

    @Test func aBoundByRuleIsOnlyNoted() async throws {
        // The call to the new contract is bounded by rule, and costs more than there is.
        bench.node.change { $0.funds[bench.key.address] = cost.value + cost.value }
        let forecasts = try await forecast(try two(DeployBench.sepolia))
        #expect(forecasts.map(\.action) == [.create, .create])
        #expect(forecasts[1].calls.map(\.gasBound) == [.rule])
        let missing = Wei((cost + cost + byRule).value / 4 * 5 - 2 * cost.value).wholeGwei
        let words = ": \(missing.ether()) ether more suffices"
        #expect(
            bench.said.contains {
                $0.contains("insufficient-funds") && $0.contains("bounded by rule") && $0.contains(words)
            })
    }

    /// What a transaction may cost of which nothing is known.
    private var byRule: Wei { Wei(3_000_000_000) * DeployBench.sepolia.limits.maxTransactionGas }

    @Test func onlyFeesMayBecomeDearer() async throws {
        let ether = Wei(1_000_000_000_000_000_000)
        bench.node.change { $0.funds[bench.key.address] = ether.value }
        var artifact = FakeArtifact.withConstructor("")
        artifact.abi = artifact.abi.replacing("nonpayable", with: "payable")
        let forecasts = try await forecast([try bench.deploy("token", artifact, value: ether)])
        let gas = FakeChain.gas(artifact.initCode)
        let missing = Wei((Wei(3_000_000_000) * DeploymentForecast.GasBound.estimated(gas)).value / 4 * 5)
            .wholeGwei
        #expect(
            forecasts[0].reason.contains(": send it \(missing.ether()) ether or more ("),
            "\(forecasts[0].reason)")
    }

    @Test func whatIsInNoBlockYetIsStillToBePaid() async throws {
        bench.node.plan(.loseRequest, on: "eth_sendRawTransaction", times: 1_000)
        let waiting = try bench.deploy("other", .withFee)
        #expect(try await bench.run(waiting).failures.map(\.code) == ["not-mined"])
        let gas = FakeChain.gas(FakeArtifact.withFee.initCode)
        let limit = OperationMark("deploy", "treasury", "other", "sepolia", "")
            .gasLimit(atMost: DeploymentForecast.GasBound.estimated(gas), needed: gas)
        let before = Wei(3_000_000_000) * limit
        bench.node.change { $0.funds[bench.key.address] = before.value + cost.value - 1_000_000_000 }
        let forecasts = try await forecast([try bench.deploy("token", .withFee)])
        let missing = Wei(cost.value / 4 + 1_000_000_000).wholeGwei
        let words =
            ", \(before.ether()) ether of it for what is on its way, and the plan needs up to \(cost.ether()) ether: send it "
            + "\(missing.ether()) ether or more ("
        #expect(forecasts[0].reason.contains(words), "\(forecasts[0].reason)")
    }

    @Test func whatIsOverTheBudgetOfATransactionIsBlocked() async throws {
        let least = Wei(cost.value - 1)
        let network = Self.network { $0.budget = .init(transaction: least) }
        let forecasts = try await forecast(try two(network))
        #expect(forecasts.map(\.obstacle?.code) == ["over-budget", "over-budget"])
        #expect(
            forecasts[0].reason
                == "over budget: it needs up to \(cost.ether()) ether, and the budget allows \(least.ether()) ether a transaction"
        )
    }

    @Test func ofARunsBudgetTheFirstGetTheirPart() async throws {
        let network = Self.network { $0.budget = .init(run: Wei(2 * cost.value - 1)) }
        let forecasts = try await forecast(try two(network))
        #expect(forecasts.map(\.action) == [.create, .create], "the second waits until the first has ended")
        #expect(
            bench.said.contains {
                $0.contains("over-budget") && $0.contains("counts at its most until it has ended")
            })
        // Of a bound a sixth is on top and the room of a mark, and of a price a half.
        let least = (cost.value / 3_000_000_000 - UInt128(OperationMark.gasRoom)) / 6 * 5 * 1_500_000_000
        let tight = Self.network { $0.budget = .init(run: Wei(cost.value + least - 1)) }
        let stopped = try await forecast(try two(tight))
        #expect(stopped.map(\.action) == [.create, .blocked])
        #expect(stopped[1].reason.contains("with the least that what comes before it costs"))
        let enough = Self.network { $0.budget = .init(run: Wei(cost.value + least)) }
        #expect(try await forecast(try two(enough)).map(\.action) == [.create, .create])
    }

    @Test func whatIsOverARunsBudgetLeavesItToTheNext() async throws {
        let network = Self.network { $0.budget = .init(run: cost) }
        let large = FakeArtifact(name: "Large", runtime: [UInt8](repeating: 1, count: 20_000))
        let forecasts = try await forecast([
            try bench.deploy("large", large, network: network),
            try bench.deploy("token", .withFee, network: network),
        ])
        #expect(forecasts.map(\.action) == [.blocked, .create])
    }

    @Test func aBudgetThatMayNotSufficeIsNotedOnce() async throws {
        let network = Self.network { $0.budget = .init(run: Wei(cost.value * 19 / 10)) }
        let names = ["token", "vault", "other"]
        let forecasts = try await forecast(
            names.map { try bench.deploy($0, .withFee, network: network) })
        #expect(forecasts.map(\.action) == [.create, .create, .create])
        #expect(bench.said.filter { $0.contains("over-budget") }.count == 1)
    }

    @Test func whatTheDayHasSpentCounts() async throws {
        // Two have ended at little more than half their bounds; of two more the second may need all of its own.
        let network = Self.network { $0.budget = .init(day: Wei(cost.value * 23 / 10)) }
        // Spends a part of the day's budget, and is not part of the plan.
        _ = try await bench.run(
            bench.deploy("first", .withFee, network: network),
            bench.deploy("second", .withFee, network: network))
        #expect(try await forecast(try two(network)).map(\.action) == [.create, .blocked])
        bench.pass(.seconds(24 * 3600))
        #expect(try await forecast(try two(network)).map(\.action) == [.create, .create])
    }

    @Test func whatNeedsSomethingOverBudgetIsBlockedToo() async throws {
        bench.node.change { $0.funds[Self.rich] = 1 << 70 }
        let network = Self.network { $0.budget = .init(transaction: Wei(1)) }
        let other = try bench.deploy(
            "other", network: Self.network { $0.name = "other" }, signer: Self.someone)
        let forecasts = try await forecast(
            [try bench.deploy("token", .withFee, network: network), other],
            needs: [other.step: [token]])
        #expect(forecasts.map(\.reason)[1] == "it needs deploy:token@sepolia")
        #expect(forecasts[1].obstacle == nil)
    }

    // MARK: Without the key

    @Test func whatIsOnRecordIsReplacedWhereAnAddressIsNotKnown() async throws {
        let owned = FakeArtifact.withConstructor(#"{"name":"owner","type":"address"}"#)
        let other = SignerSpec(name: "other", location: DeployBench.here, key: .environment("OTHER_KEY"))
        let deploy = try bench.deploy(
            "token", owned,
            arguments: .positional([DeployArgumentTests.reference(.signerAddress(name: "other"))]),
            signersRead: [other])
        bench.environment.withLock { $0["OTHER_KEY"] = DeployBench.keyText }
        _ = try await bench.run(deploy).deployment()
        bench.environment.withLock { $0 = [:] }
        let blind = try await forecast([deploy])
        #expect(blind.map(\.action) == [.replace])
        #expect(blind[0].reason == "an address among its arguments is not known before the run")
        #expect(blind[0].sender == bench.key.address.description)
        #expect(blind[0].maxGas != nil)
    }

    @Test func aSenderThatNothingTellsLeavesThePlanWithoutBoundsAndThePlanSaysSo() async throws {
        bench.environment.withLock { $0 = [:] }
        let blind = try await forecast(try two(DeployBench.sepolia))
        #expect(blind.map(\.sender) == [nil, nil] && blind.map(\.maxGas) == [nil, nil])
        let words = "; nothing bounds its cost, as nothing tells the account of signer 'ci'"
        #expect(blind.allSatisfy { $0.reason.hasSuffix(words) }, "\(blind.map(\.reason))")
        let said = bench.said.filter { $0.contains("no-bounds") }
        #expect(said.count == 1)
        #expect(said.first?.contains("only 'fees' and 'budget' of the network and 'gasLimit' do") == true)
    }

    @Test func theAccountThatTheManifestSaysBoundsAPlanThatIsMadeWithoutTheKey() async throws {
        var signer = DeployBench.ci
        signer.keyAddress = bench.key.address
        let effect = try bench.deploy("token", .withFee, signer: signer)
        bench.environment.withLock { $0 = [:] }
        let known = try await forecast([effect])
        #expect(known[0].sender == bench.key.address.description)
        #expect(known[0].maxCostWei == cost.description)
        #expect(!bench.said.contains { $0.contains("no-bounds") })
        // To sign takes the key all the same, and no other.
        let plan = try Plan(ordering: [Plan<Action>.Step(id: effect.step, work: effect.work)])
        func missing() async throws -> [StepFailure] {
            await Forecaster(try bench.context(try bench.ledger())) { _ in true }.missingKeys(plan, known)
        }
        #expect(try await missing().map(\.hint) == ["set CI_KEY"])
        bench.environment.withLock { $0["CI_KEY"] = "0x" + String(repeating: "07", count: 32) }
        #expect(try await missing().map(\.code) == ["other-key"])
        let failure = try #require(try await bench.run(effect).failures.first)
        #expect(failure.code == "other-key" && failure.kind == .environment)
        #expect(
            failure.message.hasPrefix(
                "signer 'ci' has the address \(bench.key.address) in the manifest, and its key is"))
        #expect(bench.node.sends == 0)
        bench.environment.withLock { $0["CI_KEY"] = DeployBench.keyText }
        #expect(try await bench.run(effect).deployment().action == .created)
    }

    @Test func aKeyThatIsMissingIsToldWhereItIsNeeded() async throws {
        let effects = try two(DeployBench.sepolia)
        let steps = effects.map { Plan<Action>.Step(id: $0.step, work: $0.work) }
        let plan = try Plan(ordering: steps)
        func missing() async throws -> [StepFailure] {
            let forecasts = try await forecast(effects)
            return await Forecaster(try bench.context(try bench.ledger())) { _ in true }
                .missingKeys(plan, forecasts)
        }
        #expect(try await missing().isEmpty)
        bench.environment.withLock { $0 = [:] }
        let failures = try await missing()
        #expect(failures.map(\.code) == ["no-secret"])
        #expect(failures.map(\.hint) == ["set CI_KEY"])
        bench.environment.withLock { $0["CI_KEY"] = DeployBench.keyText }
        _ = try await bench.run(effects)
        bench.environment.withLock { $0 = [:] }
        #expect(try await missing().isEmpty, "what is there needs none")
    }
}

extension Wei {
    /// Rounded up.
    fileprivate var wholeGwei: Wei { Wei((value + 999_999_999) / 1_000_000_000 * 1_000_000_000) }
}
