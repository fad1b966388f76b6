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
        let budget = "the budget of network '\(network)' allows \(limit.ether()) ether "
        let asked = "this needs up to \(needed.ether())"
        return switch scope {
        case .transaction: budget + "a transaction, and \(asked)"
        case .run: budget + "a run; \(spent.ether()) ether is spent or reserved, and \(asked)"
        case .day: budget + "a day; \(spent.ether()) ether is spent or reserved today, and \(asked)"
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
        let (network, chain) = (intent.network, (intent.chainID, intent.genesisHash))
        func check(_ scope: OverBudget.Scope, _ limit: Wei?, _ rule: String, _ value: StatementArguments)
            throws
        {
            guard let limit else { return }
            let spent = try Self.spent(
                on: network, chain, "id <> ? AND \(rule)", [operation.id.rawValue] + value, in: database)
            guard spent + most > limit else { return }
            throw LedgerError.overBudget(
                OverBudget(scope: scope, network: intent.network, limit: limit, spent: spent, needed: most))
        }
        try check(.run, limits.run, "run = ?", [intent.run])
        try check(.day, limits.day, "created_at >= ?", [today])
        try count(most, for: operation.id, in: database)
    }

    /// What counts for a network's budget of today already: what is spent, and what is reserved for what is on its way.
    ///
    /// Rounded up to whole gwei.
    package func spentToday(
        on network: String,
        chainID: ChainID,
        genesisHash: Hash
    ) throws(LedgerError) -> Wei {
        try read { database in
            try Self.spent(on: network, (chainID, genesisHash), "created_at >= ?", [today], in: database)
        }
    }

    /// When the day began that it is in UTC.
    private var today: Int64 { now().milliseconds / 86_400_000 * 86_400_000 }

    private static func spent(
        on network: String,
        _ chain: (id: ChainID, genesis: Hash),
        _ rule: String,
        _ values: StatementArguments,
        in database: Database
    ) throws -> Wei {
        let sum =
            try database.keptRow(
                sql: """
                    SELECT sum(spend_gwei) FROM transactions
                        WHERE network = ? AND chain_id = ? AND genesis_hash = ? AND \(rule)
                    """,
                arguments: [
                    network, try Column.integer(chain.id.rawValue, "chain id"), chain.genesis.description,
                ] + values
            )?[0] as Int64?
        return Wei(UInt128(sum ?? 0) * gwei)
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
