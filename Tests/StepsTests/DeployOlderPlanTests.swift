import Engine
import Ethereum
import EthereumTypes
import Foundation
import Ledger
import Model
import Testing

@testable import Steps

/// A plan that is older than what is there, applied after a newer one.
@Suite struct DeployOlderPlanTests {
    private let bench: DeployBench
    private let token: FakeEffect

    init() throws {
        bench = try DeployBench()
        bench.knowFees()
        token = try bench.deploy("token", .withFee)
    }

    /// A call that sets the fee, and is not needed where that is set.
    private func set(_ fee: String, _ name: String = "setFee", tells: Bool = true) throws -> FakeEffect {
        let unless = CallSpec.Unless(
            read: Located("fee()", at: DeployBench.here), equals: DeployBench.text(fee))
        return try bench.call(
            name, arguments: .positional([DeployBench.text(fee)]), unless: tells ? unless : nil)
    }

    private func departures(_ plan: ApprovedPlan, _ effects: FakeEffect...) async throws -> [String] {
        plan.departures(of: try await bench.forecast(effects, applying: plan), on: plan.chains)
    }

    private func refusal(_ plan: ApprovedPlan, _ effects: FakeEffect...) async throws -> StepFailure {
        let failures = try await bench.run(effects, applying: plan).failures
        return try #require(failures.first { $0.code == "not-as-planned" }, "\(failures)")
    }

    /// The calls that are on record, in their order.
    private func onRecord() throws -> [RegistryCall] {
        try bench.ledger().calls(
            to: Address.created(by: bench.key.address, nonce: 0), on: DeployBench.sepolia.chainID,
            genesisHash: bench.node.chain.blocks[0].hash)
    }

    private func goOnFromRegistry() throws {
        bench.registry = (bench.registry ?? RegistryFile(network: "sepolia")).merging(
            try bench.ledger().registryHistory(project: "treasury", network: "sepolia"))
        bench.loseState()
    }

    @Test(arguments: [true, false], [false, true])
    func putsNoOldSettingBack(_ tells: Bool, _ fromGit: Bool) async throws {
        let (seven, older, newer) = (
            try set("7", tells: tells), try set("25", tells: tells), try set("30", tells: tells)
        )
        #expect(try await bench.run(token, seven).call().isMade)
        let first = try #require(try onRecord().first)
        let plan = try await bench.plan(token, older)
        #expect(
            plan.call("setFee", of: token.step)?.past == [
                PastCall(.made, first.transactionHash.description, run: first.run)
            ])
        let next = try await bench.plan(token, newer)
        #expect(try await bench.run([token, newer], applying: next).call().isMade)
        let second = try #require(try onRecord().last)
        if fromGit { try goOnFromRegistry() }
        let words = "it was made since, in \(second.transactionHash) (run \(second.run))"
        #expect(try await departures(plan, token, older) == ["token@sepolia: call setFee: \(words)"])
        // What is made between that look and the signature stops it too.
        let refused = try await refusal(plan, token, older)
        #expect(refused.kind == .blocked && refused.message.hasSuffix(words), "\(refused)")
        #expect(bench.node.sends == 3)
        // The newer one is done, and may be applied again.
        #expect(try await departures(next, token, newer) == [])
        #expect(try await bench.run([token, newer], applying: next).call().isMade == false)
        // A plan of now may set the old value.
        let now = try await bench.plan(token, older)
        #expect(try await departures(now, token, older) == [])
        #expect(try await bench.run([token, older], applying: now).call().isMade)
        #expect(try await departures(now, token, older) == [])
        // The newer plan is the older one now; what it did itself was done once.
        if tells { #expect(try await departures(next, token, newer).count == 2) }
    }

    @Test func knowsEachTimeThatTheSameWasSet() async throws {
        _ = try await bench.run(token, try set("25"))
        _ = try await bench.run(token, try set("30"))
        let plan = try await bench.plan(token, try set("25"))
        #expect(try await bench.run([token, try set("25")], applying: plan).call().isMade)
        _ = try await bench.run(token, try set("30"))
        #expect(try onRecord().count == 4)
        for fromGit in [false, true] {
            if fromGit { try goOnFromRegistry() }
            #expect(
                try await bench.plan(token, try set("25")).call("setFee", of: token.step)?.past.count == 4)
            #expect(try await departures(plan, token, try set("25")).count == 2, "of two it does not know")
        }
    }

    @Test func isTakenUpWhereItWasInterrupted() async throws {
        _ = try await bench.run(token, try set("7"))
        let (fee, more) = (try set("25"), try set("26", "setMore", tells: false))
        let plan = try await bench.plan(token, fee, more)
        var count = 0
        // Until something is signed that no block is known to have.
        while count < 300,
            try bench.ledger().unfinishedOperation(
                of: fee.step, project: "treasury", chainID: DeployBench.sepolia.chainID,
                genesisHash: bench.node.chain.blocks[0].hash)?.attempts.isEmpty ?? true
        {
            count += 1
            bench.restart()
            bench.kill(atCall: count)
            _ = try await bench.run([token, fee, more], applying: plan)
        }
        bench.restart()
        #expect(try await departures(plan, token, fee, more) == [])
        let run = try await bench.run([token, fee, more], applying: plan)
        #expect(try run.call().reason == "an earlier run had sent it")
        #expect(try run.call("setMore").isMade)
        #expect(bench.node.chain.mined.count == 4)
    }

    /// One of other data that an earlier run signed comes to a block first.
    @Test func knowsWhatIsOnItsWay() async throws {
        _ = try await bench.run(token)
        let older = try set("7")
        var count = 0
        let before = try await bench.plan(token, try set("25"))
        while count < 300,
            try bench.ledger().unfinishedOperation(
                of: older.step, project: "treasury", chainID: DeployBench.sepolia.chainID,
                genesisHash: bench.node.chain.blocks[0].hash)?.attempts.isEmpty ?? true
        {
            count += 1
            bench.restart()
            bench.kill(atCall: count)
            _ = try await bench.run(token, older)
        }
        bench.restart()
        let plan = try await bench.plan(token, try set("25"))
        #expect(plan.call("setFee", of: token.step)?.past.count == 1)
        #expect(try await departures(plan, token, try set("25")) == [])
        #expect(try await departures(before, token, try set("25")).count == 1)
        #expect(
            try await refusal(before, token, try set("25")).message.contains(
                "the approved plan does not have it"))
        let refused = try await bench.run([token, try set("25")], applying: plan)
        #expect(
            refused.failures.map(\.code) == ["not-needed"],
            "what was signed with other data is not sent any more")
        #expect(try await bench.run([token, try set("25")], applying: plan).call().isMade)
        #expect(bench.node.chain.mined.count == 3)
    }

    @Test func whatRevertedWasNotMade() async throws {
        _ = try await bench.run(token)
        let plan = try await bench.plan(token, try set("25"))
        bench.node.change { $0.reverts = true }
        let failed = try await bench.run([token, try set("25")], applying: plan)
        #expect(failed.failures.count == 1)
        bench.node.change { $0.reverts = false }
        #expect(try await departures(plan, token, try set("25")) == [])
    }

    @Test func whatPeopleWereAskedForSinceIsNewer() async throws {
        _ = try await bench.run(token)
        let plan = try await bench.plan(token, try set("25"))
        let lane = ChainOperation.Lane(
            chainID: DeployBench.sepolia.chainID, genesisHash: bench.node.chain.blocks[0].hash,
            sender: bench.key.address)
        func ask(_ data: [UInt8]) throws {
            let intent = Proposal.Intent(
                run: "run-1", project: "treasury", step: try set("25").step, network: "sepolia", lane: lane,
                to: Address.created(by: bench.key.address, nonce: 0), value: .zero,
                payloadHash: Keccak256.hash(data))
            _ = try bench.ledger().propose(intent, nonce: 1, counted: 1)
        }
        // The same is what an application of the plan asked for.
        let sent = plan.call("setFee", of: token.step)?.data.flatMap { Hex.decode($0) }
        try ask(try #require(sent))
        #expect(try await departures(plan, token, try set("25")) == [])
        try ask([1])
        let words = "people were asked for it with other data since, in run run-1"
        #expect(
            try await departures(plan, token, try set("25")) == ["token@sepolia: call setFee: \(words)"])
        let now = try await bench.plan(token, try set("25"))
        #expect(now.call("setFee", of: token.step)?.past == [PastCall(.asked, "run-1")])
        #expect(try await departures(now, token, try set("25")) == [])
    }
}
