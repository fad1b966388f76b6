import EthereumTypes
import Foundation
import GRDB
package import Model

/// What an upgrade's operation leaves behind when it is final.
package struct UpgradeClaim: Hashable, Sendable {
    /// The deployment's name.
    package var name: String
    package var contract: String
    /// What its proxy points to now.
    package var proxy: ProxyState
    /// Of the code which it runs now; nil where that is not known.
    package var storageLayout: StorageLayout?

    package init(name: String, contract: String, proxy: ProxyState, storageLayout: StorageLayout?) {
        self.name = name
        self.contract = contract
        self.proxy = proxy
        self.storageLayout = storageLayout
    }
}

extension Ledger {
    /// Says that an upgrade is deep enough; what the proxy points to is recorded in the same database transaction.
    ///
    /// The row from before is kept as replaced; the one that takes its place keeps all that its creation says.
    ///
    /// - Throws: ``LedgerError/contradiction(_:detail:)`` where it is no call or nothing of that name is current;
    ///   ``LedgerError/notAllowed(_:from:to:)`` where no block has it or it reverted.
    package func markFinal(
        _ id: ChainOperation.ID,
        leaving claim: UpgradeClaim
    ) throws(LedgerError) -> DeploymentRow {
        let time = now().milliseconds
        return try write { database in
            let operation = try ChainOperation.fetch(id, in: database)
            _ = try successful(operation, .call)
            let intent = try move(operation, to: .final, nil, in: database).intent
            let chain: StatementArguments = [
                try Column.integer(intent.chainID.rawValue, "chain id"), intent.genesisHash.description,
            ]
            let row = try Self.upgrade(
                claim, project: intent.project, network: intent.network, chain, intent.run, time, in: database
            )
            guard let row else {
                throw LedgerError.contradiction(
                    id, detail: "nothing is on record that it could have upgraded")
            }
            return row
        }
    }

    /// Puts what a proxy points to now in the place of what it did, in the transaction that `database` is in.
    ///
    /// - Returns: The row that is current now; nil where none was.
    static func upgrade(
        _ claim: UpgradeClaim,
        project: String,
        network: String,
        _ chain: StatementArguments,
        _ run: String,
        _ time: Int64,
        in database: Database
    ) throws -> DeploymentRow? {
        let current = try Int64.fetchOne(
            database,
            sql: """
                SELECT id FROM deployments WHERE status = 'current' AND project = ? AND name = ?
                    AND network = ? AND chain_id = ? AND genesis_hash = ?
                """,
            arguments: [project, claim.name, network] + chain
        )
        guard let current else { return nil }
        try database.execute(
            sql: "UPDATE deployments SET status = 'replaced' WHERE id = ?", arguments: [current])
        let upgraded = try copy(current, contract: claim.contract, run, time, in: database)
        try note(claim.proxy, claim.storageLayout, of: upgraded, in: database)
        return try DeploymentRow.fetch(upgraded, in: database)
    }

    /// Writes down again, as current, what a row says of how its contract was made, under another name or contract.
    ///
    /// - Returns: The number of the new row, which has neither proxy nor layout.
    static func copy(
        _ row: Int64,
        name: String? = nil,
        contract: String? = nil,
        _ run: String,
        _ time: Int64,
        in database: Database
    ) throws -> Int64 {
        try database.execute(
            sql: """
                INSERT INTO deployments (run, operation, project, name, contract, network, chain_id,
                    genesis_hash, status, address, deployer, gas_used, fee_paid_wei, transaction_hash,
                    block_number, init_code_digest, runtime_code_digest, deployed_code_digest,
                    constructor_arguments, creation, recorded_at, made_in)
                SELECT ?, operation, project, coalesce(?, name), coalesce(?, contract), network, chain_id,
                    genesis_hash, 'current', address, deployer, gas_used, fee_paid_wei, transaction_hash,
                    block_number, init_code_digest, runtime_code_digest, deployed_code_digest,
                    constructor_arguments, creation, ?,
                    coalesce(made_in, CASE WHEN operation IS NOT NULL THEN run END) FROM deployments WHERE id = ?
                """,
            arguments: [run, name, contract, time, row]
        )
        return database.lastInsertedRowID
    }

    /// Writes down what a row's proxy points to, and its layout.
    static func note(
        _ proxy: ProxyState?,
        _ layout: StorageLayout?,
        of row: Int64,
        in database: Database
    ) throws {
        guard proxy != nil || layout != nil else { return }
        let text = try proxy.map(json)
        try database.execute(
            sql: "UPDATE deployments SET proxy = ?, storage_layout = ? WHERE id = ?",
            arguments: [text, layout.map { String(decoding: $0.json, as: UTF8.self) }, row]
        )
    }

    /// Writes down how a row's contract was created, where that is more than plain.
    static func note(_ creation: CreationRecord, of row: Int64, in database: Database) throws {
        guard creation != .plain else { return }
        try database.execute(
            sql: "UPDATE deployments SET creation = ? WHERE id = ?", arguments: [try json(creation), row])
    }

    private static func json(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}

extension Row {
    /// A value that a column holds as JSON.
    ///
    /// - Throws: ``MalformedRow`` where it does not.
    func jsonIfThere<Value: Decodable>(_ column: String) throws(MalformedRow) -> Value? {
        guard let text = try optional(column) as String? else { return nil }
        do {
            return try JSONDecoder().decode(Value.self, from: Data(text.utf8))
        } catch {
            let words = (error as? DecodingError)?.words ?? "\(error)"
            throw MalformedRow(detail: "a row's '\(column)' cannot be read: \(words)")
        }
    }
}
