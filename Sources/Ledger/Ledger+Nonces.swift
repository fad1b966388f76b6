import EthereumTypes
import GRDB
package import Model

extension Ledger {
    /// Reserves a nonce for a planned operation; one that has a nonce keeps it.
    ///
    /// It is the largest of the next one of this ledger and the two counts of the chain, so that no nonce is used that
    /// anyone may have used. One that a withdrawn operation left free is taken first: nothing was signed with it, and
    /// the transactions behind it wait for it. So is one of a gap below what waits, where whoever asks has seen that nobody
    /// used it: should another transaction have it all the same, only one of both is ever in a block.
    ///
    /// - Parameters:
    ///   - id: The operation.
    ///   - latest: The sender's transaction count at the latest block.
    ///   - pending: The count with what the node has in its pool.
    ///   - open: Nonces below one of this ledger that nobody has used; nil: none is known to be open.
    ///   - limits: What the network's budget allows; the spend is reserved in the same database transaction.
    ///   - atWork: The steps whose operations are being taken to their end, for what a refusal says of them.
    /// - Returns: The nonce, the operation's from now on; durable when what is signed with it is.
    /// - Throws: ``LedgerError/overBudget(_:)``; ``LedgerError/notAllowed(_:from:to:)`` where the operation is neither planned nor has a nonce only.
    package func reserveNonce(
        _ id: ChainOperation.ID,
        latest: UInt64,
        pending: UInt64,
        open: Range<UInt64>? = nil,
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
            try reserve(
                most, for: operation, in: operation.intent.run, within: limits, beside: atWork, in: database)
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
            let filling = try open.flatMap { try firstFree(of: $0, from: floor, lane, in: database) }
            let nonce = filling ?? free ?? max(floor, last.map { $0 + 1 } ?? 0)
            try database.executeKept(
                sql: "UPDATE transactions SET nonce = ? WHERE id = ?",
                arguments: [nonce, id.rawValue]
            )
            _ = try move(operation, to: .nonce, "nonce \(nonce)", in: database)
            return UInt64(nonce)
        }
    }

    /// The lowest of some nonces that no operation of a lane holds.
    private func firstFree(
        of open: Range<UInt64>,
        from floor: Int64,
        _ lane: ChainOperation.Lane,
        in database: Database
    ) throws -> Int64? {
        let first = max(try Column.integer(open.lowerBound, "nonce"), floor)
        let held = try Int64.fetchAll(
            database,
            sql: """
                SELECT nonce FROM transactions WHERE chain_id = ? AND genesis_hash = ? AND sender = ?
                    AND state NOT IN ('withdrawn', 'foreign') AND nonce >= ? ORDER BY nonce
                """,
            arguments: [
                try Column.integer(lane.chainID.rawValue, "chain id"), lane.genesisHash.description,
                lane.sender.description, first,
            ]
        )
        var next = first
        for nonce in held where nonce == next { next += 1 }
        return next < (try Column.integer(open.upperBound, "nonce")) ? next : nil
    }

    /// The nonce behind those that the operations of a lane used which have their end; 0 where there are none.
    package func settledNonce(in lane: ChainOperation.Lane) throws(LedgerError) -> UInt64 {
        try read { database in
            let last = try Int64.fetchOne(
                database,
                sql: """
                    SELECT max(nonce) FROM transactions WHERE chain_id = ? AND genesis_hash = ? AND sender = ?
                        AND state IN ('final', 'reverted', 'foreign')
                    """,
                arguments: [
                    try Column.integer(lane.chainID.rawValue, "chain id"), lane.genesisHash.description,
                    lane.sender.description,
                ]
            )
            return last.map { UInt64($0) + 1 } ?? 0
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
