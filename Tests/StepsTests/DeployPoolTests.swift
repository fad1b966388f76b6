import Engine
import EthereumTypes
import Foundation
import Model
import Testing

@testable import Ethereum
@testable import Ledger
@testable import Steps

/// What an account has in the pool and nothing is on record of may be what is about to be done.
@Suite struct DeployPoolTests {
    let bench: DeployBench

    init() throws { bench = try DeployBench() }

    private var warnings: [String] { bench.said.filter { $0.contains("unknown-history") } }

    private func signed(_ nonce: UInt64, to: Address? = nil, _ data: [UInt8]) -> SignedTransaction {
        Transaction(
            form: .legacy(gasPrice: Wei(2_000_000_000), chainID: DeployBench.sepolia.chainID), nonce: nonce,
            gasLimit: 100_000, to: to, value: .zero, data: data
        ).signed(by: bench.key)
    }

    /// Lets transactions wait in the pool, for the next pause or until another is sent behind them.
    private func wait(_ transactions: SignedTransaction..., isStuck: Bool) {
        bench.node.change { chain in
            chain.minesAtOnce = false
            for transaction in transactions { #expect(chain.take(transaction) == nil) }
            chain.minesAtOnce = isStuck
        }
    }

    /// What a run that nothing here knows of sent: the creation of `token`.
    private var creation: SignedTransaction { signed(0, FakeArtifact().initCode) }

    /// Has the ledger hold a creation as one that an earlier run signed and sent.
    @discardableResult
    private func record(_ signed: SignedTransaction, as name: String) throws -> ChainOperation.ID {
        let ledger = try bench.ledger()
        let id = try ledger.plan(
            ChainOperation.Intent(
                run: try bench.context(ledger).run, project: "treasury", step: .deploy(name, on: "sepolia"),
                kind: .deploy, network: "sepolia", chainID: DeployBench.sepolia.chainID,
                genesisHash: bench.node.chain.blocks[0].hash, sender: signed.sender,
                payloadHash: Keccak256.hash(signed.transaction.data),
                spendReserved: signed.transaction.maxCost)
        ).id
        let nonce = signed.transaction.nonce
        #expect(try ledger.reserveNonce(id, latest: nonce, pending: nonce) == nonce)
        _ = try ledger.recordSigned(
            id, rawTransaction: signed.raw, hash: signed.hash, predictedAddress: signed.createdAddress)
        _ = try ledger.markSent(id)
        return id
    }

    // MARK: Waited for

    @Test func whatABlockTakesMeanwhileIsNotDeployedAgain() async throws {
        let token = try bench.deploy(network: DeployBench.approving)
        let plan = try await bench.plan(token)
        wait(creation, signed(1, to: .zero, []), isStuck: false)
        let failure = try #require(try await bench.run([token], applying: plan).failures.first)
        #expect(failure.kind == .blocked && failure.code == "is-there", "\(failure)")
        #expect(
            failure.message.contains("at \(Address.created(by: bench.key.address, nonce: 0)), created by"))
        #expect(bench.node.sends == 0)
        #expect(
            bench.said.filter { $0.hasPrefix("waits for blocks with what \(bench.key.address)") }.count == 1)
    }

    @Test func theLookBeforeAPlanIsAppliedWaitsToo() async throws {
        let token = try bench.deploy(network: DeployBench.approving)
        let plan = try await bench.plan(token)
        wait(creation, isStuck: false)
        let seen = try #require(try await bench.forecast([token], applying: plan).first)
        #expect(seen.action == .blocked && seen.obstacle?.code == "is-there", "\(seen.reason)")
        #expect(bench.said.count { $0.contains("waits for blocks with what \(bench.key.address)") } == 1)
    }

    @Test func whatElseTheAccountSentIsOnlyWaitedFor() async throws {
        let token = try bench.deploy(network: DeployBench.approving)
        let plan = try await bench.plan(token)
        wait(signed(0, to: .zero, []), isStuck: false)
        #expect(try await bench.run([token], applying: plan).deployment().action == .created)
        #expect(warnings == [])
    }

    // MARK: Not taken by a block

    @Test func whatNoBlockTakesBlocksWhereOnlyPlansAreApplied() async throws {
        let token = try bench.deploy(network: DeployBench.approving)
        let plan = try await bench.plan(token)
        wait(creation, isStuck: true)
        let (start, asked) = (bench.elapsed, bench.node.asked.count)
        let failure = try #require(try await bench.run([token], applying: plan).failures.first)
        #expect(failure.kind == .blocked && failure.code == "unknown-history")
        #expect(
            failure.message
                == "\(bench.key.address) has 1 transaction on 'sepolia' that no block has yet, and "
                + "neither this state directory nor a registry knows of it: token@sepolia may be about to be there"
        )
        #expect(failure.hint?.contains("wait until a block has it, and run again; nothing was sent") == true)
        #expect(bench.node.sends == 0)
        #expect(bench.elapsed - start == .seconds(120), "as long as that")
        #expect(bench.node.asked.count - asked < 100, "and seldom asked")
    }

    @Test func elsewhereItIsDeployedWithAWarning() async throws {
        wait(creation, signed(1, to: .zero, []), isStuck: true)
        let effects = [
            try bench.deploy(), try bench.deploy("other", FakeArtifact(name: "Other", runtime: [1])),
        ]
        let start = bench.elapsed
        let run = try await bench.run(effects)
        #expect(try run.deployment().address == Address.created(by: bench.key.address, nonce: 2).description)
        #expect(run.failures.isEmpty)
        #expect(warnings.count == 1)
        #expect(warnings.first?.contains("has 2 transactions on 'sepolia' that no block has yet") == true)
        // The second does not wait again.
        #expect(bench.elapsed - start < .seconds(150))
    }

    @Test func aPlanSaysItAtOnce() async throws {
        wait(creation, isStuck: true)
        let start = bench.elapsed
        let blocked = try #require(
            try await bench.forecast([bench.deploy(network: DeployBench.approving)]).first)
        #expect(blocked.action == .blocked && blocked.obstacle?.code == "unknown-history")
        #expect(blocked.reason.contains("has 1 transaction on 'sepolia' that no block has yet"))
        #expect(warnings == [])
        #expect(try await bench.forecast([bench.deploy()]).map(\.action) == [.create])
        #expect(warnings.count == 1)
        #expect(bench.elapsed == start)
    }

    // MARK: On record

    @Test func whatTheLedgerHasOnItsWayIsNoDoubt() async throws {
        let own = signed(0, FakeArtifact(name: "Other", runtime: [1]).initCode)
        try record(own, as: "other")
        wait(own, isStuck: true)
        let token = try bench.deploy(network: DeployBench.approving)
        let start = bench.elapsed
        let plan = try await bench.plan(token)
        #expect(plan[token.step]?.action == .create)
        #expect(try await bench.forecast([token], applying: plan).map(\.action) == [.create])
        #expect(bench.elapsed == start && warnings == [])
        // Behind it another's is one.
        wait(signed(1, FakeArtifact().initCode), isStuck: true)
        let seen = try #require(try await bench.forecast([token]).first)
        #expect(seen.obstacle?.message.contains("has 1 transaction on 'sepolia'") == true, "\(seen.reason)")
    }

    // MARK: With the nonce of one that is signed

    /// An earlier run ended before a node had what it signed, and somebody sent something else meanwhile.
    @Test func whatHasTheNonceOfASignedOneIsNotThrownOut() async throws {
        let id = try record(creation, as: "token")
        let other = signed(0, to: .zero, [7])
        wait(other, isStuck: false)
        #expect(try await bench.run([bench.deploy()]).failures.map(\.code) == ["nonce-foreign"])
        let run = try await bench.run([bench.deploy()])
        #expect(try run.deployment().action == .created)
        #expect(bench.node.chain.mined.map(\.transaction.transaction.nonce) == [0, 1])
        #expect(bench.node.chain.mined.first?.transaction.raw == other.raw)
        let lost = try bench.ledger().operation(id)
        #expect(lost.state == .foreign && lost.attempts.map(\.hash) == [creation.hash])
        #expect(
            bench.said.contains {
                $0.hasPrefix("another transaction of \(bench.key.address) waits with nonce 0")
            })
    }

    // MARK: Calls

    @Test func aCallThatWaitsCountsAsMade() async throws {
        bench.knowFees()
        bench.node.change {
            $0.genesisCode[Create2Factory.deterministicProxy.address] = Create2Factory.proxyCode
            $0.tamper(DeploySaltTests.address(.withFee), code: FakeArtifact.withFee.runtime)
        }
        let effects = [
            try bench.deploy(
                "token", .withFee, network: DeployBench.approving, creation: DeploySaltTests.salt()),
            try bench.call(
                arguments: .positional([DeployBench.text("25")]), network: DeployBench.approving),
        ]
        let plan = try await bench.plan(effects[0], effects[1])
        wait(signed(0, to: DeploySaltTests.address(.withFee), [1]), isStuck: true)
        let call = try #require(try await bench.forecast(effects).first?.calls.first)
        #expect(call.obstacle?.code == "unknown-history")
        let run = try await bench.run(effects, applying: plan)
        #expect(try run.deployment().action == .kept)
        #expect(run.failures.map(\.code) == ["unknown-history"])
        #expect(bench.node.sends == 0)
    }
}
