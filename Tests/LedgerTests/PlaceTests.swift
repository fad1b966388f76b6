import EthereumTypes
import Foundation
import GRDB
import Model
import Testing

@testable import Ledger

/// What is asked of an address, whatever was deployed there is or was called.
@Suite struct PlaceTests {
    let bench: Bench
    let ledger: Ledger

    init() throws {
        bench = try Bench()
        ledger = try bench.begun()
    }

    private let data = Keccak256.hash("data".utf8)

    private func entry(_ name: String, _ project: String = Bench.project, run: String = "run-0")
        -> RegistryEntry
    {
        RegistryEntry(
            project: project, name: name, contract: "Token", chainID: sepolia, genesisHash: genesis,
            address: address(0x55), transactionHash: Keccak256.hash("elsewhere".utf8), block: 90,
            deployer: deployer, initCodeDigest: Digest(of: Data("init".utf8)),
            runtimeCodeDigest: Digest(of: Data("runtime".utf8)), constructorArguments: [], run: run,
            calls: [call(run)])
    }

    private func call(_ run: String) -> RegistryCall {
        RegistryCall(
            name: "pay", function: "pay()", callDataHash: data, transactionHash: Keccak256.hash("call".utf8),
            block: 91, run: run)
    }

    private func made(
        _ name: String = "pay",
        _ hash: Hash? = nil,
        to address: Address = address(0x55),
        _ chainID: ChainID = sepolia,
        _ genesisHash: Hash = genesis
    ) throws -> [CallRow] {
        try ledger.callsMade(
            name: name, chainID: chainID, genesisHash: genesisHash, address: address,
            callDataHash: hash ?? data)
    }

    @Test func aCallIsMadeToAnAddressWhateverIsCalledWhat() throws {
        _ = try ledger.adopt(entry("treasury"), network: "main", run: Bench.run)
        _ = try ledger.adopt(entry("vault", "other", run: "run-9"), network: "ethereum", run: Bench.run)
        let rows = try made()
        #expect(rows.map(\.claim.deployment) == ["vault", "treasury"])
        #expect(rows.map(\.project) == ["other", Bench.project])
        #expect(rows.map(\.network) == ["ethereum", "main"])
        #expect(rows.map(RegistryCall.init(_:)) == [call("run-9"), call("run-0")])
        #expect(
            try ledger.calls(to: address(0x55), on: sepolia, genesisHash: genesis) == [
                call("run-0"), call("run-9"),
            ])
        // Another name, other data, another address, another chain: another call.
        let other = Keccak256.hash("other".utf8)
        #expect(try made("give") == [])
        #expect(try made("pay", other) == [])
        #expect(try made(to: address(0x56)) == [])
        #expect(try made("pay", nil, to: address(0x55), chain(1)) == [])
        #expect(try made("pay", nil, to: address(0x55), sepolia, other) == [])
        #expect(try ledger.calls(to: address(0x56), on: sepolia, genesisHash: genesis) == [])
    }

    @Test func theNamesOfCallsToAnAddressAreKnown() throws {
        var entry = entry("treasury")
        entry.calls.append(call("run-1"))
        (entry.calls[1].name, entry.calls[1].callDataHash) = ("give", Keccak256.hash("other".utf8))
        _ = try ledger.adopt(entry, network: "main", run: Bench.run)
        func names(_ address: Address, _ chainID: ChainID = sepolia) throws -> Set<String> {
            try ledger.callNames(at: address, on: chainID, genesisHash: genesis)
        }
        #expect(try names(address(0x55)) == ["pay", "give"])
        #expect(try names(address(0x56)) == [] && names(address(0x55), chain(1)) == [])
        let given = try ledger.callsMade(
            name: "give", chainID: sepolia, genesisHash: genesis, address: address(0x55))
        #expect(given.map(\.madeIn) == ["run-1"], "with whatever data")
    }

    @Test func whatIsOnItsWayWithSomeDataIsKnown() throws {
        func open(_ hash: Hash, besides run: String = "run-9") throws -> [ChainOperation.ID] {
            try ledger.unfinishedOperations(
                payloadHash: hash, on: sepolia, genesisHash: genesis, besides: run
            ).map(\.id)
        }
        let payload = intent(kind: .call).payloadHash
        var early = intent("early", kind: .call)
        early.payloadHash = payload
        let planned = try ledger.operation(early, at: .planned)
        let sent = try ledger.operation(intent(kind: .call), at: .sent)
        #expect(planned.intent.payloadHash == payload && sent.intent.payloadHash == payload)
        #expect(try open(payload) == [sent.id])
        #expect(try open(payload, besides: Bench.run) == [], "what this run sends itself")
        #expect(try open(data) == [])
        func asked(_ address: Address, _ hash: Hash) throws -> [Proposal] {
            try ledger.openProposals(to: address, payloadHash: hash, on: sepolia, genesisHash: genesis)
        }
        let proposal = try ledger.propose(
            Proposal.Intent(
                run: Bench.run, project: Bench.project, step: .call("pay", of: "token", on: "sepolia"),
                network: "sepolia", lane: intent().lane, to: address(0x55), value: .zero, payloadHash: data),
            nonce: 3, counted: 3)
        #expect(try asked(address(0x55), data) == [proposal])
        #expect(try asked(address(0x56), data) == [] && asked(address(0x55), payload) == [])
        try ledger.withdraw(proposal, reason: "no more")
        #expect(try asked(address(0x55), data) == [])
    }

    @Test func whatIsAtAnAddressIsFoundUnderEachOfItsNames() throws {
        _ = try ledger.adopt(entry("treasury"), network: "main", run: Bench.run)
        let old = try ledger.adopt(entry("vault", "other"), network: "ethereum", run: Bench.run)
        _ = try ledger.rename(old, to: "safe", run: Bench.run)
        let rows = try ledger.deployments(at: address(0x55), on: sepolia, genesisHash: genesis)
        #expect(rows.map(\.claim.name) == ["safe", "vault", "treasury"])
        #expect(rows.map(\.status) == [.current, .renamed, .current])
        #expect(try ledger.deployments(at: address(0x55), on: chain(1), genesisHash: genesis) == [])
        func named(_ name: String, on chain: ChainID = sepolia) throws -> [String] {
            try ledger.currentDeployments(named: name, on: chain, genesisHash: genesis).map(\.network)
        }
        #expect(try named("treasury") == ["main"])
        #expect(try named("vault") == [])
        #expect(try named("safe") == ["ethereum"])
        #expect(try named("treasury", on: chain(1)) == [])
    }

    /// Each call and each creation of a batch asks.
    @Test func noTableIsReadThrough() throws {
        let plans = try ledger.read { database in
            try [
                "SELECT * FROM calls WHERE address = 'a' AND name = 'n'",
                "SELECT * FROM deployments WHERE address = 'a' AND chain_id = 1",
                "SELECT * FROM deployments WHERE status = 'current' AND name = 'n' AND chain_id = 1",
                "SELECT * FROM transactions WHERE payload_hash = 'h' AND run <> 'r' AND state IN (\(Ledger.unfinishedStates))",
                "SELECT * FROM proposals WHERE state = 'open' AND payload_hash = 'h'",
            ].map { sql in
                try Row.fetchAll(database, sql: "EXPLAIN QUERY PLAN \(sql)").map { $0["detail"] as String }
            }
        }
        #expect(plans.flatMap(\.self).filter { $0.hasPrefix("SCAN") } == [])
    }
}
