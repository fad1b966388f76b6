import Engine
import Ethereum
import EthereumTypes
import Foundation
import Ledger
import Model
import Synchronization
import Testing

@testable import Steps

/// What an earlier run signed, and the manifest has no more.
@Suite struct DeployLeftTests {
    let bench: DeployBench
    let fee = FakeArtifact.withFee
    let other = FakeArtifact(name: "Other", runtime: [0x60, 0x03])

    init() throws {
        bench = try DeployBench(patience: .seconds(20))
        bench.knowFees()
    }

    /// Has a run sign some effects, and end before a node has what is new of them.
    func leave(_ effects: FakeEffect...) async throws {
        bench.node.rollDice { method, _ in method == "eth_sendRawTransaction" ? .loseRequest : nil }
        let run = try await bench.run(effects)
        #expect(run.failures.map(\.code) == ["not-mined"])
        bench.node.rollDice(nil)
    }

    /// Has a block take what was left.
    func mine() throws {
        let ledger = try bench.ledger()
        let open = try ledger.signedOperations(
            on: DeployBench.sepolia.chainID, genesisHash: bench.node.chain.blocks[0].hash)
        for operation in open {
            let attempt = try #require(operation.attempts.last)
            let signed = try SignedTransaction(raw: attempt.rawTransaction)
            bench.node.change { #expect($0.take(signed) == nil) }
        }
    }

    /// A run of a manifest that has these effects and no others but `elsewhere`, to what it says at its end.
    func run(
        _ effects: FakeEffect...,
        elsewhere: Set<StepID> = [],
        compiled: [FakeArtifact] = []
    ) async throws -> [Fact] {
        let facts = Mutex<[Fact]>([])
        let wanted = Set(effects.map(\.step)).union(elsewhere)
        let known = try Dictionary(
            uniqueKeysWithValues: compiled.map { artifact in
                (StepID.compile(try #require(ContractName(artifact.name))), try artifact.compiled())
            })
        let run = try await bench.run(effects) { context, _ in
            let left = LeftOperations(
                context, networks: ["sepolia"], wanted: { wanted }, compile: known.keys.sorted())
            let found = await left.settled(StepInputs(known))
            facts.withLock { $0 = found }
        }
        #expect(run.failures.isEmpty)
        return facts.withLock(\.self)
    }

    func notes(_ facts: [Fact]) -> [Diagnostic] {
        facts.compactMap { if case .note(let note) = $0 { note } else { nil } }
    }

    func deployment(_ facts: [Fact]) throws -> DeploymentFact {
        try #require(facts.compactMap { if case .deployment(let fact) = $0 { fact } else { nil } }.first)
    }

    func states() throws -> [ChainOperation.State] {
        let ledger = try bench.ledger()
        return try (1...2).map {
            try ledger.operation(ChainOperation.ID(Int64($0))).state
        }
    }

    func entries() throws -> [RegistryEntry] {
        try bench.ledger().registryHistory(project: "treasury", network: "sepolia")
    }

    @Test func aContractThatABlockHasGoesOnRecordAndIsSaid() async throws {
        try await leave(bench.deploy("token", fee))
        try mine()
        let facts = try await run(bench.deploy("other", other), compiled: [fee])
        let fact = try deployment(facts)
        let place = Address.created(by: bench.key.address, nonce: 0)
        #expect(fact.name == "token" && fact.contract == "Token" && fact.action == .created)
        #expect(fact.address == place.description)
        #expect(fact.reason == "run run-1 signed it; no manifest has it any more")
        #expect(fact.feePaidWei != nil && fact.transactionHash != nil)
        let note = try #require(notes(facts).first)
        #expect(note.severity == .warning && note.code == "earlier-run")
        #expect(
            note.message.contains("run run-1 signed deploy:token@sepolia, which no manifest has any more"))
        #expect(note.message.contains("created \(place), and it is on record"))
        #expect(try states() == [.final, .final])
        let entry = try #require(try entries().first { $0.name == "token" })
        #expect(entry.status == .current && entry.address == place && entry.run == "run-1")
        #expect(entry.initCodeDigest == Digest(of: Data(fee.initCode)))
        // It is said once.
        #expect(try await run(bench.deploy("other", other), compiled: [fee]).isEmpty)
    }

    /// No block has it, and the node has lost it: what comes behind it cannot go without its nonce.
    @Test func whatHoldsUpOthersIsNotSentAndItsNonceIsUsedUp() async throws {
        try await leave(bench.deploy("token", fee))
        let facts = try await run(bench.deploy("other", other), compiled: [fee])
        let mined = bench.node.chain.mined.map(\.transaction.transaction)
        #expect(mined.map(\.nonce) == [0, 1])
        #expect(mined.map { $0.isVoid(of: bench.key.address) } == [true, false])
        #expect(try states() == [.reverted, .final])
        let note = try #require(notes(facts).first)
        #expect(facts.count == 1 && note.severity == .warning && note.code == "earlier-run")
        #expect(
            note.message.contains(
                "where it did nothing: it was not wanted any more, and its nonce was used up"))
    }

    /// What a step of the run will ask for waits for that, and is sent as it is.
    @Test func whatAStepIsToComeForIsSentByThat() async throws {
        try await leave(bench.deploy("token", fee))
        let run = try await bench.run(bench.deploy("token", fee), bench.deploy("other", other))
        #expect(run.failures.isEmpty)
        #expect(
            bench.node.chain.mined.map { $0.transaction.transaction.isVoid(of: bench.key.address) } == [
                false, false,
            ])
        #expect(try states() == [.final, .final])
    }

    /// Its step comes behind another that waits for its nonce: neither could go.
    @Test func whatItsStepCannotComeForIsMadeAnew() async throws {
        try await leave(bench.deploy("token", fee))
        let effects = [try bench.deploy("other", other), try bench.deploy("token", fee)]
        #expect(try await bench.run(effects).failures.map(\.code) == ["not-needed"])
        #expect(try await bench.run(effects).failures.isEmpty)
        let mined = bench.node.chain.mined.map(\.transaction.transaction)
        #expect(mined.map { $0.isVoid(of: bench.key.address) } == [true, false, false])
        #expect(mined.map(\.nonce) == [0, 1, 2])
    }

    @Test func whatHoldsUpNothingIsNotSentAgain() async throws {
        #expect(try await bench.run(bench.deploy("other", other)).failures.isEmpty)
        try await leave(bench.deploy("token", fee))
        let sends = bench.node.sends
        let start = bench.elapsed
        let facts = try await run(bench.deploy("other", other), compiled: [fee])
        #expect(bench.node.sends == sends)
        #expect(bench.elapsed - start < .seconds(5), "it is not waited for")
        let note = try #require(notes(facts).first)
        #expect(facts.count == 1 && note.severity == .warning)
        #expect(note.message.contains("it has nonce 1 of \(bench.key.address) and is in no block yet"))
        #expect(note.hint?.contains("put it back into the manifest") == true)
    }

    @Test func aCallIsMadeOnRecordAndSaid() async throws {
        #expect(try await bench.run(bench.deploy("token", fee)).failures.isEmpty)
        try await leave(bench.deploy("token", fee), bench.call())
        try mine()
        let facts = try await run(bench.deploy("token", fee), compiled: [fee])
        guard case .call(let call)? = facts.first else {
            Issue.record("no call is told of: \(facts)")
            return
        }
        #expect(call.name == "setFee" && call.deployment == "token" && call.isMade)
        #expect(call.function == "setFee(uint256)")
        #expect(try entries().first?.calls.map(\.name) == ["setFee"])
        #expect(try states() == [.final, .final])
        // It counts as made where the manifest has it again.
        #expect(try await !bench.run(bench.deploy("token", fee), bench.call()).call().isMade)
    }

    @Test func whatRevertedIsSaidWithThat() async throws {
        try await leave(bench.deploy("token", fee))
        bench.node.change { $0.reverts = true }
        try mine()
        bench.node.change { $0.reverts = false }
        let facts = try await run(bench.deploy("other", other))
        let note = try #require(notes(facts).first)
        #expect(facts.count == 1)
        #expect(note.message.contains("where it did nothing") && note.message.contains("its fee is spent"))
        #expect(try states() == [.reverted, .final])
    }

    /// Another run has its step, and its artifact with it.
    @Test func whatTheManifestStillHasIsLeftToItsStepAndSaid() async throws {
        try await leave(bench.deploy("token", fee))
        try mine()
        let facts = try await run(
            bench.deploy("other", other), elsewhere: [.deploy("token", on: "sepolia")], compiled: [fee])
        let note = try #require(notes(facts).first)
        #expect(facts.count == 1 && note.severity == .note)
        #expect(note.message.contains("signed deploy:token@sepolia, of which this run has no step"))
        #expect(try states() == [.included, .final])
        let next = try await bench.run(bench.deploy("token", fee))
        #expect(try next.deployment().address == Address.created(by: bench.key.address, nonce: 0).description)
        #expect(bench.node.chain.mined.count == 2)
    }

    /// Nothing at hand says where its code ends and its arguments begin.
    @Test(arguments: [true, false])
    func whatComesBackIntoTheManifestIsKept(_ isCompiled: Bool) async throws {
        let vault = FakeArtifact.withConstructor(
            #"{"name":"cap","type":"uint256"}"#, name: "Vault", runtime: [0x60, 0x09])
        let effect = try bench.deploy("vault", vault, arguments: .positional([DeployBench.text("7")]))
        try await leave(effect)
        try mine()
        _ = try await run(bench.deploy("other", other), compiled: isCompiled ? [vault] : [])
        let back = try await bench.run(effect)
        #expect(try back.deployment("vault").action == .kept)
        let entry = try #require(try entries().first { $0.name == "vault" })
        #expect(entry.constructorArguments.count == (isCompiled ? 32 : 0))
        #expect(entry.contract == (isCompiled ? "Vault" : "vault"))
    }

    /// Where one of the same name came in its place meanwhile that one stays.
    @Test func theLaterOfTwoCounts() async throws {
        try await leave(bench.deploy("token", fee))
        try mine()
        #expect(try await bench.run(bench.deploy("other", other)).failures.isEmpty)
        let ledger = try bench.ledger()
        let later = Address.created(by: bench.key.address, nonce: 9)
        var entry = try #require(try entries().first)
        entry.name = "token"
        entry.address = later
        entry.transactionHash = nil
        entry.block = 1_000
        _ = try ledger.adopt(entry, network: "sepolia", run: "run-1")
        let facts = try await run(bench.deploy("other", other), compiled: [fee])
        #expect(try deployment(facts).action == .created)
        let rows = try entries().filter { $0.name == "token" }
        #expect(rows.filter { $0.status == .current }.map(\.address) == [later])
        #expect(
            rows.filter { $0.status == .replaced }.map(\.address) == [
                Address.created(by: bench.key.address, nonce: 0)
            ])
    }

    @Test func aPlanForeseesIt() async throws {
        try await leave(bench.deploy("token", fee))
        let seen = Mutex<[LeftOperation]>([])
        let other = try bench.deploy("other", other)
        let context = try bench.context(of: [other])
        _ = try await context.hub.open(DeployBench.sepolia)
        let left = LeftOperations(
            context, networks: ["sepolia"], wanted: { [other.step] }, compile: [])
        let found = await left.foreseen(by: [other.step])
        seen.withLock { $0 = found }
        await context.hub.close()
        let one = try #require(seen.withLock(\.self).first)
        #expect(one.step == .deploy("token", on: "sepolia") && one.run == "run-1" && one.nonce == 0)
        #expect(one.state == "sent" && one.note.severity == .warning)
        #expect(await left.foreseen(by: [.deploy("token", on: "sepolia")]).isEmpty)
    }
}
