import Engine
import Ethereum
import EthereumTypes
import Foundation
import Ledger
import Model
import Synchronization
import Testing

@testable import Steps

/// Whether what a registry says of a creation is held against the transaction that made it.
@Suite struct RegistryConfirmationTests {
    static let artifact = FakeArtifact.withConstructor(#"{"name":"supply","type":"uint256"}"#)

    let bench: DeployBench

    init() throws {
        bench = try DeployBench()
        bench.node.change {
            $0.genesisCode[Create2Factory.deterministicProxy.address] = Create2Factory.proxyCode
        }
    }

    private func token(_ supply: String = "1000", salted: Bool = false) throws -> FakeEffect {
        try bench.deploy(
            "token", Self.artifact, arguments: .positional([DeployBench.text(supply)]),
            creation: salted ? DeploySaltTests.salt() : .plain)
    }

    /// Loses the state, and leaves a registry in which each entry is as `edit` makes it.
    private func keepOnlyTheRegistry(_ edit: (inout RegistryEntry) throws -> Void = { _ in }) throws {
        let entries = try bench.ledger().registryHistory(project: "treasury", network: "sepolia").map {
            var entry = $0
            try edit(&entry)
            return entry
        }
        bench.registry = RegistryFile(network: "sepolia", entries: entries)
        bench.loseState()
    }

    private func failure(_ effect: FakeEffect) async throws -> StepFailure {
        let sends = bench.node.sends
        let failure = try #require(try await bench.run(effect).failures.first)
        #expect(bench.node.sends == sends)
        return failure
    }

    @Test(arguments: [false, true])
    func argumentsThatNobodySentBlock(_ salted: Bool) async throws {
        _ = try await bench.run(token(salted: salted))
        let edited = Hex.decode(String(repeating: "0", count: 61) + "7d0") ?? []
        try keepOnlyTheRegistry { $0.constructorArguments = edited }
        // The manifest wants what the registry says, and the chain has something else.
        let failure = try await failure(token("2000", salted: false))
        #expect(failure.kind == .blocked)
        #expect(failure.code == "registry-differs")
        #expect(
            failure.message.hasSuffix(
                "created it with its 'constructorArguments', and the chain says otherwise"))
        #expect(bench.said.filter { $0.contains("not-confirmed") } == [])
    }

    @Test(arguments: [false, true])
    func initCodeThatNobodySentBlocks(_ salted: Bool) async throws {
        _ = try await bench.run(token(salted: salted))
        try keepOnlyTheRegistry { $0.initCodeDigest = Digest(of: Data([1])) }
        let failure = try await failure(token(salted: salted))
        #expect(failure.code == "registry-differs")
        #expect(failure.message.contains("'initCodeDigest'"))
    }

    @Test func anotherDeployerThanTheSenderBlocks() async throws {
        _ = try await bench.run(token())
        try keepOnlyTheRegistry { $0.deployer = Create2Factory.createX.address }
        #expect(try await failure(token()).message.contains("was sent by its 'deployer'"))
    }

    @Test func aFactoryThatMadeAnotherContractBlocks() async throws {
        _ = try await bench.run(token(salted: true))
        _ = try await bench.run(
            bench.deploy(
                "other", Self.artifact, arguments: .positional([DeployBench.text("1000")]),
                creation: DeploySaltTests.salt("another")))
        let all = try bench.ledger().registryHistory(project: "treasury", network: "sepolia")
        let other = try #require(all.first { $0.name == "other" })
        try keepOnlyTheRegistry { entry in
            guard entry.name == "token" else { return }
            (entry.transactionHash, entry.block) = (other.transactionHash, other.block)
        }
        let failure = try await failure(token(salted: true))
        #expect(failure.message.contains("created it at \(DeploySaltTests.address(Self.artifact))") == false)
        #expect(failure.code == "registry-differs")
    }

    @Test(arguments: [false, true])
    func whatIsTrueIsTakenOver(_ salted: Bool) async throws {
        _ = try await bench.run(token(salted: salted))
        try keepOnlyTheRegistry()
        #expect(try await bench.run(token(salted: salted)).deployment().action == .kept)
        #expect(bench.said.filter { $0.contains("not-confirmed") } == [])
        #expect(bench.node.sends == 1)
    }

    @Test func whatTheNodeDroppedIsBelievedAndSaidOnce() async throws {
        let effects = [try token(), try bench.deploy("other", FakeArtifact(name: "Other"))]
        _ = try await bench.run(effects)
        try keepOnlyTheRegistry()
        bench.node.change { $0.hasDroppedTransactions = true }
        let run = try await bench.run(effects)
        #expect(try run.deployment().action == .kept)
        #expect(try run.deployment().gasUsed != nil)
        let warnings = bench.said.filter { $0.contains("not-confirmed") }
        #expect(warnings.count == 1)
        #expect(warnings.first?.contains("how other@sepolia, token@sepolia came there") == true)
        // Once the ledger has them nothing is asked.
        _ = try await bench.run(effects)
        #expect(bench.said.filter { $0.contains("not-confirmed") }.count == 1)
    }

    @Test func manyEntriesThatAreNewsAreAskedAboutTogether() async throws {
        let names = (0..<60).map { "token\($0)" }
        let effects = try names.map { try bench.deploy($0) }
        _ = try await bench.run(effects)
        try keepOnlyTheRegistry()
        let before = bench.sent.withLock(\.count)
        let run = try await bench.run(effects)
        #expect(run.failures.isEmpty)
        // The chain's identity, two exchanges of transactions and receipts, one of code.
        #expect(bench.sent.withLock(\.count) - before <= 6)
        let again = bench.sent.withLock(\.count)
        _ = try await bench.run(effects)
        #expect(bench.sent.withLock(\.count) - again <= 3)
        #expect(bench.node.asked.suffix(70).contains("eth_getTransactionByHash") == false)
    }

    // MARK: Calls

    @Test func aCallOfWhichTheNodeDoesNotTellIsBelievedAndSaidOnce() async throws {
        bench.knowFees()
        let effects = [try bench.deploy("token", FakeArtifact.withFee), try bench.call()]
        _ = try await bench.run(effects)
        try keepOnlyTheRegistry()
        bench.node.change { $0.hasDroppedTransactions = true }
        #expect(try await !bench.run(effects).call().isMade)
        let words = "does not tell whether call:token@sepolia/setFee was made: the registry is believed"
        #expect(bench.said.filter { $0.contains(words) }.count == 1)
        _ = try await bench.run(effects)
        #expect(bench.said.filter { $0.contains(words) }.count == 1)
        #expect(bench.node.sends == 2)
    }

    @Test func callsThatAreNewsAreAskedAboutTogether() async throws {
        bench.knowFees()
        let effects = try (0..<40).flatMap { number in
            [
                try bench.deploy("token\(number)", FakeArtifact.withFee),
                try bench.call("setFee", of: "token\(number)", FakeArtifact.withFee),
            ]
        }
        _ = try await bench.run(effects)
        try keepOnlyTheRegistry()
        let before = bench.sent.withLock(\.count)
        #expect(try await bench.run(effects).failures.isEmpty)
        // The chain's identity, two exchanges of transactions and receipts, one of code.
        #expect(bench.sent.withLock(\.count) - before <= 6)
        let again = bench.sent.withLock(\.count)
        #expect(try await bench.run(effects).failures.isEmpty)
        #expect(bench.sent.withLock(\.count) - again <= 3)
        #expect(bench.node.sends == 80)
    }
}
