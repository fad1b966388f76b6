package import EthereumTypes
import GRDB
package import Model

/// The most that may be spent on one network, value and fees together; nil: no limit.
package struct SpendLimits: Hashable, Sendable {
    package static let none = SpendLimits()

    /// By one operation, whatever it takes to get it into a block.
    package var transaction: Wei?
    /// By one run, with what earlier ones left to it.
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
    /// How much of `spent` is reserved for what earlier runs left on its way.
    package let left: Wei

    /// Whether it may fit when what is on its way has ended.
    package var mayFitLater: Bool { Wei(spent.value - onItsWay.value) + needed <= limit }
}

extension OverBudget: CustomStringConvertible {
    package var description: String {
        let budget = "the budget of network '\(network)' allows \(limit.ether()) ether "
        let asked = "this needs up to \(needed.ether())"
        let part = left > .zero ? ", \(left.ether()) of it for what earlier runs left on its way" : ""
        return switch scope {
        case .transaction: budget + "a transaction, and \(asked)"
        case .run: budget + "a run; \(spent.ether()) ether is spent or reserved\(part), and \(asked)"
        case .day: budget + "a day; \(spent.ether()) ether is spent or reserved today\(part), and \(asked)"
        }
    }
}

extension Ledger {
    static let gwei: UInt128 = 1_000_000_000

    /// Sets what an operation counts for, if the limits of its network allow it to the run that is at work.
    ///
    /// Sums are kept in whole gwei, each amount rounded up: 63 bits of wei would end at nine coins.
    ///
    /// - Throws: ``LedgerError/overBudget(_:)``; nothing is changed then.
    func reserve(
        _ most: Wei,
        for operation: ChainOperation,
        in run: String,
        within limits: SpendLimits,
        beside atWork: Set<StepID>,
        in database: Database
    ) throws {
        var intent = operation.intent
        intent.run = run
        try check(most, for: intent, besides: operation.id, within: limits, beside: atWork, in: database)
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
                    onItsWay: .zero, left: .zero))
        }
        func over(_ scope: OverBudget.Scope, _ limit: Wei?, _ bill: Bill) throws -> OverBudget? {
            guard let limit else { return nil }
            let place = BilledNetwork(of: intent)
            let spent = try Self.spent(on: bill, at: place, besides: own, in: database)
            guard spent + most > limit else { return nil }
            let open = try Self.open(on: bill, for: intent, besides: own, by: atWork, in: database)
            return OverBudget(
                scope: scope, network: intent.network, limit: limit, spent: spent, needed: most,
                onItsWay: open.atWork, left: open.left)
        }
        let overs = [
            try over(.run, limits.run, .of(run: intent.run)),
            try over(.day, limits.day, .since(today, on: intent.network, in: intent.run)),
        ].compactMap(\.self)
        if let over = overs.first(where: { !$0.mayFitLater }) ?? overs.first {
            throw LedgerError.overBudget(over)
        }
    }

    /// What of a bill is reserved for what has no end yet: for operations that steps of an intent's project are taking there, and
    /// for those that other runs than the intent's planned.
    private static func open(
        on bill: Bill,
        for intent: ChainOperation.Intent,
        besides own: ChainOperation.ID?,
        by atWork: Set<StepID>,
        in database: Database
    ) throws -> (atWork: Wei, left: Wei) {
        let (rule, values) = try BilledNetwork(of: intent).condition(bill)
        let rows = try database.keptRows(
            sql: """
                SELECT project, step, run, sum(spend_gwei) FROM transactions
                    WHERE \(rule) AND id <> ? AND state IN ('nonce', 'signed', 'sent', 'included')
                    GROUP BY project, step, run
                """,
            arguments: values + [own?.rawValue ?? 0]
        )
        let names = Set(atWork.map(\.rawValue))
        func sum(_ rows: [Row]) -> Wei {
            Wei(UInt128(rows.reduce(Int64.zero) { $0 + ($1[3] as Int64) }) * gwei)
        }
        return (
            sum(rows.filter { $0[0] == intent.project && names.contains($0[1]) }),
            sum(rows.filter { $0[2] != intent.run })
        )
    }

    /// When the day began that it is in UTC.
    var today: Int64 { now().milliseconds / 86_400_000 * 86_400_000 }

    /// Sets what an operation counts for in budgets.
    func count(_ amount: Wei, for id: ChainOperation.ID, in database: Database) throws {
        let (whole, rest) = amount.value.quotientAndRemainder(dividingBy: Self.gwei)
        let gwei = Int64(clamping: whole + (rest > 0 ? 1 : 0))
        try database.executeKept(
            sql: "UPDATE transactions SET spend_gwei = ? WHERE id = ?",
            arguments: [gwei, id.rawValue]
        )
    }

    /// Sets what an operation cost in the end.
    func settle(_ cost: Wei, for id: ChainOperation.ID, in database: Database) throws {
        try database.executeKept(
            sql: "UPDATE transactions SET cost_wei = ? WHERE id = ?",
            arguments: [cost.description, id.rawValue]
        )
        try count(cost, for: id, in: database)
    }
}
