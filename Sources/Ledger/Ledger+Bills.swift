package import EthereumTypes
import GRDB

/// Operations that count for a budget.
struct Bill {
    /// SQL that gives their ids; each part of it has an index.
    let ids: String
    let arguments: StatementArguments

    /// What a run planned, and what earlier ones had left to it.
    static func of(run: String) -> Bill {
        Bill(
            ids: """
                SELECT id FROM transactions WHERE run = ?
                    UNION ALL SELECT operation FROM taken_over WHERE run = ?
                """,
            arguments: [run, run]
        )
    }

    /// What is signed and has no end on a network: a block may have it any time, whoever signed it and when.
    static func onItsWay(on network: String) -> Bill {
        Bill(
            ids: """
                SELECT id FROM transactions
                    WHERE network = ? AND state IN ('signed', 'sent', 'included', 'blocked')
                """,
            arguments: [network]
        )
    }

    /// What is on its way on a network, what came to its end since a moment, and what a run has reserved and is to sign yet.
    ///
    /// - Parameters:
    ///   - start: In milliseconds since 1970.
    ///   - network: The network.
    ///   - run: The run that is at work; nil: none is.
    /// - Returns: The bill of a day, where the moment is its beginning.
    static func since(_ start: Int64, on network: String, in run: String?) -> Bill {
        let open = onItsWay(on: network)
        return Bill(
            ids: """
                \(open.ids)
                    UNION ALL SELECT id FROM transactions WHERE network = ? AND updated_at >= ?
                    UNION ALL SELECT id FROM transactions WHERE run = ? AND state = 'nonce'
                """,
            arguments: open.arguments + [network, start, run]
        )
    }
}

/// One chain under the name that a manifest gives it: what budgets are of.
struct BilledNetwork {
    let name: String
    let chainID: ChainID
    let genesisHash: Hash

    init(_ name: String, _ chainID: ChainID, _ genesisHash: Hash) {
        (self.name, self.chainID, self.genesisHash) = (name, chainID, genesisHash)
    }

    init(of intent: ChainOperation.Intent) {
        self.init(intent.network, intent.chainID, intent.genesisHash)
    }

    /// What selects the operations of a bill on it, to be followed by more conditions; the bill's own indexes lead to them.
    func condition(_ bill: Bill) throws -> (sql: String, arguments: StatementArguments) {
        (
            "id IN (\(bill.ids)) AND +network = ? AND +chain_id = ? AND +genesis_hash = ?",
            bill.arguments + [
                name, try Column.integer(chainID.rawValue, "chain id"), genesisHash.description,
            ]
        )
    }
}

/// What counts for a budget before a run reserves anything; rounded up to whole gwei.
package struct SpentBefore: Hashable, Sendable {
    /// With what is on its way at its most.
    package var most = Wei.zero
    /// With what that sends along alone: how much less it costs is known when it has ended.
    package var least = Wei.zero

    package init() {}
}

extension Ledger {
    /// Puts what earlier runs left on its way on a network on the bill of a run.
    ///
    /// It counts for that run's budget until the end, whatever becomes of it; nothing stops it, since it may be in a block any time.
    /// One run at a time changes a network, so that nothing is left to a run but what is there when it begins.
    package func takeOver(
        on network: String,
        chainID: ChainID,
        genesisHash: Hash,
        in run: String
    ) throws(LedgerError) {
        try write(.withNext) { database in
            let (rule, values) = try BilledNetwork(network, chainID, genesisHash)
                .condition(.onItsWay(on: network))
            try database.execute(
                sql: """
                    INSERT OR IGNORE INTO taken_over (run, operation)
                        SELECT ?, id FROM transactions WHERE \(rule) AND run <> ?
                    """,
                arguments: [run] + values + [run]
            )
        }
    }

    /// What counts already for the budgets of a network: of a run that has not begun, and of today.
    package func spentBefore(
        on network: String,
        chainID: ChainID,
        genesisHash: Hash
    ) throws(LedgerError) -> (run: SpentBefore, day: SpentBefore) {
        try read { database in
            let place = BilledNetwork(network, chainID, genesisHash)
            return (
                try Self.spentBefore(.onItsWay(on: network), at: place, in: database),
                try Self.spentBefore(.since(today, on: network, in: nil), at: place, in: database)
            )
        }
    }

    private static func spentBefore(
        _ bill: Bill,
        at network: BilledNetwork,
        in database: Database
    ) throws -> SpentBefore {
        let (rule, values) = try network.condition(bill)
        let rows = try database.keptRows(
            sql: "SELECT spend_gwei, value_wei, state FROM transactions WHERE \(rule) AND spend_gwei > 0",
            arguments: values
        )
        var sum = SpentBefore()
        for row in rows {
            let counted = Wei(UInt128(try row.value("spend_gwei") as Int64) * gwei)
            let state = try row.parsed("state", ChainOperation.State.init(rawValue:))
            sum.most = sum.most + counted
            sum.least =
                sum.least + (state.isFinished ? counted : try row.parsed("value_wei", Column.wei))
        }
        return sum
    }

    /// What left the accounts by what is on the bill of a run on a network, is in a block and was signed here.
    package func paid(
        in run: String,
        on network: String,
        chainID: ChainID,
        genesisHash: Hash
    ) throws(LedgerError) -> (fees: Wei, value: Wei) {
        try read { database in
            let (rule, values) = try BilledNetwork(network, chainID, genesisHash).condition(.of(run: run))
            let rows = try database.keptRows(
                sql: """
                    SELECT fee_paid_wei, value_wei, cost_wei, succeeded FROM transactions
                        WHERE \(rule) AND state IN ('included', 'final', 'reverted')
                            AND NOT EXISTS (SELECT 1 FROM attempts
                                WHERE operation = transactions.id AND hash = included_hash AND is_others)
                    """,
                arguments: values
            )
            var sum = (fees: Wei.zero, value: Wei.zero)
            for row in rows {
                let fee = try row.parsed("fee_paid_wei", Column.wei)
                let cost = try row.parsedIfThere("cost_wei", Column.wei)
                let value = try row.parsed("value_wei", Column.wei)
                sum.fees = sum.fees + fee
                // What it cost in the end says whether its value is gone, where it succeeded and did not what it was for too.
                if let cost {
                    sum.value = sum.value + Wei(cost.value - min(fee, cost).value)
                } else if try row.value("succeeded") {
                    sum.value = sum.value + value
                }
            }
            return sum
        }
    }

    static func spent(
        on bill: Bill,
        at network: BilledNetwork,
        besides own: ChainOperation.ID?,
        in database: Database
    ) throws -> Wei {
        let (rule, values) = try network.condition(bill)
        let sum =
            try database.keptRow(
                sql: "SELECT sum(spend_gwei) FROM transactions WHERE \(rule) AND id <> ?",
                arguments: values + [own?.rawValue ?? 0]
            )?[0] as Int64?
        return Wei(UInt128(sum ?? 0) * gwei)
    }
}
