import Engine
import Ethereum
import EthereumTypes
import Foundation
import Ledger
import Model
import Synchronization
import Testing

@testable import Steps

/// What an approved plan has and a run would not do: made as the plan said, or no longer what was approved.
@Suite struct DeployDonePlanTests {
    private let bench: DeployBench

    init() throws {
        bench = try DeployBench()
        bench.knowFees()
        bench.node.change {
            $0.genesisCode[Create2Factory.deterministicProxy.address] = Create2Factory.proxyCode
        }
    }

    private var address: String { bench.key.address.description }

    /// What no longer holds of a plan, as it is looked at before anything is done.
    private func departures(_ plan: ApprovedPlan, _ effects: FakeEffect...) async throws -> [String] {
        plan.departures(of: try await bench.forecast(effects, applying: plan), on: plan.chains)
    }

    private func refusal(_ plan: ApprovedPlan, _ effects: FakeEffect...) async throws -> StepFailure {
        let failures = try await bench.run(effects, applying: plan).failures
        return try #require(failures.first { $0.code == "not-as-planned" }, "\(failures)")
    }

    // MARK: Calls

    @Test func aCallThatTheManifestLostIsADeparture() async throws {
        let (token, fee) = (try bench.deploy("token", .withFee), try bench.call())
        let pay = try bench.call("pay", arguments: .positional([DeployBench.text("30")]))
        let plan = try await bench.plan(token, fee, pay)
        let words = ["token@sepolia: call setFee: the manifests no longer have it"]
        #expect(try await departures(plan, token, pay) == words)
        #expect(try await bench.run([token, fee], applying: plan).call().isMade)
        // That it was made tells nothing of what whoever took it out means, and is news to another call of its function.
        let found = try await departures(plan, token, pay)
        #expect(found.count == 2 && found.last == words[0], "\(found)")
        #expect(found[0].hasPrefix("token@sepolia: call pay: it was made since, in 0x"), "\(found)")
        #expect(try await departures(plan, token, fee, pay) == [])
        #expect(try await bench.run([token, fee, pay], applying: plan).call("pay").isMade)
        #expect(try await departures(plan, token, fee, pay) == [])
    }

    private func call(unless fee: String) throws -> FakeEffect {
        try bench.call(
            unless: .init(read: Located("fee()", at: DeployBench.here), equals: DeployBench.text(fee)))
    }

    @Test func anotherConditionOfACallIsADeparture() async throws {
        let token = try bench.deploy("token", .withFee)
        _ = try await bench.run(token)
        let plan = try await bench.plan(token, try call(unless: "25"))
        #expect(plan.call("setFee", of: token.step)?.unless == #"fee() equals "25""#)
        let words = #"unless fee() equals "25" → fee() equals "26""#
        let changed = try call(unless: "26")
        #expect(
            try await departures(plan, token, changed) == ["token@sepolia: call setFee: \(words)"])
        #expect(try await refusal(plan, token, changed).message.hasSuffix(words))
        #expect(try await refusal(plan, token, try bench.call()).message.hasSuffix(#""25" → nothing"#))
        // One that holds already would leave the call out.
        #expect(
            try await departures(plan, token, try call(unless: "0")) == [
                #"token@sepolia: call setFee: unless fee() equals "25" → fee() equals "0""#
            ])
        #expect(bench.node.sends == 1)
        #expect(try await bench.run([token, try call(unless: "25")], applying: plan).call().isMade)
        #expect(try await departures(plan, token, try call(unless: "25")) == [])
    }

    @Test func callsThatWereNotSelectedAreNamed() async throws {
        let calls = [DeployInterfaceTests.call()]
        let token = try bench.deploy("token", .withFee, calls: calls)
        let part = try await bench.plan(token)
        #expect(part[token.step]?.leftOut == ["setFee"])
        #expect(part.stepsLeftOut == [.call("setFee", of: "token", on: "sepolia")])
        #expect(try await departures(part, token) == [])
        let whole = try await bench.plan(token, try bench.call())
        #expect(whole[token.step]?.leftOut == [] && whole.stepsLeftOut == [])
    }

    // MARK: Creations

    /// Somebody else's account, with means.
    private func other() throws -> (signer: SignerSpec, account: String) {
        let key = "0x" + String(repeating: "07", count: 32)
        let account = try PrivateKey(hex: key).address
        bench.environment.withLock { $0["OTHER_KEY"] = key }
        bench.node.change { $0.funds[account] = 1 << 70 }
        let signer = SignerSpec(name: "other", location: DeployBench.here, key: .environment("OTHER_KEY"))
        return (signer, account.description)
    }

    /// Has the next runs begin on a machine that has the registry alone.
    private func goOnFromRegistry(_ change: (inout RegistryEntry) -> Void = { _ in }) throws {
        var entries = try bench.ledger().registryHistory(project: "treasury", network: "sepolia")
        for place in entries.indices { change(&entries[place]) }
        bench.registry = RegistryFile(network: "sepolia", entries: entries)
        bench.loseState()
    }

    @Test func whatAnotherAccountMadeIsNotWhatWasPlanned() async throws {
        let (other, account) = try other()
        let token = try bench.deploy()
        let plan = try await bench.plan(token)
        let theirs = try #require(try await bench.run(bench.deploy(signer: other)).deployment().address)
        try goOnFromRegistry()
        let words = "planned create by \(address), now keep of what \(account) made at \(theirs) ("
        let found = try await departures(plan, token)
        #expect(found.count == 1 && found[0].hasPrefix("token@sepolia: \(words)"), "\(found)")
        let refused = try await refusal(plan, token)
        #expect(refused.kind == .blocked && refused.message.contains(words), "\(refused)")
        let rows = try bench.ledger().deployments(project: "treasury", name: "token", network: "sepolia")
        #expect(rows.allSatisfy { $0.address == nil }, "it is not taken over")
        // A plan of what is there now holds.
        let kept = try await bench.plan(token)
        #expect(try await departures(kept, token) == [])
        #expect(try await bench.run([token], applying: kept).deployment().action == .kept)
        #expect(bench.node.sends == 1)
    }

    @Test func whatThePlansOwnAccountMadeIsKeptWhereverThatIsKnown() async throws {
        let token = try bench.deploy()
        let plan = try await bench.plan(token)
        #expect(try await bench.run([token], applying: plan).deployment().action == .created)
        for fromGit in [false, true] {
            if fromGit { try goOnFromRegistry() }
            #expect(try await departures(plan, token) == [])
            #expect(try await bench.run([token], applying: plan).deployment().action == .kept)
        }
        // An entry that no transaction stands for is somebody's word.
        try goOnFromRegistry { $0.transactionHash = nil }
        let words = "no record says who made that"
        #expect(try await departures(plan, token).first?.contains(words) == true)
        #expect(try await refusal(plan, token).message.contains(words))
        #expect(bench.node.sends == 1)
    }

    @Test func whatStoodThereUnderAnotherNameIsNotWhatWasPlanned() async throws {
        _ = try await bench.run(bench.deploy("coin"))
        let plan = try await bench.plan(try bench.deploy())
        let renamed = try bench.deploy(formerly: ["coin"])
        let words = "no record says who made that (the same code and arguments are there"
        let found = try await departures(plan, renamed)
        #expect(found.first?.contains(words) == true, "\(found)")
        #expect(try await refusal(plan, renamed).message.contains(words))
        let kept = try await bench.plan(renamed)
        #expect(try await bench.run([renamed], applying: kept).deployment().action == .kept)
        #expect(try await departures(kept, renamed) == [])
    }

    @Test func whatSomebodyElsePutAtASaltsAddressIsNotTakenForWhatWasPlanned() async throws {
        let (other, _) = try other()
        let salt = DeploySaltTests.salt()
        let token = try bench.deploy("token", .withFee, creation: salt)
        let fee = try bench.call()
        let plan = try await bench.plan(token, fee)
        _ = try await bench.run(bench.deploy("token", .withFee, signer: other, creation: salt))
        bench.loseState()
        let place = DeploySaltTests.address(.withFee)
        let words =
            "planned create by \(address), now keep of what is at \(place), and no record says who made that "
            + "(its code is at the address that its salt gives; it is taken over)"
        #expect(try await departures(plan, token, fee) == ["token@sepolia: \(words)"])
        let refused = try await refusal(plan, token, fee)
        #expect(refused.kind == .blocked && refused.message.hasSuffix(words), "\(refused)")
        // Nor when it is on record as taken over.
        #expect(try await bench.run(token).deployment().action == .kept)
        #expect(try await departures(plan, token, fee).count == 1)
        #expect(bench.node.sends == 1)
    }

    @Test func whatIsNoLongerToBeReplacedIsADeparture() async throws {
        func token(_ byte: UInt8, _ redeploy: DeploymentSpec.Redeploy = .changed) throws -> FakeEffect {
            try bench.deploy("token", FakeArtifact(runtime: [0x60, byte, 0xfd]), redeploy: redeploy)
        }
        let there = try #require(try await bench.run(try token(1)).deployment().address)
        let plan = try await bench.plan(try token(2))
        let words = "planned replace, now keep of what it was to replace at \(there) (redeploy: never"
        let found = try await departures(plan, try token(2, .never))
        #expect(found.count == 1 && found[0].hasPrefix("token@sepolia: \(words)"), "\(found)")
        #expect(try await refusal(plan, try token(2, .never)).message.contains(words))
        #expect(try await bench.run([try token(2)], applying: plan).deployment().action == .replaced)
        #expect(try await departures(plan, try token(2)) == [])
    }

    // MARK: Addresses

    /// A contract on another network than those of the plan, and what takes its address.
    private func elsewhere() throws -> (first: NetworkSpec, vault: FakeEffect, call: FakeEffect) {
        var first = DeployBench.sepolia
        first.name = "first"
        bench.networks.withLock { $0["first"] = first }
        let token = Arguments.positional([
            DeployArgumentTests.reference(.deploymentAddress(name: "token", network: "first"))
        ])
        return (
            first, try bench.deploy("vault", DeployCrashTests.vault, arguments: token),
            try bench.call(of: "sink", arguments: token)
        )
    }

    @Test func anAddressOnAnotherNetworkIsPartOfThePlan() async throws {
        let (first, vault, call) = try elsewhere()
        let sink = try bench.deploy("sink", .withFee)
        func token(_ byte: UInt8) async throws -> String {
            let token = try bench.deploy("token", FakeArtifact(runtime: [0x60, byte, 0xfd]), network: first)
            return try #require(try await bench.run(token).deployment(on: "first").address)
        }
        let before = try await token(1)
        let forecasts = try await bench.forecast([vault, sink, call])
        let read = [ReadDeployment(name: "token@first", address: before)]
        #expect(forecasts.map(\.deployments) == [read, []])
        #expect(forecasts[1].calls.map(\.deployments) == [read])
        let plan = DeployBench.approved(forecasts)
        let after = try await token(2)
        let words = "address of token@first \(before) → \(after)"
        #expect(
            try await departures(plan, vault, sink, call) == [
                "vault@sepolia: \(words)", "sink@sepolia: call setFee: \(words)",
            ])
        // Should it be another between that look and the signature, nothing is signed either.
        let sends = bench.node.sends
        let run = try await bench.run([vault, sink, call], applying: plan)
        for step in [vault.step, call.step] {
            let failure = try #require(run.failure(step))
            #expect(failure.kind == .blocked && failure.code == "not-as-planned", "\(failure)")
            #expect(failure.message.hasSuffix(words), "\(failure)")
        }
        #expect(bench.node.sends == sends + 1)
        let now = try await bench.plan(vault, sink, call)
        #expect(try await bench.run([vault, sink, call], applying: now).call(of: "sink").isMade)
        #expect(try await departures(now, vault, sink, call) == [])
    }

    @Test func anAddressThatIsOnRecordIsPartOfThePlanToo() async throws {
        let asset = DeployArgumentTests.reference(.deploymentAddress(name: "token", network: nil))
        let vault = try bench.deploy("vault", DeployCrashTests.vault, arguments: .positional([asset]))
        let token = try bench.deploy()
        // Where the plan makes it, other people's transactions may move it.
        let both = try await bench.plan(token, vault)
        #expect(both[vault.step]?.deployments == [])
        let there = try #require(try await bench.run([token], applying: both).deployment().address)
        #expect(try await departures(both, token, vault) == [])
        let plan = try await bench.plan(token, vault)
        #expect(
            plan[vault.step]?.deployments == [ReadDeployment(name: "token@sepolia", address: there)])
        #expect(try await bench.run([token, vault], applying: plan).deployment("vault").action == .created)
        #expect(try await departures(both, token, vault) == [])
    }
}
