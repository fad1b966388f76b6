import EthereumTypes
import Foundation
import GRDB
import Model

extension ChainOperation {
    /// Reads an operation with its attempts.
    init(_ row: Row, in database: Database) throws {
        id = ID(try row.value("id"))
        intent = try Intent(row)
        state = try row.parsed("state", State.init(rawValue:))
        nonce = try row.numberIfThere("nonce")
        error = try row.optional("error")
        updatedAt = try row.time("updated_at")
        inclusion = try Inclusion(row)
        attempts = try database.keptRows(
            sql: "SELECT * FROM attempts WHERE operation = ? ORDER BY ordinal",
            arguments: [id.rawValue]
        ).map { try Attempt($0) }
    }

    /// The operation of that number.
    ///
    /// - Throws: ``LedgerError/unknownOperation(_:)``.
    static func fetch(_ id: ID, in database: Database) throws -> ChainOperation {
        let row = try database.keptRow(
            sql: "SELECT * FROM transactions WHERE id = ?",
            arguments: [id.rawValue]
        )
        guard let row else { throw LedgerError.unknownOperation(id) }
        return try ChainOperation(row, in: database)
    }

    /// The operations that `condition` picks, in the order in which they were planned.
    static func fetchAll(
        where condition: String,
        _ arguments: StatementArguments,
        in database: Database
    ) throws -> [ChainOperation] {
        try database.keptRows(
            sql: "SELECT * FROM transactions WHERE \(condition) ORDER BY id",
            arguments: arguments
        ).map { try ChainOperation($0, in: database) }
    }
}

extension ChainOperation.Intent {
    fileprivate init(_ row: Row) throws {
        self.init(
            run: try row.value("run"),
            project: try row.value("project"),
            step: try row.parsed("step", StepID.init(_:)),
            kind: try row.parsed("kind", ChainOperation.Kind.init(rawValue:)),
            network: try row.value("network"),
            chainID: try row.chainID("chain_id"),
            genesisHash: try row.parsed("genesis_hash", Hash.init(_:)),
            sender: try row.parsed("sender", Column.address),
            payloadHash: try row.parsed("payload_hash", Hash.init(_:)),
            spendReserved: try row.parsed("spend_reserved_wei", Column.wei),
            value: try row.parsed("value_wei", Column.wei),
            creates: try row.parsedIfThere("creates", Column.address)
        )
    }
}

extension ChainOperation.Inclusion {
    /// nil where no block is known to have it.
    fileprivate init?(_ row: Row) throws {
        guard let hash = try row.parsedIfThere("included_hash", Hash.init(_:)) else { return nil }
        self.init(
            transactionHash: hash,
            blockHash: try row.parsed("block_hash", Hash.init(_:)),
            blockNumber: try row.number("block_number"),
            succeeded: try row.value("succeeded"),
            gasUsed: try row.number("gas_used"),
            feePaid: try row.parsed("fee_paid_wei", Column.wei),
            address: try row.parsedIfThere("address", Column.address)
        )
    }
}

extension ChainOperation.Attempt {
    fileprivate init(_ row: Row) throws {
        self.init(
            hash: try row.parsed("hash", Hash.init(_:)),
            rawTransaction: [UInt8](try row.value("raw") as Data),
            predictedAddress: try row.parsedIfThere("predicted_address", Column.address),
            createdAt: try row.time("created_at")
        )
    }
}
