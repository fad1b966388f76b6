import EthereumTypes
import Foundation
import GRDB
import Model
import Testing

@testable import Ledger

@Suite struct ProxyTests {
    let bench: Bench
    let ledger: Ledger

    init() throws {
        bench = try Bench()
        ledger = try bench.begun()
    }

    static let layout = StorageLayout(
        variables: [.init(label: "fee", slot: "0", offset: 0, type: 0)],
        types: [.init(label: "uint256", encoding: "inplace", bytes: "32")])

    func state(_ byte: UInt8, block: UInt64? = nil) -> ProxyState {
        ProxyState(kind: .transparent, implementation: address(byte), controller: address(0x99), block: block)
    }

    func current(_ name: String = "vault") throws -> DeploymentRow? {
        try ledger.deployment(
            project: Bench.project, name: name, network: "sepolia", chainID: sepolia, genesisHash: genesis)
    }

    /// A proxy at 0x77… that runs the code at 0x01….
    func deployed() throws -> DeploymentRow {
        let operation = try ledger.operation(intent("vault"), at: .included)
        var claim = claim("vault")
        claim.proxy = state(1, block: 100)
        claim.storageLayout = Self.layout
        return try ledger.markFinal(operation.id, leaving: claim)
    }

    func upgrade() throws -> ChainOperation {
        var upgrade = intent("vault", kind: .call)
        upgrade.step = .proxy("vault", on: "sepolia")
        return try ledger.operation(upgrade, at: .included)
    }

    @Test func whatAProxyPointsToIsKept() throws {
        let row = try deployed()
        #expect(row.claim.proxy == state(1, block: 100))
        #expect(row.claim.storageLayout == Self.layout)
        #expect(try current() == row)
        #expect(row.registryEntry?.proxy == state(1, block: 100))
        #expect(row.registryEntry?.storageLayout == Self.layout)
        try ledger.check()
    }

    @Test func anUpgradeTakesThePlaceAndKeepsTheCreation() throws {
        let before = try deployed()
        let operation = try upgrade()
        let after = try ledger.markFinal(
            operation.id,
            leaving: UpgradeClaim(
                name: "vault", contract: "VaultV2", proxy: state(2, block: 200), storageLayout: nil))
        #expect(after.claim.proxy == state(2, block: 200))
        #expect(after.claim.storageLayout == nil)
        #expect(after.claim.contract == "VaultV2")
        #expect(after.address == before.address)
        #expect(after.transactionHash == before.transactionHash)
        #expect(after.blockNumber == before.blockNumber)
        #expect(after.claim.constructorArguments == before.claim.constructorArguments)
        #expect(try current() == after)
        #expect(try ledger.operation(operation.id).state == .final)
        let history = try ledger.registryHistory(project: Bench.project, network: "sepolia")
        #expect(history.map(\.status) == [.current, .replaced])
        try ledger.check()
    }

    @Test func anUpgradeOfNothingChangesNothing() throws {
        let operation = try upgrade()
        #expect(throws: LedgerError.self) {
            try ledger.markFinal(
                operation.id,
                leaving: UpgradeClaim(name: "vault", contract: "Vault", proxy: state(2), storageLayout: nil))
        }
        #expect(try ledger.operation(operation.id).state == .included)
    }

    @Test func aRenameAndAnAdoptionTakeItAlong() throws {
        let row = try deployed()
        let renamed = try ledger.rename(row, to: "safe", run: Bench.run)
        #expect(renamed.claim.proxy == row.claim.proxy)
        #expect(renamed.claim.storageLayout == Self.layout)
        var entry = try #require(renamed.registryEntry)
        entry.name = "other"
        let adopted = try ledger.adopt(entry, network: "sepolia", run: Bench.run)
        #expect(adopted.claim.proxy == row.claim.proxy)
        #expect(adopted.claim.storageLayout == Self.layout)
    }

    @Test func theLaterUpgradeIsNews() throws {
        var entry = try #require(try deployed().registryEntry)
        let mine = entry
        #expect(!entry.isNews(to: [mine]))
        entry.proxy = state(2, block: 150)
        #expect(entry.isNews(to: [mine]))
        entry.proxy = state(2, block: 50)
        #expect(!entry.isNews(to: [mine]))
        var unknown = mine
        unknown.proxy?.block = nil
        entry.proxy = state(2, block: 50)
        #expect(entry.isNews(to: [unknown]))
    }
}
