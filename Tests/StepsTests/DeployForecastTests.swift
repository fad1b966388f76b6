import Engine
import Ethereum
import EthereumTypes
import Foundation
import Ledger
import Model
import Synchronization
import Testing

@testable import Steps

@Suite struct DeployForecastTests {
    let bench: DeployBench

    init() throws {
        bench = try DeployBench()
        bench.knowFees()
    }

    func forecast(_ effects: [FakeEffect], ended: [StepID: Outcome] = [:], mayAsk: Bool = true) async throws
        -> [DeploymentForecast]
    {
        var steps: [Plan<Action>.Step] = []
        let pure = try DeployBench.pure(effects)
        for effect in effects { steps.append(Plan.Step(id: effect.step, work: effect.work)) }
        let outcomes = pure.mapValues { Outcome.succeeded($0.outputs) }.merging(ended) { $1 }
        let sends = bench.node.sends
        let forecasts = await Forecaster(try bench.context(try bench.ledger())) { _ in mayAsk }
            .forecast(try Plan(ordering: steps), outcome: outcomes, inputs: StepInputs(pure))
        #expect(bench.node.sends == sends, "a forecast sends nothing")
        return forecasts
    }

    /// Each forecast in a line: what, address, calls.
    func lines(_ forecasts: [DeploymentForecast]) -> [String] {
        forecasts.map { forecast in
            let calls = forecast.calls.map { " +\($0.name)" }.joined()
            return "\(forecast.step.subject) \(forecast.action.rawValue) \(forecast.address ?? "?")\(calls)"
        }
    }

    func created(_ nonce: UInt64) -> String {
        Address.created(by: bench.key.address, nonce: nonce).description
    }

    func chainOfThree(_ token: FakeArtifact = .withFee, fee: String = "25") throws -> [FakeEffect] {
        let asset = DeployArgumentTests.reference(.deploymentAddress(name: "token", network: nil))
        return [
            try bench.deploy("token", token),
            try bench.call("setFee", of: "token", token, arguments: .positional([DeployBench.text(fee)])),
            try bench.deploy("vault", DeployCrashTests.vault, arguments: .positional([asset])),
        ]
    }

    @Test func saltAndLibrariesAreForetoldAsTheManifestMeansThem() async throws {
        var creation = DeploySaltTests.salt("v1")
        creation.libraries = [DeployLibraryTests.toMath]
        let forecasts = try await forecast([
            try bench.deploy("math", FakeArtifact(name: "Math", runtime: [0xaa])),
            try bench.deploy("vault", DeployLibraryTests.vault(), creation: creation),
        ])
        #expect(forecasts.map(\.salt) == [nil, #"deterministic-proxy ["v1"]"#])
        #expect(forecasts.map(\.libraries) == [nil, #"{Math: "${deployments.math.address}"}"#])
    }

    @Test func whatIsForetoldIsWhatARunDoes() async throws {
        let effects = try chainOfThree()
        let forecasts = try await forecast(effects)
        #expect(
            lines(forecasts) == [
                "token@sepolia create \(created(0)) +setFee", "vault@sepolia create \(created(2))",
            ])
        #expect(forecasts[0].reason == "it is not on this network yet")
        #expect(forecasts[0].sender == bench.key.address.description)
        #expect(forecasts[0].initCodeDigest == Digest(of: Data(FakeArtifact.withFee.initCode)))
        let gas = FakeChain.gas(FakeArtifact.withFee.initCode)
        #expect(forecasts[0].maxGas == DeploymentForecast.GasBound.estimated(gas))
        #expect(forecasts[0].maxCostWei == String(DeploymentForecast.GasBound.estimated(gas) * 3_000_000_000))
        let call = try #require(forecasts[0].calls.first)
        #expect(call.to == created(0))
        #expect(call.reason == "the contract is new")
        #expect(call.sender == bench.key.address.description)
        // What a reviewer approves is what is sent, with the addresses that are foreseen.
        #expect(call.values == ["uint256 fee: 25"])
        #expect(forecasts.map(\.values) == [[], ["address asset: \(created(0))"]])
        #expect(
            call.data == Hex.prefixed(Selector.of("setFee(uint256)")) + String(repeating: "0", count: 62)
                + "19")
        let run = try await bench.run(effects)
        #expect(try run.deployment("token").address == forecasts[0].address)
        #expect(try run.deployment("vault").address == forecasts[1].address)

        let again = try await forecast(effects)
        #expect(lines(again) == ["token@sepolia keep \(created(0))", "vault@sepolia keep \(created(2))"])
        #expect(again.allSatisfy { !$0.isChange })
        #expect(again[0].reason == "the same code and arguments are there since run run-2")
    }

    @Test func whatIsNotKnownIsLeftAsItIsWritten() async throws {
        bench.environment.withLock { $0 = [:] }
        let forecasts = try await forecast(try chainOfThree())
        #expect(forecasts.map(\.values) == [[], nil])
        #expect(forecasts[1].arguments == #"["${deployments.token.address}"]"#)
    }

    // MARK: Bounds

    /// What each effect may use, and what that is from.
    func bounds(_ forecasts: [DeploymentForecast]) -> [String] {
        forecasts.flatMap { forecast in
            [(forecast.step.subject, forecast.maxGas, forecast.maxCostWei, forecast.gasBound)]
                + forecast.calls.map { ($0.name, $0.maxGas, $0.maxCostWei, $0.gasBound) }
        }.map { name, gas, cost, bound in
            #expect(cost == gas.map { String($0 * 3_000_000_000) })
            return "\(name) \(bound?.rawValue ?? "none") \(gas ?? 0)"
        }
    }

    /// The vault cannot be estimated: it reads the token, which is not there yet.
    func withAVaultThatReadsTheToken() throws -> [FakeEffect] {
        bench.node.plan(.refuse(code: 3, "execution reverted"), on: "eth_estimateGas", skipping: 1)
        return try chainOfThree()
    }

    @Test func whatNeedsContractsThatAreNotThereIsSimulatedBehindThem() async throws {
        bench.node.change { $0.simulates = true }
        let forecasts = try await forecast(try withAVaultThatReadsTheToken())
        let token = FakeChain.gas(FakeArtifact.withFee.initCode)
        let call = DeploymentForecast.GasBound.simulated(FakeChain.gas([UInt8](repeating: 0, count: 36)))
        let vault = DeploymentForecast.GasBound.simulated(
            FakeChain.gas(DeployCrashTests.vault.initCode + [UInt8](repeating: 0, count: 32)))
        #expect(
            bounds(forecasts) == [
                "token@sepolia estimated \(DeploymentForecast.GasBound.estimated(token))",
                "setFee simulated \(call)",
                "vault@sepolia simulated \(vault)",
            ])
        #expect(bench.node.asked.filter { $0 == "eth_simulateV1" }.count == 1)
    }

    @Test func whereTheNodeDoesNotSimulateTheBoundIsTheNetworksAndSaysSo() async throws {
        let forecasts = try await forecast(try withAVaultThatReadsTheToken())
        let most = DeployBench.sepolia.limits.maxTransactionGas
        #expect(bounds(forecasts).dropFirst() == ["setFee rule \(most)", "vault@sepolia rule \(most)"])
    }

    @Test func whatFailsInASimulationIsToldAndWhatIsBehindItIsNotTakenFromThere() async throws {
        bench.node.change {
            $0.simulates = true
            $0.revertsSimulated = 1
        }
        let forecasts = try await forecast(try withAVaultThatReadsTheToken())
        #expect(forecasts.map(\.action) == [.blocked, .create])
        #expect(
            forecasts[0].reason
                == "call setFee: simulated behind the rest of the plan it fails: execution reverted: too late"
        )
        #expect(forecasts.flatMap(\.calls).isEmpty)
        #expect(forecasts[1].gasBound == .rule)
    }

    /// A simulation counts nonces from the newest block, so what is created there would be at other addresses.
    @Test func whereSomethingWaitsNothingIsSimulated() async throws {
        bench.node.change {
            $0.simulates = true
            $0.minesAtOnce = false
        }
        let waiting = Transaction(
            form: .legacy(gasPrice: Wei(2_000_000_000), chainID: DeployBench.sepolia.chainID), nonce: 0,
            gasLimit: 60_000, to: Address.zero, value: Wei(1), data: []
        ).signed(by: bench.key)
        bench.node.change { _ = $0.take(waiting) }
        let forecasts = try await forecast(try withAVaultThatReadsTheToken())
        #expect(forecasts.map(\.gasBound) == [.estimated, .rule])
        #expect(!bench.node.asked.contains("eth_simulateV1"))
    }

    @Test func aCallToWhatIsThereIsEstimated() async throws {
        let first = try chainOfThree()
        _ = try await bench.run(first)
        let forecasts = try await forecast(try chainOfThree(fee: "30"))
        #expect(forecasts[0].calls.map(\.gasBound) == [.estimated])
    }

    @Test func aCallIsHeldToTheBoundOfThePlan() async throws {
        let effects = try chainOfThree()
        _ = try await bench.run(effects[0])
        var plan = try await forecast(Array(effects.prefix(2)))
        plan[0].calls[0].maxGas = 60_000
        var context = try bench.context(try bench.ledger())
        context.approved = DeployBench.approved(plan)
        guard case .call(let action) = effects[1].work else { return }
        var inputs = try DeployBench.pure(effects)
        let kept = try await bench.run(effects[0]).deployment()
        inputs[.deploy("token", on: "sepolia")] = stored([
            EffectOutput.deployment: try WireJSON.encode(kept)
        ])
        // 53,000 and a hundred for each of its bytes.
        bench.node.plan(.refuse(code: -32_601, "method not found"), on: "eth_simulateV1")
        await #expect(throws: Never.self) {
            _ = try await CallStep(context).perform(
                action, inputs: StepInputs(inputs), progress: StepProgress())
        }
        plan[0].calls[0].maxGas = 50_000
        context.approved = DeployBench.approved(plan)
        var other = action
        other.arguments = .positional([DeployBench.text("25")])
        other.name = "setFee"
        other.unless = .init(read: Located("fee()", at: DeployBench.here), equals: DeployBench.text("26"))
        plan[0].calls[0].unless = other.unless?.spelling
        plan[0].calls[0].past = try context.ledger.calls(
            to: Address(try #require(kept.address)), on: DeployBench.sepolia.chainID,
            genesisHash: bench.node.chain.blocks[0].hash
        ).map { PastCall(.made, $0.transactionHash.description) }
        context.approved = DeployBench.approved(plan)
        let failure = await #expect(throws: StepFailure.self) {
            _ = try await CallStep(context).perform(
                other, inputs: StepInputs(inputs), progress: StepProgress())
        }
        #expect(failure?.code == "over-plan")
        await context.hub.close()
    }

    @Test func whatAnotherAccountWouldSendIsNotSigned() async throws {
        let other = SignerSpec(name: "other", location: DeployBench.here, key: .environment("OTHER_KEY"))
        let otherKey = "0x" + String(repeating: "07", count: 32)
        let account = try PrivateKey(hex: otherKey).address
        bench.environment.withLock { $0["OTHER_KEY"] = otherKey }
        bench.node.change { $0.funds[account] = 1 << 70 }
        let effects = [try bench.deploy("token", .withFee), try bench.call("setFee")]
        let approved = DeployBench.approved(try await forecast(effects))
        let changed = [effects[0], try bench.call("setFee", signer: other)]
        let words = "sender \(bench.key.address) → \(account)"
        #expect(
            approved.departures(of: try await forecast(changed), on: approved.chains) == [
                "token@sepolia: call setFee: \(words)"
            ])
        // Should it be another between that look and the signature, nothing is signed either.
        let run = try await bench.run(changed, applying: approved)
        #expect(try run.deployment().action == .created)
        #expect(run.failures.map(\.code) == ["not-as-planned"])
        #expect(run.failures.first?.message.hasSuffix(words) == true, "\(run.failures)")
        let created = try await bench.run(
            [try bench.deploy("vault", .withFee, signer: other)],
            applying: DeployBench.approved(try await forecast([try bench.deploy("vault", .withFee)])))
        #expect(created.failures.map(\.message).first?.hasSuffix(words) == true, "\(created.failures)")
        #expect(bench.node.sends == 1)
        #expect(try await bench.run(effects, applying: approved).call().isMade)
    }

    @Test func aPlanOfAnotherChainIsNotApplied() async throws {
        let effect = try bench.deploy()
        let seen = try await forecast([effect])
        let elsewhere = DeployBench.approved(seen, genesis: "another")
        let failure = try #require(
            try await bench.run([effect], applying: elsewhere).failures.first)
        #expect(failure.code == "not-as-planned" && failure.kind == .blocked)
        #expect(failure.message.contains("network 'sepolia': block 0 "), "\(failure.message)")
        #expect(bench.node.sends == 0)
        let here = try await bench.run([effect], applying: DeployBench.approved(seen))
        #expect(try here.deployment().action == .created)
    }

    @Test func aChangeTakesWhatDependsOnItAlong() async throws {
        _ = try await bench.run(try chainOfThree())
        var changed = FakeArtifact.withFee
        changed.runtime = [0xfe]
        let effects = try chainOfThree(changed)
        let forecasts = try await forecast(effects)
        #expect(
            lines(forecasts) == [
                "token@sepolia replace \(created(3)) +setFee", "vault@sepolia replace \(created(5))",
            ])
        #expect(forecasts[1].reason == "constructor arguments changed; before, it was at \(created(2))")
        let run = try await bench.run(effects)
        #expect(try run.deployment("vault").address == created(5))
    }

    @Test func aCallToWhatIsKeptTakesANonceToo() async throws {
        let first = try chainOfThree()
        _ = try await bench.run(Array(first.prefix(2)))
        let effects = try chainOfThree(fee: "30")
        let forecasts = try await forecast(effects)
        #expect(
            lines(forecasts) == [
                "token@sepolia keep \(created(0)) +setFee", "vault@sepolia create \(created(3))",
            ])
        #expect(forecasts[0].calls.map(\.reason) == ["not made to this address yet"])
        #expect(try await bench.run(effects).deployment("vault").address == created(3))
    }

    @Test func unlessIsAskedOfTheChain() async throws {
        _ = try await bench.run(try chainOfThree())
        func call(_ value: String) throws -> FakeEffect {
            try bench.call(
                unless: .init(read: Located("fee()", at: DeployBench.here), equals: DeployBench.text(value)))
        }
        let deploy = try bench.deploy("token", .withFee)
        #expect(try await forecast([deploy, try call("25")]).first?.calls.isEmpty == true)
        let needed = try await forecast([deploy, try call("26")])
        #expect(needed.first?.calls.map(\.reason) == ["fee() is 25"])
        bench.node.plan(.refuse(code: 3, "execution reverted"), on: "eth_call")
        let unknown = try await forecast([deploy, try call("25")])
        #expect(unknown.first?.calls.map(\.name) == ["setFee"], "what cannot be told is told of")
    }

    @Test func signersAmongTheArgumentsAreKnownWhereTheirKeysAre() async throws {
        let owned = FakeArtifact.withConstructor(#"{"name":"owner","type":"address"}"#)
        let deploy = try bench.deploy(
            "token", owned,
            arguments: .positional([DeployArgumentTests.reference(.signerAddress(name: "ci"))]),
            signersRead: [DeployBench.ci])
        _ = try await bench.run(deploy).deployment()
        #expect(lines(try await forecast([deploy])) == ["token@sepolia keep \(created(0))"])
        // The record says who sends.
        bench.environment.withLock { $0 = [:] }
        let recorded = try await forecast([deploy])
        #expect(lines(recorded) == ["token@sepolia keep \(created(0))"])
        #expect(recorded[0].sender == bench.key.address.description)
        bench.loseState()
        let blind = try await forecast([deploy])
        #expect(lines(blind) == ["token@sepolia create ?"])
        #expect(
            blind[0].reason
                == "an address among its arguments is not known before the run; nothing bounds its cost, as "
                + "nothing tells the account of signer 'ci'")
        #expect(blind[0].sender == nil)
    }

    @Test func driftAndWhatNeedsItAreForetold() async throws {
        _ = try await bench.run(try chainOfThree())
        let address = Address.created(by: bench.key.address, nonce: 0)
        bench.node.change { $0.tamper(address, code: [0xfe]) }
        let forecasts = try await forecast(try chainOfThree())
        #expect(forecasts.map(\.action) == [.drift, .blocked])
        #expect(forecasts[1].reason == "it needs deploy:token@sepolia")
        #expect(forecasts.flatMap(\.calls).isEmpty)
    }

    @Test func whatDidNotCompileOrPassIsBlocked() async throws {
        let effects = [try bench.deploy()]
        let token = try #require(ContractName("Token"))
        let failure = StepFailure(code: "compile-error", "it does not compile: 1 error")
        for (step, outcome, reason) in [
            (StepID.compile(token), Outcome.failed(failure), "compile:Token: it does not compile: 1 error"),
            (.audit(token), .refused(reason: "policy strict: 1 high"), "policy strict: 1 high"),
            (.audit(token), .skipped(after: .compile(token)), "compile:Token did not succeed"),
            (.audit(token), .cancelled, "audit:Token was not done"),
        ] {
            let forecasts = try await forecast(effects, ended: [step: outcome])
            #expect(forecasts.map(\.action) == [.blocked])
            #expect(forecasts.map(\.reason) == [reason])
        }
        let gate = AuditAction.Gate(network: nil, policy: Policy(name: "strict", tools: ["slither"]))
        let refused = try await forecast([try bench.deploy(gates: [gate])])
        #expect(refused.map(\.action) == [.blocked])
        #expect(bench.node.asked.isEmpty)
    }

    @Test func anotherChainIsBlocked() async throws {
        let forecasts = try await forecast([try bench.deploy(network: DeployBench.network(chainID: 1))])
        #expect(forecasts.map(\.action) == [.blocked])
        #expect(forecasts[0].reason.hasSuffix("the node says 11155111"))
    }

    @Test func aChainThatMayNotBeAskedIsNotAsked() async throws {
        let forecasts = try await forecast(try chainOfThree(), mayAsk: false)
        #expect(
            lines(forecasts) == [
                "token@sepolia create \(created(0)) +setFee", "vault@sepolia create \(created(2))",
            ])
        #expect(forecasts.map(\.reason).allSatisfy { $0 == "an ephemeral devnet starts empty each time" })
        #expect(bench.node.asked.isEmpty)
    }

    @Test func whatAnEarlierRunSignedIsForetoldWithItsOwnAddress() async throws {
        bench.node.plan(
            .refuse(code: -32_000, "tx fee (1.2 ether) exceeds the configured cap (1.0 ether)"),
            on: "eth_sendRawTransaction", times: 2)
        let effects = try chainOfThree()
        _ = try await bench.run(Array(effects.prefix(1)))
        let forecasts = try await forecast(effects)
        #expect(
            lines(forecasts) == [
                "token@sepolia create \(created(0)) +setFee", "vault@sepolia create \(created(2))",
            ])
        #expect(forecasts[0].reason == "run run-1 signed it and ended before it was confirmed")
        bench.node.change { $0.countsLag = false }
        _ = try await bench.run(effects)
        let run = try await bench.run(effects)
        #expect(try run.deployment("vault").address == created(2))
    }
}
