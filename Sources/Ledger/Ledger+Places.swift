package import EthereumTypes
import GRDB
package import Model

/// What is on record of a place on a chain, under whatever project, deployment and network: those are names, and names change.
extension Ledger {
    /// The calls of that name and data, or of whatever data, that were made to an address, newest first.
    ///
    /// A call without `unless` is made once for each address that it is made to.
    package func callsMade(
        name: String,
        chainID: ChainID,
        genesisHash: Hash,
        address: Address,
        callDataHash: Hash? = nil
    ) throws(LedgerError) -> [CallRow] {
        let data = callDataHash?.description
        return try read { database in
            try database.keptRows(
                sql: """
                    SELECT * FROM calls WHERE address = ? AND name = ? AND call_data_hash = coalesce(?, call_data_hash)
                        AND chain_id = ? AND genesis_hash = ? ORDER BY id DESC
                    """,
                arguments: [
                    address.description, name, data,
                    Column.integer(chainID.rawValue, "chain id"), genesisHash.description,
                ]
            ).map { try CallRow($0) }
        }
    }

    /// The names under which calls to an address are on record.
    package func callNames(
        at address: Address,
        on chainID: ChainID,
        genesisHash: Hash
    ) throws(LedgerError) -> Set<String> {
        try read { database in
            let rows = try database.keptRows(
                sql:
                    "SELECT DISTINCT name FROM calls WHERE address = ? AND chain_id = ? AND genesis_hash = ?",
                arguments: Self.place(address.description, chainID, genesisHash))
            return Set(try rows.map { try $0.value("name") as String })
        }
    }

    /// What other runs signed on a chain with that data and did not see through, whatever it is for, oldest first.
    package func unfinishedOperations(
        payloadHash: Hash,
        on chainID: ChainID,
        genesisHash: Hash,
        besides run: String
    ) throws(LedgerError) -> [ChainOperation] {
        try read { database in
            try ChainOperation.fetchAll(
                where: """
                    payload_hash = ? AND chain_id = ? AND genesis_hash = ? AND run <> ?
                        AND state IN (\(Self.unfinishedStates))
                    """,
                Self.place(payloadHash.description, chainID, genesisHash) + [run],
                in: database)
        }.filter { !$0.attempts.isEmpty }
    }

    /// Every call that was made to an address, in their order.
    package func calls(
        to address: Address,
        on chainID: ChainID,
        genesisHash: Hash
    ) throws(LedgerError) -> [RegistryCall] {
        try read { database in
            try database.keptRows(
                sql:
                    "SELECT * FROM calls WHERE address = ? AND chain_id = ? AND genesis_hash = ? ORDER BY id",
                arguments: Self.place(address.description, chainID, genesisHash)
            ).map { RegistryCall(try CallRow($0)) }
        }
    }

    /// Every deployment that was recorded at an address, newest first; none that failed.
    package func deployments(
        at address: Address,
        on chainID: ChainID,
        genesisHash: Hash
    ) throws(LedgerError) -> [DeploymentRow] {
        try read { database in
            try database.keptRows(
                sql: """
                    SELECT * FROM deployments WHERE address = ? AND chain_id = ? AND genesis_hash = ?
                        AND status <> 'failed' ORDER BY id DESC
                    """,
                arguments: Self.place(address.description, chainID, genesisHash)
            ).map { try DeploymentRow($0) }
        }
    }

    /// What is current under a name on a chain, in every project and on every network, newest first.
    package func currentDeployments(
        named name: String,
        on chainID: ChainID,
        genesisHash: Hash
    ) throws(LedgerError) -> [DeploymentRow] {
        try read { database in
            try database.keptRows(
                sql: """
                    SELECT * FROM deployments WHERE status = 'current' AND name = ? AND chain_id = ?
                        AND genesis_hash = ? ORDER BY id DESC
                    """,
                arguments: Self.place(name, chainID, genesisHash)
            ).map { try DeploymentRow($0) }
        }
    }

    /// An address or a name, and the chain.
    private static func place(
        _ what: String,
        _ chainID: ChainID,
        _ genesisHash: Hash
    ) throws -> StatementArguments {
        [what, try Column.integer(chainID.rawValue, "chain id"), genesisHash.description]
    }
}

extension RegistryCall {
    /// What a registry keeps of a call.
    package init(_ row: CallRow) {
        self.init(
            name: row.claim.name,
            function: row.claim.function,
            callDataHash: row.callDataHash,
            transactionHash: row.transactionHash,
            block: row.blockNumber,
            run: row.madeIn
        )
    }
}
