import EthereumTypes
import GRDB
package import Model

extension Ledger {
    /// Reserves a nonce for a planned operation; one that has a nonce keeps it.
    ///
    /// It is the largest of the next one of this ledger and the two counts of the chain, so that no nonce is used that
    /// anyone may have used. One that a withdrawn operation left free is taken first: nothing was signed with it, and
    /// the transactions behind it wait for it.
    ///
    /// - Parameters:
    ///   - id: The operation.
    ///   - latest: The sender's transaction count at the latest block.
    ///   - pending: The count with what the node has in its pool.
    ///   - limits: What the network's budget allows; the spend is reserved in the same database transaction.
    ///   - atWork: The steps whose operations are being taken to their end, for what a refusal says of them.
    /// - Returns: The nonce, the operation's from now on; durable when what is signed with it is.
    /// - Throws: ``LedgerError/overBudget(_:)``; ``LedgerError/notAllowed(_:from:to:)`` where the operation is neither planned nor has a nonce only.
    package func reserveNonce(
        _ id: ChainOperation.ID,
        latest: UInt64,
        pending: UInt64,
        within limits: SpendLimits = .none,
        beside atWork: Set<StepID> = []
    ) throws(LedgerError) -> UInt64 {
        try write(.withNext) { database in
            let operation = try ChainOperation.fetch(id, in: database)
            if operation.state == .nonce, let held = operation.nonce { return held }
            guard operation.state == .planned else {
                throw LedgerError.notAllowed(id, from: operation.state, to: .nonce)
            }
            let most = operation.intent.spendReserved
            try reserve(most, for: operation, within: limits, beside: atWork, in: database)
            let floor = try Column.integer(max(latest, pending), "nonce")
            let lane = operation.intent.lane
            let here: StatementArguments = [
                try Column.integer(lane.chainID.rawValue, "chain id"), lane.genesisHash.description,
                lane.sender.description,
            ]
            let isHere = "chain_id = ? AND genesis_hash = ? AND sender = ?"
            let free =
                try database.keptRow(
                    sql: """
                        SELECT min(nonce) FROM transactions WHERE \(isHere) AND state = 'withdrawn' AND nonce >= ?
                            AND nonce NOT IN (SELECT nonce FROM transactions
                                WHERE \(isHere) AND state <> 'withdrawn' AND nonce IS NOT NULL)
                            AND nonce < (SELECT max(nonce) FROM transactions WHERE \(isHere) AND state <> 'withdrawn')
                        """,
                    arguments: here + [floor] + here + here
                )?[0] as Int64?
            let last =
                try database.keptRow(
                    sql: "SELECT max(nonce) FROM transactions WHERE \(isHere) AND state <> 'withdrawn'",
                    arguments: here
                )?[0] as Int64?
            let nonce = free ?? max(floor, last.map { $0 + 1 } ?? 0)
            try database.executeKept(
                sql: "UPDATE transactions SET nonce = ? WHERE id = ?",
                arguments: [nonce, id.rawValue]
            )
            _ = try move(operation, to: .nonce, "nonce \(nonce)", in: database)
            return UInt64(nonce)
        }
    }

    /// The operations of a lane that are not finished, by nonce; those without one come last.
    package func openOperations(in lane: ChainOperation.Lane) throws(LedgerError) -> [ChainOperation] {
        try read { database in
            let operations = try ChainOperation.fetchAll(
                where: """
                    chain_id = ? AND genesis_hash = ? AND sender = ?
                        AND state IN (\(Self.unfinishedStates))
                    """,
                [
                    try Column.integer(lane.chainID.rawValue, "chain id"), lane.genesisHash.description,
                    lane.sender.description,
                ],
                in: database
            )
            return operations.sorted { ($0.nonce ?? .max, $0.id) < ($1.nonce ?? .max, $1.id) }
        }
    }

    static let unfinishedStates = ChainOperation.State.allCases.filter { !$0.isFinished }
        .map { "'\($0.rawValue)'" }.joined(separator: ", ")
}
