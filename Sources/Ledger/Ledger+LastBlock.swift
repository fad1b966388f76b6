package import EthereumTypes
import GRDB

extension Ledger {
    /// The newest block that anything on record of a chain is in; nil where nothing is.
    ///
    /// A node that has not got it knows less than this ledger does.
    package func lastBlock(on chainID: ChainID, genesisHash: Hash) throws(LedgerError) -> UInt64? {
        try read { database in
            let here: StatementArguments = [
                try Column.integer(chainID.rawValue, "chain id"), genesisHash.description,
            ]
            let last = try Int64.fetchOne(
                database,
                sql: """
                    SELECT max(block_number) FROM (
                        SELECT block_number FROM transactions WHERE chain_id = ? AND genesis_hash = ?
                            AND state IN ('included', 'final', 'reverted')
                        UNION ALL
                        SELECT block_number FROM calls WHERE chain_id = ? AND genesis_hash = ?
                        UNION ALL
                        SELECT block_number FROM deployments WHERE chain_id = ? AND genesis_hash = ?)
                    """,
                arguments: here + here + here
            )
            return last.map { UInt64($0) }
        }
    }
}
