import EthereumTypes
import Foundation
import GRDB
import Model
import Testing

@testable import Ledger

@Suite struct BudgetTests {
    let bench: Bench
    let ledger: Ledger

    init() throws {
        bench = try Bench()
        ledger = try bench.begun()
    }

    func gwei(_ amount: UInt128) -> Wei { Wei(amount * 1_000_000_000) }

    func operationIntent(_ name: String, _ most: Wei, run: String = Bench.run) -> ChainOperation.Intent {
        var wanted = intent(name)
        wanted.run = run
        wanted.spendReserved = most
        return wanted
    }

    func operation(_ name: String, _ most: Wei, run: String = Bench.run) throws -> ChainOperation {
        try ledger.plan(operationIntent(name, most, run: run))
    }

    func reserve(_ name: String, _ most: Wei, _ limits: SpendLimits, run: String = Bench.run) throws
        -> OverBudget?
    {
        let operation = try operation(name, most, run: run)
        do {
            _ = try ledger.reserveNonce(operation.id, latest: 0, pending: 0, within: limits)
            return nil
        } catch LedgerError.overBudget(let over) {
            _ = try ledger.withdraw(operation.id, reason: "over budget")
            return over
        }
    }

    @Test func aTransactionThatMayCostMoreThanItsLimitGetsNoNonce() throws {
        let limits = SpendLimits(transaction: gwei(5))
        #expect(try reserve("a", gwei(5), limits) == nil)
        let over = try #require(try reserve("b", Wei(5_000_000_001), limits))
        #expect(over.scope == .transaction)
        #expect(
            over.description
                == "the budget of network 'sepolia' allows 0.000000005 ether a transaction, and this needs "
                + "up to 0.000000005000000001")
    }

    @Test func aRunSpendsAtMostItsLimitWithWhatIsOnlyReserved() throws {
        let limits = SpendLimits(run: gwei(10))
        #expect(try reserve("a", gwei(4), limits) == nil)
        #expect(try reserve("b", gwei(6), limits) == nil)
        let over = try #require(try reserve("c", Wei(1), limits))
        #expect(over.scope == .run)
        #expect(over.spent == gwei(10))
    }

    @Test func whatEndedCountsAsWhatItCost() throws {
        var wanted = intent("a")
        wanted.spendReserved = Wei(100_000_000_000_000_000_000)
        wanted.value = gwei(1)
        let done = try ledger.operation(wanted, at: .final)
        let cost = try #require(done.inclusion).cost(of: done.intent)
        #expect(cost == (try #require(done.inclusion)).feePaid + gwei(1))
        #expect(cost < wanted.spendReserved)
        let limits = SpendLimits(run: cost + gwei(5))
        #expect(try reserve("b", gwei(6), limits)?.scope == .run)
        #expect(try reserve("c", gwei(4), limits) == nil)
    }

    @Test func aDayCountsEveryRunOfTodayAndNothingThatEndedYesterday() throws {
        try ledger.begin(bench.header("run-2", startedAt: 2_000), steps: [], maxRetries: 0)
        let done = try ledger.operation(operationIntent("a", gwei(6)), at: .final)
        let limits = SpendLimits(day: try cost(done) + gwei(4))
        let over = try #require(try reserve("b", gwei(5), limits, run: "run-2"))
        #expect(over.scope == .day && over.onItsWay == .zero && over.left == .zero)
        let tomorrow = try nextDay()
        let operation = try tomorrow.plan(operationIntent("b", gwei(5), run: "run-2"))
        #expect(
            try tomorrow.reserveNonce(operation.id, latest: 0, pending: 0, within: limits) == 1)
    }

    @Test func whatStepsAtWorkHaveOnItsWayMayFitLaterUntilItHasEnded() throws {
        let limits = SpendLimits(run: gwei(10), day: gwei(20))
        let first = try operation("a", gwei(8))
        _ = try ledger.reserveNonce(first.id, latest: 0, pending: 0, within: limits)
        func over(_ most: Wei, _ atWork: Set<StepID>, _ limits: SpendLimits = limits) throws -> OverBudget? {
            do {
                try ledger.checkBudget(operationIntent("b", most), within: limits, beside: atWork)
                return nil
            } catch LedgerError.overBudget(let over) {
                return over
            }
        }
        let own: Set<StepID> = [first.intent.step, .deploy("b", on: "sepolia")]
        let later = try #require(try over(gwei(10), own))
        #expect(later.onItsWay == gwei(8) && later.mayFitLater)
        #expect(try over(gwei(2), own) == nil)
        #expect(try over(gwei(11), own)?.mayFitLater == false, "more than the whole budget")
        #expect(try over(gwei(10), [])?.mayFitLater == false, "nobody takes it to its end")
        let day = SpendLimits(run: gwei(10), day: gwei(9))
        #expect(try over(gwei(10), own, day)?.scope == .day, "what no wait brings about comes first")
        _ = try ledger.withdraw(first.id, reason: "over")
        #expect(try over(gwei(10), own) == nil)
    }

    @Test func onlyWhatIsOnItsWayForTheProjectMayFitLater() throws {
        let limits = SpendLimits(run: gwei(10))
        func mayFitLater(beside state: ChainOperation.State, of project: String) throws -> Bool? {
            let bench = try Bench()
            defer { withExtendedLifetime(bench) {} }
            let ledger = try bench.begun()
            var wanted = operationIntent("a", gwei(8))
            wanted.project = project
            _ = try ledger.operation(wanted, at: state)
            do {
                try ledger.checkBudget(
                    operationIntent("b", gwei(5)), within: limits, beside: [wanted.step])
                return nil
            } catch LedgerError.overBudget(let over) {
                return over.mayFitLater
            }
        }
        let own = intent("a").project
        for state in [ChainOperation.State.nonce, .signed, .sent, .included] {
            #expect(try mayFitLater(beside: state, of: own) == true, "\(state)")
            #expect(try mayFitLater(beside: state, of: "another") == false, "\(state)")
        }
    }

    @Test func otherNetworksHaveBudgetsOfTheirOwn() throws {
        let limits = SpendLimits(run: gwei(6))
        #expect(try reserve("a", gwei(6), limits) == nil)
        var wanted = intent("b", chainID: chain(137))
        wanted.spendReserved = gwei(6)
        wanted.network = "polygon"
        let other = try ledger.plan(wanted)
        #expect(try ledger.reserveNonce(other.id, latest: 0, pending: 0, within: limits) == 0)
    }

    @Test func aReplacementIsReservedBeyondWhatTheFirstWas() throws {
        let limits = SpendLimits(run: gwei(10))
        let operation = try operation("a", gwei(4))
        _ = try ledger.reserveNonce(operation.id, latest: 0, pending: 0, within: limits)
        func sign(_ text: String, _ most: Wei?) throws -> ChainOperation {
            try ledger.recordSigned(
                operation.id, rawTransaction: Array(text.utf8), hash: Keccak256.hash(text.utf8),
                predictedAddress: nil, most: most, within: limits)
        }
        _ = try sign("first", nil)
        #expect(try reserve("b", gwei(5), limits) == nil)
        #expect(try sign("second", gwei(5)).attempts.count == 2)
        #expect(throws: LedgerError.self) { try sign("third", gwei(6)) }
        #expect(try ledger.operation(operation.id).attempts.count == 2)
    }
}
