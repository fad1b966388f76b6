package import EthereumTypes
import GRDB
package import Model

extension Ledger {
    /// The operation of a step on one chain that is not finished; what a run looks at before it plans another.
    package func unfinishedOperation(
        of step: StepID,
        project: String,
        chainID: ChainID,
        genesisHash: Hash
    ) throws(LedgerError) -> ChainOperation? {
        try operations(of: step, project: project, chainID: chainID, genesisHash: genesisHash)
            .last { !$0.state.isFinished }
    }

    /// Every operation that a step ever had on one chain, oldest first: a reverted one is for a person to look at.
    package func operations(
        of step: StepID,
        project: String,
        chainID: ChainID,
        genesisHash: Hash
    ) throws(LedgerError) -> [ChainOperation] {
        try read { database in
            try ChainOperation.fetchAll(
                where: "project = ? AND step = ? AND chain_id = ? AND genesis_hash = ?",
                [
                    project, step.rawValue, try Column.integer(chainID.rawValue, "chain id"),
                    genesisHash.description,
                ],
                in: database
            )
        }
    }

    /// The operations of a chain, whoever sends them, for which something is signed and that are not finished, oldest first.
    package func signedOperations(
        on chainID: ChainID,
        genesisHash: Hash
    ) throws(LedgerError) -> [ChainOperation] {
        try read { database in
            try ChainOperation.fetchAll(
                where: """
                    chain_id = ? AND genesis_hash = ? AND state IN (\(Self.unfinishedStates))
                        AND EXISTS (SELECT 1 FROM attempts WHERE operation = id)
                    """,
                [try Column.integer(chainID.rawValue, "chain id"), genesisHash.description],
                in: database
            )
        }
    }

    /// The operation as it stands.
    ///
    /// - Throws: ``LedgerError/unknownOperation(_:)``.
    package func operation(_ id: ChainOperation.ID) throws(LedgerError) -> ChainOperation {
        try read { try ChainOperation.fetch(id, in: $0) }
    }

    static func unfinished(_ intent: ChainOperation.Intent, in database: Database) throws -> ChainOperation? {
        try ChainOperation.fetchAll(
            where: """
                project = ? AND step = ? AND chain_id = ? AND genesis_hash = ? AND state IN (\(unfinishedStates))
                """,
            [
                intent.project, intent.step.rawValue,
                try Column.integer(intent.chainID.rawValue, "chain id"),
                intent.genesisHash.description,
            ],
            in: database
        ).first
    }
}
