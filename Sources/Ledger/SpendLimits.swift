package import EthereumTypes
import GRDB
package import Model

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
    /// How much of `spent` is reserved for what is on its way by steps that are at work: it counts at its most until it ends.
    package let onItsWay: Wei

    /// Whether it may fit when what is on its way has ended.
    package var mayFitLater: Bool { Wei(spent.value - onItsWay.value) + needed <= limit }
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
        beside atWork: Set<StepID>,
        in database: Database
    ) throws {
        try check(
            most, for: operation.intent, besides: operation.id, within: limits, beside: atWork, in: database)
        try count(most, for: operation.id, in: database)
    }

    /// Looks whether the limits of its network allow what an intent may cost; nothing is reserved.
    ///
    /// - Parameters:
    ///   - intent: What is to be sent.
    ///   - limits: What the network's budget allows.
    ///   - atWork: The steps whose operations are being taken to their end.
    /// - Throws: ``LedgerError/overBudget(_:)``.
    package func checkBudget(
        _ intent: ChainOperation.Intent,
        within limits: SpendLimits,
        beside atWork: Set<StepID>
    ) throws(LedgerError) {
        try read { database in
            try check(
                intent.spendReserved, for: intent, besides: nil, within: limits, beside: atWork, in: database)
        }
    }

    /// What no wait can bring about is thrown ahead of what may fit later.
    private func check(
        _ most: Wei,
        for intent: ChainOperation.Intent,
        besides own: ChainOperation.ID?,
        within limits: SpendLimits,
        beside atWork: Set<StepID>,
        in database: Database
    ) throws {
        if let limit = limits.transaction, most > limit {
            throw LedgerError.overBudget(
                OverBudget(
                    scope: .transaction, network: intent.network, limit: limit, spent: .zero, needed: most,
                    onItsWay: .zero))
        }
        func over(_ scope: OverBudget.Scope, _ limit: Wei?, _ rule: String, _ value: StatementArguments)
            throws -> OverBudget?
        {
            guard let limit else { return nil }
            let others = ("id <> ? AND \(rule)", [own?.rawValue ?? 0] + value)
            let chain = (intent.chainID, intent.genesisHash)
            let spent = try Self.spent(on: intent.network, chain, others.0, others.1, in: database)
            guard spent + most > limit else { return nil }
            let onItsWay = try Self.onItsWay(intent, others.0, others.1, by: atWork, in: database)
            return OverBudget(
                scope: scope, network: intent.network, limit: limit, spent: spent, needed: most,
                onItsWay: onItsWay)
        }
        let overs = [
            try over(.run, limits.run, "run = ?", [intent.run]),
            try over(.day, limits.day, "created_at >= ?", [today]),
        ].compactMap(\.self)
        if let over = overs.first(where: { !$0.mayFitLater }) ?? overs.first {
            throw LedgerError.overBudget(over)
        }
    }

    /// What is reserved on the network of an intent for operations that steps of its project are taking to their end.
    private static func onItsWay(
        _ intent: ChainOperation.Intent,
        _ rule: String,
        _ values: StatementArguments,
        by atWork: Set<StepID>,
        in database: Database
    ) throws -> Wei {
        let rows = try database.keptRows(
            sql: """
                SELECT step, sum(spend_gwei) FROM transactions
                    WHERE network = ? AND chain_id = ? AND genesis_hash = ? AND \(rule) AND project = ?
                        AND state IN ('nonce', 'signed', 'sent', 'included') GROUP BY step
                """,
            arguments: [
                intent.network, try Column.integer(intent.chainID.rawValue, "chain id"),
                intent.genesisHash.description,
            ] + values + [intent.project]
        )
        let names = Set(atWork.map(\.rawValue))
        let sum = rows.reduce(Int64.zero) { sum, row in
            names.contains(row[0]) ? sum + (row[1] as Int64) : sum
        }
        return Wei(UInt128(sum) * gwei)
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
