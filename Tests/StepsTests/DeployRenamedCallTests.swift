import Engine
import Ethereum
import EthereumTypes
import Foundation
import Ledger
import Model
import Testing

@testable import Steps

/// Calls without `unless` that get another name in the manifest.
@Suite struct DeployRenamedCallTests {
    private let bench: DeployBench
    private let token: FakeEffect

    init() throws {
        bench = try DeployBench()
        bench.knowFees()
        token = try bench.deploy("token", .withFee)
    }

    private func call(
        _ name: String,
        _ formerly: String...,
        fee: String = "25",
        signer: SignerSpec = DeployBench.ci
    ) throws -> FakeEffect {
        try bench.call(
            name, arguments: .positional([DeployBench.text(fee)]), signer: signer, formerly: formerly)
    }

    private func goOnFromRegistry() throws {
        bench.registry = (bench.registry ?? RegistryFile(network: "sepolia")).merging(
            try bench.ledger().registryHistory(project: "treasury", network: "sepolia"))
        bench.loseState()
    }

    private var step: StepID { .call("payout", of: "token", on: "sepolia") }
    private var place: Address { Address.created(by: bench.key.address, nonce: 0) }

    /// What a plan and a run say of a call that is blocked; nothing is sent.
    private func refusal(_ effects: FakeEffect...) async throws -> StepFailure {
        let sends = bench.node.sends
        let seen = try await bench.forecast(effects)
        let failure = try #require(try await bench.run(effects).failure(step))
        let obstacle = try #require(seen.first?.hindrance)
        #expect(obstacle.kind == .blocked && obstacle.code == failure.code)
        #expect(obstacle.message == failure.message && obstacle.hint == failure.hint)
        #expect(failure.kind == .blocked && bench.node.sends == sends)
        return failure
    }

    @Test(arguments: [false, true])
    func whatWasMadeUnderAFormerNameIsMade(_ fromGit: Bool) async throws {
        #expect(try await bench.run(token, try call("pay")).call("pay").isMade)
        for _ in 0..<2 {
            if fromGit { try goOnFromRegistry() }
            let effects = [token, try call("payout", "old", "pay")]
            #expect(try await bench.forecast(effects).map(\.calls) == [[]])
            let run = try await bench.run(effects)
            #expect(try run.call("payout").isMade == false)
            #expect(try run.call("payout").reason == "made in run run-1")
        }
        // Other data is another call, as it is under the same name.
        #expect(try await bench.run(token, try call("payout", "pay", fee: "30")).call("payout").isMade)
        #expect(bench.node.sends == 3)
    }

    @Test(arguments: [false, true])
    func twoThatChangedTheirNamesAreNotMadeAgain(_ fromGit: Bool) async throws {
        _ = try await bench.run(token, try call("pay", fee: "1"), try call("give", fee: "2"))
        for _ in 0..<2 {
            if fromGit { try goOnFromRegistry() }
            let effects = [token, try call("pay", "give", fee: "2"), try call("give", "pay", fee: "1")]
            #expect(try await bench.forecast(effects).map(\.calls) == [[]])
            let run = try await bench.run(effects)
            #expect(try run.call("pay").reason == "made in run run-1")
            #expect(try run.call("give").reason == "made in run run-1")
        }
        #expect(bench.node.sends == 3)
    }

    @Test(arguments: [false, true])
    func whatMayBeTheSameUnderANewNameIsBlocked(_ fromGit: Bool) async throws {
        #expect(try await bench.run(token, try call("pay")).call("pay").isMade)
        let made = try #require(bench.node.chain.mined.last?.transaction.hash)
        if fromGit { try goOnFromRegistry() }
        let failure = try await refusal(token, try call("payout"))
        #expect(failure.code == "renamed-call")
        #expect(
            failure.message
                == "call:token@sepolia/payout would do what 'pay' did at \(place) in run run-1 (\(made)), and the manifest has no call "
                + "'pay' any more: it may be the same under a new name")
        #expect(
            failure.hint
                == "where it is the same, say so in it: formerly: [pay]; where it is meant to be made once more, keep 'pay' in the "
                + "manifest beside it; nothing was sent")
        // The other way out.
        let both = try await bench.run(token, try call("pay"), try call("payout"))
        #expect(try both.call("pay").isMade == false && both.call("payout").isMade)
        #expect(try await bench.run(token, try call("payout")).call("payout").isMade == false)
        #expect(bench.node.sends == 3)
    }

    @Test func equalCallsStayTwo() async throws {
        let both = [token, try call("pay"), try call("payout")]
        let run = try await bench.run(both)
        #expect(try run.call("pay").isMade && run.call("payout").isMade)
        #expect(try await bench.forecast(both).map(\.calls) == [[]])
        #expect(bench.node.sends == 3)
    }

    /// What a plan has is the call, not that it was made under a name which it does not know of.
    @Test func aFormerNameThatCameLaterIsADeparture() async throws {
        _ = try await bench.run(token, try call("pay"))
        let plan = try await bench.plan(token, try call("pay"), try call("payout"))
        let seen = try await bench.forecast([token, try call("payout", "pay")], applying: plan)
        #expect(
            plan.departures(of: seen, on: plan.chains).contains(
                "token@sepolia: call payout: formerly nothing → pay"))
    }

    @Test func whatATellingReadSaysIsNotInDoubt() async throws {
        _ = try await bench.run(token, try call("pay"))
        let unless = CallSpec.Unless(
            read: Located("fee()", at: DeployBench.here), equals: DeployBench.text("25"))
        #expect(try await bench.run(token, bench.call("payout", unless: unless)).failures == [])
    }

    @Test func anOlderPlanKnowsASettingByWhatItCalls() async throws {
        _ = try await bench.run(token)
        let plan = try await bench.plan(token, try call("setFee"))
        #expect(try await bench.run(token, try call("setTheFee", "setFee", fee: "30")).failures == [])
        let seen = try await bench.forecast([token, try call("setFee")], applying: plan)
        let found = plan.departures(of: seen, on: plan.chains)
        #expect(found.count == 1 && found[0].contains("call setFee: it was made since, in 0x"), "\(found)")
    }

    // MARK: On its way

    @Test(arguments: [false, true])
    func whatIsOnItsWayUnderAnOldNameIsWaitedFor(_ isNamed: Bool) async throws {
        let pay = try call("pay")
        try await signed(pay)
        let failure = try await refusal(token, isNamed ? try call("payout", "pay") : try call("payout"))
        #expect(failure.code == "former-name")
        #expect(failure.message.contains("signed call:token@sepolia/pay and ended before it was confirmed"))
        #expect(
            failure.hint
                == "give it the name 'pay' again, or keep 'pay' in the manifest beside it, until a block has it; nothing was sent"
        )
        #expect(try await bench.run(token, pay).call("pay").isMade)
        #expect(try await bench.run(token, try call("payout", "pay")).call("payout").isMade == false)
        #expect(bench.node.chain.mined.count == 2)
    }

    @Test func whatIsOnItsWayUnderANameThatAnotherHasNowIsMadeOnce() async throws {
        try await signed(try call("pay"))
        let swapped = [token, try call("payout", "pay"), try call("pay", "payout", fee: "30")]
        let obstacle = try #require(try await bench.forecast(swapped).first?.hindrance)
        #expect(obstacle.code == "former-name")
        #expect(obstacle.hint == "give it the name 'pay' again, until a block has it; nothing was sent")
        let run = try await bench.run(swapped)
        #expect(run.failure(step)?.code == "former-name")
        for _ in 0..<2 { #expect(try await bench.run(swapped).failures == []) }
        let fees = bench.node.chain.mined.map(\.transaction.transaction).filter { $0.to == place }
            .map { $0.data.suffix(1) }
        #expect(fees.map { Array($0) }.sorted { $0[0] < $1[0] } == [[25], [30]])
    }

    /// Kills runs of a call until one has signed it and not seen it in a block.
    private func signed(_ call: FakeEffect) async throws {
        _ = try await bench.run(token)
        var count = 0
        while count < 300,
            try bench.ledger().unfinishedOperation(
                of: call.step, project: "treasury", chainID: DeployBench.sepolia.chainID,
                genesisHash: bench.node.chain.blocks[0].hash)?.attempts.isEmpty ?? true
        {
            count += 1
            bench.restart()
            bench.kill(atCall: count)
            _ = try await bench.run(token, call)
        }
        bench.restart()
    }

    @Test func whatPeopleMayStillSendUnderAnOldNameIsNotAskedForTwice() async throws {
        _ = try await bench.run(token)
        let planned = try await bench.plan(token, try call("pay"))
        let data = try #require(planned.call("pay", of: token.step)?.data.flatMap { Hex.decode($0) })
        let lane = ChainOperation.Lane(
            chainID: DeployBench.sepolia.chainID, genesisHash: bench.node.chain.blocks[0].hash,
            sender: bench.key.address)
        _ = try bench.ledger().propose(
            Proposal.Intent(
                run: "run-1", project: "treasury", step: try call("pay").step, network: "sepolia", lane: lane,
                to: place, value: .zero, payloadHash: Keccak256.hash(data)),
            nonce: 1, counted: 1)
        let failure = try await refusal(token, try call("payout"))
        #expect(failure.code == "former-name")
        #expect(
            failure.message.contains("run-1 asked people for call:token@sepolia/pay, who may still send it"))
        #expect(try await bench.forecast([token, try call("payout", fee: "30")]).first?.hindrance == nil)
        // Where it says what it was called, that is what it was asked for.
        let named = [token, try call("payout", "pay")]
        #expect(try await bench.forecast(named).first?.calls.first?.proposedIn == "run-1")
        #expect(try await bench.run(named).call("payout").isMade)
        #expect(bench.said.contains { $0.contains("[asked-before]") })
    }
}
