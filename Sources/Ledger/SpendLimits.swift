package import EthereumTypes
import GRDB
import Model

/// The most that may be spent on one network, value and fees together; nil: no limit.
package struct SpendLimits: Hashable, Sendable {
    package static let none = SpendLimits()

    /// By one operation, whatever it takes to get it into a block.
    package var transaction: Wei?
    /// By one run.
    package var run: Wei?
    /// In one day of UTC, by all runs of this ledger.
    package var day: Wei?

    package init(transaction: Wei? = nil, run: Wei? = nil, day: Wei? = nil) {
        self.transaction = transaction
        self.run = run
        self.day = day
    }
}

/// What a limit did not allow.
package struct OverBudget: Hashable, Sendable {
    package enum Scope: String, Sendable { case transaction, run, day }

    package let scope: Scope
    package let network: String
    package let limit: Wei
    /// What is spent or reserved already; rounded up to whole gwei.
    package let spent: Wei
    /// What was asked for beyond that.
    package let needed: Wei
}

extension OverBudget: CustomStringConvertible {
    package var description: String {
        let budget = "the budget of network '\(network)' allows \(limit.ether()) "
        let asked = "this needs up to \(needed.ether())"
        return switch scope {
        case .transaction: budget + "a transaction, and \(asked)"
        case .run: budget + "a run; \(spent.ether()) is spent or reserved, and \(asked)"
        case .day: budget + "a day; \(spent.ether()) is spent or reserved today, and \(asked)"
        }
    }
}

extension Ledger {
    private static let gwei: UInt128 = 1_000_000_000

    /// Sets what an operation counts for, if the limits of its network allow it.
    ///
    /// Sums are kept in whole gwei, each amount rounded up: 63 bits of wei would end at nine coins.
    ///
    /// - Throws: ``LedgerError/overBudget(_:)``; nothing is changed then.
    func reserve(
        _ most: Wei,
        for operation: ChainOperation,
        within limits: SpendLimits,
        in database: Database
    ) throws {
        let intent = operation.intent
        if let limit = limits.transaction, most > limit {
            throw LedgerError.overBudget(
                OverBudget(
                    scope: .transaction, network: intent.network, limit: limit, spent: .zero, needed: most))
        }
        let chain: StatementArguments = [
            intent.network, try Column.integer(intent.chainID.rawValue, "chain id"),
            intent.genesisHash.description, operation.id.rawValue,
        ]
        func check(
            _ scope: OverBudget.Scope, _ limit: Wei?, _ rule: String, _ value: any DatabaseValueConvertible
        )
            throws
        {
            guard let limit else { return }
            let sum =
                try database.keptRow(
                    sql: """
                        SELECT sum(spend_gwei) FROM transactions
                            WHERE network = ? AND chain_id = ? AND genesis_hash = ? AND id <> ? AND \(rule)
                        """,
                    arguments: chain + [value]
                )?[0] as Int64?
            let spent = Wei(UInt128(sum ?? 0) * Self.gwei)
            guard spent + most > limit else { return }
            throw LedgerError.overBudget(
                OverBudget(scope: scope, network: intent.network, limit: limit, spent: spent, needed: most))
        }
        try check(.run, limits.run, "run = ?", intent.run)
        let day = now().milliseconds / 86_400_000 * 86_400_000
        try check(.day, limits.day, "created_at >= ?", day)
        try count(most, for: operation.id, in: database)
    }

    /// Sets what an operation counts for in budgets.
    func count(_ amount: Wei, for id: ChainOperation.ID, in database: Database) throws {
        let (whole, rest) = amount.value.quotientAndRemainder(dividingBy: Self.gwei)
        let gwei = Int64(clamping: whole + (rest > 0 ? 1 : 0))
        try database.executeKept(
            sql: "UPDATE transactions SET spend_gwei = ? WHERE id = ?",
            arguments: [gwei, id.rawValue]
        )
    }
}
