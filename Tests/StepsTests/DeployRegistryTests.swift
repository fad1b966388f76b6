import Engine
import Ethereum
import EthereumTypes
import Foundation
import Ledger
import Model
import Testing

@testable import Steps

/// What a machine does that has the registry and not the state.
@Suite struct DeployRegistryTests {
    let bench: DeployBench

    init() throws { bench = try DeployBench() }

    /// The registry that the ledger of the bench would write.
    func registry() throws -> RegistryFile {
        RegistryFile(network: "sepolia").merging(
            try bench.ledger().registryHistory(project: "treasury", network: "sepolia"))
    }

    func statuses(_ name: String) throws -> [DeploymentRow.Status] {
        try bench.ledger().deployments(project: "treasury", name: name, network: "sepolia").map(\.status)
    }

    @Test func keepsWhatOnlyTheRegistryKnows() async throws {
        let first = try await bench.run(bench.deploy()).deployment()
        bench.registry = try registry()
        bench.loseState()
        let fact = try await bench.run(bench.deploy()).deployment()
        #expect(fact.action == .kept)
        #expect(fact.reason == "the same code and arguments are there since run run-1, says the registry")
        #expect(fact.address == first.address)
        #expect(fact.gasUsed == first.gasUsed)
        #expect(bench.node.sends == 1)
        // From now on the ledger knows it, and the registry stays as it is.
        #expect(try registry() == bench.registry)
        let again = try await bench.run(bench.deploy()).deployment()
        #expect(again.reason == "the same code and arguments are there since run run-1")
    }

    @Test func callsThatTheRegistryKnowsAreNotMadeAgain() async throws {
        bench.knowFees()
        let effects = [try bench.deploy("token", .withFee), try bench.call()]
        #expect(try await bench.run(effects).call().isMade)
        bench.registry = try registry()
        bench.loseState()
        let run = try await bench.run(effects)
        #expect(try run.call().isMade == false)
        #expect(try run.call().reason == "made in run run-1")
        #expect(bench.node.sends == 2)
        #expect(try registry() == bench.registry)
    }

    @Test func replacesWhatTheRegistryKnowsWhereCodeChanged() async throws {
        _ = try await bench.run(bench.deploy())
        bench.registry = try registry()
        bench.loseState()
        let fact = try await bench.run(bench.deploy("token", FakeArtifact(runtime: [0xfe]))).deployment()
        #expect(fact.action == .replaced)
        #expect(try statuses("token") == [.current, .replaced])
        #expect(try registry().entries.map(\.address.description) == [fact.address])
    }

    @Test(arguments: [[], [0xfe]] as [[UInt8]])
    func anEntryThatTheChainContradictsBlocks(_ code: [UInt8]) async throws {
        let address = try Address(
            try #require(try await bench.run(bench.deploy()).deployment().address))
        bench.registry = try registry()
        bench.loseState()
        bench.node.change { $0.tamper(address, code: code) }
        let failure = try #require(try await bench.run(bench.deploy()).failures.first)
        #expect(failure.kind == .blocked)
        #expect(failure.code == "drift")
        #expect(bench.node.sends == 1)
        #expect(try statuses("token") == [.failed])
    }

    @Test func anEntryWhoseTransactionMadeAnotherContractBlocks() async throws {
        _ = try await bench.run(bench.deploy())
        _ = try await bench.run(bench.deploy("other"))
        var entries = try registry().entries
        let other = try #require(entries.first { $0.name == "other" })
        entries = entries.map { entry in
            var entry = entry
            if entry.name == "token" { entry.transactionHash = other.transactionHash }
            return entry
        }
        bench.registry = RegistryFile(network: "sepolia", entries: entries)
        bench.loseState()
        let failure = try #require(try await bench.run(bench.deploy()).failures.first)
        #expect(failure.code == "registry-differs")
        #expect(bench.node.sends == 2)
    }

    @Test func anEntryOfAnotherChainIsNone() async throws {
        _ = try await bench.run(bench.deploy())
        let entries = try registry().entries.map { entry in
            var entry = entry
            entry.genesisHash = Keccak256.hash("another devnet".utf8)
            return entry
        }
        bench.registry = RegistryFile(network: "sepolia", entries: entries)
        bench.loseState()
        let sends = bench.node.sends
        let elsewhere = bench.registry
        let token = try bench.deploy(network: DeployBench.approving)
        bench.registry = nil
        let plan = try await bench.plan(token)
        bench.registry = elsewhere
        let failure = try #require(try await bench.run([token], applying: plan).failures.first)
        #expect(failure.kind == .blocked)
        #expect(failure.code == "other-chain")
        #expect(
            failure.message.hasPrefix(
                "the registry has 1 deployment of 'sepolia' on another chain (chain id 11155111"))
        #expect(bench.node.sends == sends)

        let fact = try await bench.run(bench.deploy()).deployment()
        #expect(fact.action == .created)
        #expect(fact.reason.hasPrefix("the registry has 1 deployment of 'sepolia' on another chain"))
        // The one of this chain is on no record.
        let said = bench.said.filter { $0.contains("unknown-history") }
        #expect(said.count == 1)
        #expect(said.first?.contains("\(Address.created(by: bench.key.address, nonce: 0))") == true)
    }

    @Test func aRegistryIsOfAnotherChainWhereNothingOfItIsOnThisOne() async throws {
        _ = try await bench.run(bench.deploy())
        let entry = try #require(try registry().entries.first)
        var there = entry
        there.genesisHash = Keccak256.hash("another chain".utf8)
        func elsewhere(_ entries: [RegistryEntry], _ project: String = "treasury") -> RecordedElsewhere? {
            RecordedElsewhere(
                RegistryFile(network: "sepolia", entries: entries), project: project, chainID: entry.chainID,
                genesis: entry.genesisHash)
        }
        #expect(elsewhere([there])?.genesis == there.genesisHash)
        #expect(elsewhere([there])?.count == 1)
        #expect(elsewhere([there, entry]) == nil)
        #expect(elsewhere([there], "another") == nil)
        #expect(elsewhere([]) == nil)
        there.status = .forgotten
        #expect(elsewhere([there]) == nil)
    }

    @Test func aNewerDeploymentOfAnotherMachineIsTakenOver() async throws {
        _ = try await bench.run(bench.deploy())
        let before = try bench.ledgerBytes()
        let edited = FakeArtifact(runtime: [0xfe])
        let theirs = try await bench.run(bench.deploy("token", edited)).deployment()
        bench.registry = try registry()
        try bench.restore(before)
        let fact = try await bench.run(bench.deploy("token", edited)).deployment()
        #expect(fact.action == .kept)
        #expect(fact.address == theirs.address)
        #expect(bench.node.sends == 2)
        #expect(try statuses("token") == [.current, .replaced])
    }

    @Test func whatTheRegistryForgotIsDeployedAnew() async throws {
        _ = try await bench.run(bench.deploy())
        let entries = try registry().entries.map { entry in
            var entry = entry
            entry.status = .forgotten
            return entry
        }
        bench.registry = RegistryFile(network: "sepolia", entries: entries)
        let fact = try await bench.run(bench.deploy()).deployment()
        #expect(fact.action == .created)
        #expect(fact.reason.hasSuffix("is forgotten, says the registry"))
        #expect(try statuses("token") == [.current, .forgotten])
        #expect(try await bench.run(bench.deploy()).deployment().action == .kept)
    }

    @Test func aSenderThatTheRegistryNamesIsNotWarnedOf() async throws {
        _ = try await bench.run(bench.deploy())
        bench.registry = try registry()
        bench.loseState()
        #expect(try await bench.run(bench.deploy("other")).deployment("other").action == .created)
        #expect(bench.said.filter { $0.contains("unknown-history") } == [])
    }

    // MARK: Former names

    @Test func aNewNameIsNoNewDeployment() async throws {
        let first = try await bench.run(bench.deploy("oldToken")).deployment("oldToken")
        let fact = try await bench.run(bench.deploy("token", formerly: ["oldToken"])).deployment()
        #expect(fact.action == .kept)
        #expect(fact.address == first.address)
        #expect(
            fact.reason
                == "the same code and arguments are there since run run-1; it was 'oldToken' before")
        #expect(try statuses("oldToken") == [.renamed])
        #expect(try statuses("token") == [.current])
        #expect(try registry().entries.map(\.name) == ["token"])
        let again = try await bench.run(bench.deploy("token", formerly: ["oldToken"])).deployment()
        #expect(again.reason == "the same code and arguments are there since run run-1")
        #expect(bench.node.sends == 1)
    }

    @Test func aNewNameIsFoundInTheRegistryToo() async throws {
        _ = try await bench.run(bench.deploy("oldToken"))
        bench.registry = try registry()
        bench.loseState()
        let fact = try await bench.run(bench.deploy("token", formerly: ["oldToken"])).deployment()
        #expect(fact.action == .kept)
        let written = try #require(bench.registry).merging(
            try bench.ledger().registryHistory(project: "treasury", network: "sepolia"))
        #expect(written.entries.map(\.name) == ["token"])
        #expect(written.entries.map(\.run) == ["run-1"])
        // Another machine that still has the old name finds the new one in the registry.
        #expect(bench.node.sends == 1)
    }

    @Test func aRenameThatTheRegistryHasIsFollowed() async throws {
        _ = try await bench.run(bench.deploy("oldToken"))
        let before = try bench.ledgerBytes()
        _ = try await bench.run(bench.deploy("token", formerly: ["oldToken"]))
        bench.registry = try registry()
        try bench.restore(before)
        let fact = try await bench.run(bench.deploy("token", formerly: ["oldToken"])).deployment()
        #expect(fact.action == .kept)
        #expect(try statuses("oldToken") == [.renamed])
        #expect(bench.node.sends == 1)
    }

    @Test func twoThatAreThereAreNotOne() async throws {
        _ = try await bench.run(bench.deploy("oldToken"), bench.deploy("token"))
        let run = try await bench.run(bench.deploy("token", formerly: ["oldToken"]))
        let failure = try #require(run.failures.first)
        #expect(failure.kind == .blocked)
        #expect(failure.code == "former-name")
        #expect(failure.hint?.contains("hyperkit deployments forget oldToken@sepolia") == true)
        #expect(bench.node.sends == 2)
    }

    @Test func redeployingKeepsAllAndTheRegistryHasTheNewest() async throws {
        for _ in 0..<3 { _ = try await bench.run(bench.deploy(redeploy: .always)) }
        #expect(try statuses("token") == [.current, .replaced, .replaced])
        let newest = Address.created(by: bench.key.address, nonce: 2)
        #expect(try registry().entries.map(\.address) == [newest])
    }
}
