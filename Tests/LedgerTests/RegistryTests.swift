import EthereumTypes
import Foundation
import GRDB
import Model
import Testing

@testable import Ledger

@Suite struct RegistryTests {
    let bench: Bench
    let ledger: Ledger

    init() throws {
        bench = try Bench()
        ledger = try bench.begun()
    }

    func entry(_ name: String = "token", run: String? = "run-0") -> RegistryEntry {
        RegistryEntry(
            project: Bench.project, name: name, contract: "Token", chainID: sepolia, genesisHash: genesis,
            address: address(0x55), transactionHash: Keccak256.hash("elsewhere".utf8), block: 90,
            deployer: deployer, initCodeDigest: Digest(of: Data("init".utf8)),
            runtimeCodeDigest: Digest(of: Data("runtime".utf8)),
            deployedCodeDigest: Digest(of: Data("deployed".utf8)), constructorArguments: [1, 2],
            run: run,
            calls: [
                RegistryCall(
                    name: "setFee", function: "setFee(uint256)", callDataHash: Keccak256.hash("data".utf8),
                    transactionHash: Keccak256.hash("call".utf8), block: 91, run: "run-0")
            ])
    }

    func current(_ name: String) throws -> DeploymentRow? {
        try ledger.deployment(
            project: Bench.project, name: name, network: "sepolia", chainID: sepolia, genesisHash: genesis)
    }

    func made(_ deployment: String) throws -> CallRow? {
        try ledger.callsMade(
            name: "setFee", chainID: sepolia, genesisHash: genesis, address: address(0x55),
            callDataHash: Keccak256.hash("data".utf8)
        ).first { $0.claim.deployment == deployment }
    }

    @Test func whatIsAdoptedIsCurrentAndItsCallsAreMade() throws {
        let row = try ledger.adopt(entry(), network: "sepolia", run: Bench.run, gasUsed: 21_000)
        #expect(try current("token") == row)
        #expect(row.run == Bench.run)
        #expect(row.madeIn == "run-0")
        #expect(row.operation == nil)
        #expect(row.gasUsed == 21_000)
        #expect(try made("token")?.madeIn == "run-0")
        #expect(try made("token")?.operation == nil)
        #expect(try ledger.registryHistory(project: Bench.project, network: "sepolia") == [entry()])
        try ledger.check()
    }

    @Test func adoptingReplacesAndAsksNothingTwice() throws {
        let before = try ledger.operation(intent(), at: .final)
        _ = try ledger.adopt(entry(), network: "sepolia", run: Bench.run)
        let rows = try ledger.deployments(project: Bench.project, name: "token", network: "sepolia")
        #expect(rows.map(\.status) == [.current, .replaced])
        #expect(rows.last?.operation == before.id)
        _ = try ledger.adopt(entry(), network: "sepolia", run: Bench.run)
        let calls = try ledger.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM calls") }
        #expect(calls == 1)
        #expect(throws: LedgerError.unknownRun("nowhere")) {
            try ledger.adopt(entry(), network: "sepolia", run: "nowhere")
        }
    }

    @Test func aCallThatWasMadeAgainIsKeptTwice() throws {
        var entry = entry()
        entry.calls.append(entry.calls[0])
        entry.calls[1].transactionHash = Keccak256.hash("again".utf8)
        for _ in 0..<2 { _ = try ledger.adopt(entry, network: "sepolia", run: Bench.run) }
        let calls = try ledger.calls(to: entry.address, on: sepolia, genesisHash: genesis)
        #expect(calls == entry.calls)
    }

    @Test func aRenamedDeploymentTakesItsCallsAlong() throws {
        let old = try ledger.adopt(entry("oldToken"), network: "sepolia", run: Bench.run)
        let row = try ledger.rename(old, to: "token", run: Bench.run)
        #expect(row.claim.name == "token")
        #expect(row.madeIn == "run-0")
        #expect(try current("oldToken") == nil)
        #expect(try current("token") == row)
        #expect(try made("token")?.madeIn == "run-0")
        let history = try ledger.registryHistory(project: Bench.project, network: "sepolia")
        #expect(history.map(\.status) == [.current, .renamed])
        #expect(try ledger.pastRun(Bench.run).deployments.map(\.name) == ["token"])
    }

    @Test func whatIsForgottenIsKeptAndLogged() throws {
        let row = try ledger.adopt(entry(), network: "sepolia", run: Bench.run)
        try ledger.forget(row, actor: "ada")
        #expect(try current("token") == nil)
        #expect(
            try ledger.deployments(project: Bench.project, name: "token", network: "sepolia").map(\.status)
                == [.forgotten])
        #expect(try ledger.log().last?.action == "deployment.forgotten")
    }

    @Test func aSenderIsKnownByWhatItSentOrDeployed() throws {
        let lane = ChainOperation.Lane(chainID: sepolia, genesisHash: genesis, sender: deployer)
        #expect(try !ledger.knowsAny(of: lane))
        _ = try ledger.adopt(entry(), network: "sepolia", run: Bench.run)
        #expect(try ledger.knowsAny(of: lane))
        let other = ChainOperation.Lane(chainID: sepolia, genesisHash: genesis, sender: address(0x12))
        #expect(try !ledger.knowsAny(of: other))
        _ = try ledger.plan(intent("vault", sender: address(0x12)))
        #expect(try ledger.knowsAny(of: other))
    }

    @Test func theFirstNonceIsThatOfWhatWasSentOrAskedForFirst() throws {
        let lane = intent().lane
        #expect(try ledger.firstNonce(of: lane) == nil)
        let planned = try ledger.plan(intent("vault"))
        #expect(try ledger.firstNonce(of: lane) == nil)
        _ = try ledger.reserveNonce(planned.id, latest: 7, pending: 7)
        #expect(try ledger.firstNonce(of: lane) == 7)
        let asked = Proposal.Intent(
            run: Bench.run, project: Bench.project, step: .deploy("token", on: "sepolia"), network: "sepolia",
            lane: lane, to: nil, value: .zero, payloadHash: Keccak256.hash("code".utf8))
        _ = try ledger.propose(asked, nonce: 3, counted: 3)
        #expect(try ledger.firstNonce(of: lane) == 3)
        var other = lane
        other.sender = address(0x12)
        #expect(try ledger.firstNonce(of: other) == nil)
    }

    /// Another used that nonce: what the account did before is as unknown as it was.
    @Test func theFirstNonceIsNoneThatAnotherUsedOrThatIsFreeAgain() throws {
        let lane = intent().lane
        #expect(try ledger.operation(intent("lost"), at: .foreign).nonce == 0)
        #expect(try ledger.firstNonce(of: lane) == nil)
        let free = try ledger.plan(intent("free"))
        _ = try ledger.reserveNonce(free.id, latest: 1, pending: 1)
        #expect(try ledger.firstNonce(of: lane) == 1)
        _ = try ledger.withdraw(free.id, reason: "no longer wanted")
        #expect(try ledger.firstNonce(of: lane) == nil)
        let asked = Proposal.Intent(
            run: Bench.run, project: Bench.project, step: .deploy("token", on: "sepolia"), network: "sepolia",
            lane: lane, to: nil, value: .zero, payloadHash: Keccak256.hash("code".utf8))
        let proposal = try ledger.propose(asked, nonce: 3, counted: 3)
        #expect(try ledger.firstNonce(of: lane) == 3)
        try ledger.withdraw(proposal, reason: "another used it")
        #expect(try ledger.firstNonce(of: lane) == nil)
        let own = try ledger.plan(intent("own"))
        _ = try ledger.reserveNonce(own.id, latest: 4, pending: 4)
        #expect(try ledger.firstNonce(of: lane) == 4)
    }

    @Test func theLastBlockIsTheNewestThatAnythingOnRecordIsIn() throws {
        func last(_ chain: Hash = genesis) throws -> UInt64? {
            try ledger.lastBlock(on: sepolia, genesisHash: chain)
        }
        #expect(try last() == nil)
        let sent = try ledger.operation(intent("vault"), at: .sent)
        #expect(try last() == nil)
        let hash = try #require(sent.attempts.last?.hash)
        _ = try ledger.markIncluded(sent.id, inclusion(hash))
        let included = try #require(try ledger.operation(sent.id).inclusion?.blockNumber)
        #expect(try last() == included)
        // A block that went away is none.
        _ = try ledger.backToSent(sent.id, reason: "its block went away")
        #expect(try last() == nil)
        var later = entry()
        later.calls[0].block = included + 7
        _ = try ledger.adopt(later, network: "sepolia", run: Bench.run)
        #expect(try last() == included + 7)
        #expect(try last(Keccak256.hash("another chain".utf8)) == nil)
    }

    @Test func anAccountsNoncesAreThoseOfWhatMayStillBeOurs() throws {
        let lane = intent().lane
        var taken: [UInt64] = []
        for (name, state) in [
            ("sent", ChainOperation.State.sent), ("final", .final), ("reverted", .reverted),
            ("foreign", .foreign), ("free", .withdrawn), ("asked", .nonce),
        ] {
            let operation = try ledger.operation(intent(name), at: state)
            if let nonce = operation.nonce, state != .foreign, state != .withdrawn { taken.append(nonce) }
        }
        #expect(taken.count == 4)
        #expect(try ledger.nonces(of: lane) == Set(taken))
        let asked = Proposal.Intent(
            run: Bench.run, project: Bench.project, step: .deploy("token", on: "sepolia"), network: "sepolia",
            lane: lane, to: nil, value: .zero, payloadHash: Keccak256.hash("code".utf8))
        let proposal = try ledger.propose(asked, nonce: 77, counted: 77)
        #expect(try ledger.nonces(of: lane) == Set(taken + [77]))
        try ledger.withdraw(proposal, reason: "not wanted")
        #expect(try ledger.nonces(of: lane) == Set(taken))
        var other = lane
        other.sender = address(0x12)
        #expect(try ledger.nonces(of: other) == [])
    }

    @Test func aCreationIsKnownByItsTransaction() throws {
        let known = { (entry: RegistryEntry, chain: Hash) throws(LedgerError) in
            try ledger.knowsCreation(of: entry.address, on: entry.chainID, genesisHash: chain)
        }
        var found = entry()
        found.transactionHash = nil
        _ = try ledger.adopt(found, network: "sepolia", run: Bench.run)
        #expect(try !known(found, genesis))
        _ = try ledger.adopt(entry(), network: "sepolia", run: Bench.run)
        #expect(try known(entry(), genesis))
        #expect(try !known(entry(), Keccak256.hash("another chain".utf8)))
    }

    /// Its transaction may be known; nobody here knows what was done to it since.
    @Test func whatAPersonNamedIsNoKnownCreation() throws {
        var named = entry()
        (named.run, named.isAdopted) = (nil, true)
        _ = try ledger.adopt(named, network: "sepolia", run: Bench.run)
        let known = { () throws(LedgerError) in
            try ledger.knowsCreation(of: named.address, on: named.chainID, genesisHash: named.genesisHash)
        }
        #expect(try !known())
        let history = try ledger.registryHistory(project: Bench.project, network: "sepolia")
        #expect(history.map(\.isAdopted) == [true])
        // As another machine reads it of the registry, which has the run that took it over.
        _ = try ledger.adopt(history[0], network: "sepolia", run: Bench.run)
        #expect(try !known())
    }

    /// The tables of version 3 with a deployment and a call in them.
    @Test func anOlderLedgerKeepsWhatItHad() throws {
        let deployment = try ledger.operation(intent(), at: .final)
        let call = try ledger.operation(intent(kind: .call), at: .final)
        try ledger.takeBackToVersion4()
        try ledger.write { database in
            try database.execute(sql: "ALTER TABLE deployments DROP COLUMN deployed_code_digest")
            try database.execute(sql: "ALTER TABLE deployments DROP COLUMN made_in")
            try database.execute(sql: "ALTER TABLE calls DROP COLUMN made_in")
            try database.execute(sql: "DELETE FROM grdb_migrations WHERE identifier = '4'")
            try database.execute(sql: "PRAGMA user_version = 3")
        }
        let opened = try bench.open()
        let row = try #require(
            try opened.deployment(
                project: Bench.project, name: "token", network: "sepolia", chainID: sepolia,
                genesisHash: genesis))
        #expect(row.operation == deployment.id)
        #expect(row.madeIn == Bench.run)
        #expect(row.claim.deployedCodeDigest == nil)
        #expect(
            try opened.read { try Int64.fetchOne($0, sql: "SELECT operation FROM calls") }
                == call.id.rawValue)
        try opened.check()
    }
}
