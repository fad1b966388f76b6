import EthereumTypes
import Foundation
import GRDB
import Model
import Testing

@testable import Ledger

/// How contracts came to their addresses, as rows keep it.
@Suite struct CreationRecordTests {
    let bench: Bench
    let ledger: Ledger
    let record = CreationRecord(factory: .createX, libraries: ["lib/Math.sol:Math": address(0x44)])

    init() throws {
        bench = try Bench()
        ledger = try bench.begun()
    }

    /// A creation that a deep block has, with what was signed for it.
    func made(_ name: String, raw: [UInt8], creates: Address?) throws -> ChainOperation.ID {
        var wanted = intent(name)
        wanted.creates = creates
        let id = try ledger.plan(wanted).id
        _ = try ledger.reserveNonce(id, latest: 0, pending: 0)
        let hash = Keccak256.hash(name.utf8)
        _ = try ledger.recordSigned(id, rawTransaction: raw, hash: hash, predictedAddress: creates)
        _ = try ledger.markSent(id)
        _ = try ledger.markIncluded(id, inclusion(hash))
        return id
    }

    func current() throws -> [String: CreationRecord] {
        let rows = try ledger.currentDeployments(project: Bench.project)
        return Dictionary(uniqueKeysWithValues: rows.map { ($0.claim.name, $0.claim.creation) })
    }

    @Test func itComesBackAndGoesAlongWithTheRecord() throws {
        var left = claim("token")
        left.creation = record
        let row = try ledger.markFinal(made("token", raw: [2], creates: address(1)), leaving: left)
        #expect(row.claim.creation == record)
        let renamed = try ledger.rename(row, to: "coin", run: Bench.run)
        #expect(renamed.claim.creation == record)
        var entry = try #require(renamed.registryEntry)
        #expect(entry.creation == record)
        entry.name = "taken"
        #expect(try ledger.adopt(entry, network: "sepolia", run: Bench.run).claim.creation == record)
    }

    /// Rows from before it was kept, of which the transactions tell the factory.
    @Test func factoriesAreReadOutOfWhatWasSigned() throws {
        let asked = Create2Factory.allCases.map { factory in
            (factory.rawValue, [0x02, 0x94] + factory.address.bytes + [0x01], address(1) as Address?)
        }
        // An account's own creation, with the address among its data.
        let plain = ("plain", [0x02, 0x94] + Create2Factory.createX.address.bytes, nil as Address?)
        for (name, raw, creates) in asked + [plain] {
            _ = try ledger.markFinal(made(name, raw: raw, creates: creates), leaving: claim(name))
        }
        #expect(try current().values.allSatisfy { $0 == .plain })
        try ledger.write { database in
            try database.execute(sql: "ALTER TABLE deployments DROP COLUMN creation")
            try database.execute(sql: Schema.creationRecords)
        }
        #expect(
            try current() == [
                "deterministic-proxy": CreationRecord(factory: .deterministicProxy),
                "createx": CreationRecord(factory: .createX), "plain": .plain,
            ])
    }
}
