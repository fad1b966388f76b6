package import EthereumTypes
import GRDB
package import Model

/// An address at which an operation was to create a contract, where that has not come to a good end.
package struct UnsettledCreation: Hashable, Sendable {
    package var operation: ChainOperation.ID
    package var project: String
    package var step: StepID
    package var address: Address
    package var sender: Address
    package var state: ChainOperation.State
    /// Whether its block says that it failed; it may be another when the chain is reorganised.
    package var failed: Bool
    /// Whether a salt makes the address: another operation may create the contract there.
    package var isSalted: Bool

    package init(
        operation: ChainOperation.ID,
        project: String,
        step: StepID,
        address: Address,
        sender: Address,
        state: ChainOperation.State,
        failed: Bool,
        isSalted: Bool
    ) {
        self.operation = operation
        self.project = project
        self.step = step
        self.address = address
        self.sender = sender
        self.state = state
        self.failed = failed
        self.isSalted = isSalted
    }
}

extension Ledger {
    /// What is asked with the looks of lanes: ``Schema/unsettled`` has an index for each of its parts that is not by id.
    static let unsettledCreations = """
        SELECT t.id, t.project, t.step, t.sender, t.state, t.succeeded, t.creates, a.predicted_address AS place
            FROM transactions t JOIN attempts a ON a.operation = t.id AND a.ordinal = 1
            WHERE t.chain_id = ? AND t.genesis_hash = ? AND t.kind = 'deploy'
                AND t.state IN ('signed', 'sent', 'included', 'blocked', 'foreign', 'reverted')
                AND a.predicted_address IS NOT NULL
                AND NOT EXISTS (SELECT 1 FROM deployments d LEFT JOIN transactions f ON f.id = d.operation
                    WHERE d.address = a.predicted_address AND d.chain_id = t.chain_id AND d.genesis_hash = t.genesis_hash
                        AND d.status <> 'failed' AND (d.operation IS NULL OR f.state = 'final' AND f.id > t.id))
            ORDER BY t.id
        """

    /// The addresses that operations on a chain were to create contracts at and that are not final, whoever signs.
    ///
    /// Of several operations for one address the last counts. What a later one made final is left out, and what a registry or a
    /// person says is there: the same account may have created it in a run that this ledger knows nothing of.
    package func unsettledCreations(
        chainID: ChainID,
        genesisHash: Hash
    ) throws(LedgerError) -> [UnsettledCreation] {
        try read { database in
            let chain = try Column.integer(chainID.rawValue, "chain id")
            let rows = try database.keptRows(
                sql: Self.unsettledCreations, arguments: [chain, genesisHash.description])
            var last: [Address: UnsettledCreation] = [:]
            for row in rows {
                let creation = UnsettledCreation(
                    operation: ChainOperation.ID(try row.value("id")),
                    project: try row.value("project"),
                    step: try row.parsed("step", StepID.init(_:)),
                    address: try row.parsed("place", Column.address),
                    sender: try row.parsed("sender", Column.address),
                    state: try row.parsed("state", ChainOperation.State.init(rawValue:)),
                    failed: try row.optional("succeeded") == false,
                    isSalted: try row.parsedIfThere("creates", Column.address) != nil
                )
                last[creation.address] = creation
            }
            return last.values.sorted { $0.operation < $1.operation }
        }
    }
}
