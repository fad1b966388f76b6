import EthereumTypes
import Foundation
import GRDB
import Model
import Testing

@testable import Ledger

/// What of an earlier run, and of the day before, counts for a budget; and what a run has paid.
extension BudgetTests {
    /// The same ledger on the next day.
    func nextDay() throws -> Ledger {
        try Ledger.open(path: bench.path, now: { Timestamp(milliseconds: 86_400_001) })
    }

    func cost(_ operation: ChainOperation) throws -> Wei {
        try #require(operation.inclusion).cost(of: operation.intent)
    }

    private func over(_ most: Wei, _ limits: SpendLimits, run: String = Bench.run, in ledger: Ledger) throws
        -> OverBudget?
    {
        do {
            try ledger.checkBudget(operationIntent("new", most, run: run), within: limits, beside: [])
            return nil
        } catch LedgerError.overBudget(let over) {
            return over
        }
    }

    /// Reserves for a new operation and takes it further.
    private func left(_ name: String, _ most: Wei, at state: ChainOperation.State) throws -> ChainOperation {
        let id = try operation(name, most).id
        let hash = Keccak256.hash("transaction of \(name)".utf8)
        _ = try ledger.reserveNonce(id, latest: 0, pending: 0)
        if state != .nonce { _ = try ledger.sign(id, hash) }
        if [.sent, .included].contains(state) { _ = try ledger.markSent(id) }
        if state == .included { _ = try ledger.markIncluded(id, inclusion(hash)) }
        return try ledger.operation(id)
    }

    private func begin(_ run: String) throws {
        try ledger.begin(bench.header(run), steps: [], maxRetries: 0)
        try ledger.takeOver(on: "sepolia", chainID: sepolia, genesisHash: genesis, in: run)
    }

    private func before(_ ledger: Ledger) throws -> (run: SpentBefore, day: SpentBefore) {
        try ledger.spentBefore(on: "sepolia", chainID: sepolia, genesisHash: genesis)
    }

    // MARK: Days

    @Test(arguments: [ChainOperation.State.signed, .sent, .included])
    func whatIsOnItsWayAtMidnightCountsForTheNewDayToo(_ state: ChainOperation.State) throws {
        _ = try left("a", gwei(6), at: state)
        let limits = SpendLimits(day: gwei(10))
        let tomorrow = try nextDay()
        let over = try #require(try self.over(gwei(5), limits, run: "run-2", in: tomorrow))
        #expect(over.spent == gwei(6) && over.left == gwei(6))
        #expect(
            over.description
                == "the budget of network 'sepolia' allows 0.00000001 ether a day; 0.000000006 ether is spent or reserved "
                + "today, 0.000000006 of it for what earlier runs left on its way, and this needs up to 0.000000005"
        )
        #expect(try self.over(gwei(4), limits, run: "run-2", in: tomorrow) == nil)
        #expect(try before(tomorrow).day.most == gwei(6))
    }

    @Test func whatHasANonceAtMidnightCountsWhereItsRunGoesOn() throws {
        _ = try left("a", gwei(6), at: .nonce)
        let limits = SpendLimits(day: gwei(10))
        let tomorrow = try nextDay()
        #expect(try over(gwei(5), limits, in: tomorrow)?.spent == gwei(6))
        #expect(try over(gwei(5), limits, run: "run-2", in: tomorrow) == nil, "nobody signs it")
    }

    @Test func whatEndsAfterMidnightCountsForTheNewDayAsWhatItCost() throws {
        let done = try left("a", gwei(6), at: .included)
        let cost = try cost(done)
        let tomorrow = try nextDay()
        _ = try tomorrow.markFinal(done.id, leaving: claim())
        #expect(try over(gwei(2), SpendLimits(day: cost + gwei(1)), in: tomorrow)?.scope == .day)
        #expect(try over(gwei(2), SpendLimits(day: cost + gwei(3)), in: tomorrow) == nil)
    }

    // MARK: Runs

    @Test(arguments: [ChainOperation.State.signed, .sent, .included])
    func whatAnEarlierRunLeftCountsForTheRunThatFindsIt(_ state: ChainOperation.State) throws {
        let limits = SpendLimits(run: gwei(10))
        _ = try left("a", gwei(6), at: state)
        try begin("run-2")
        let over = try #require(try reserve("b", gwei(5), limits, run: "run-2"))
        #expect(over.scope == .run && over.spent == gwei(6) && over.left == gwei(6))
        #expect(!over.mayFitLater)
        #expect(
            over.description
                == "the budget of network 'sepolia' allows 0.00000001 ether a run; 0.000000006 ether is spent or reserved, "
                + "0.000000006 of it for what earlier runs left on its way, and this needs up to 0.000000005")
        #expect(try reserve("c", gwei(4), limits, run: "run-2") == nil)
    }

    @Test func whatNobodySignedCountsForNoOtherRun() throws {
        _ = try left("a", gwei(6), at: .nonce)
        try begin("run-2")
        #expect(try reserve("b", gwei(10), SpendLimits(run: gwei(10)), run: "run-2") == nil)
    }

    @Test func whatIsLeftOfAnotherNetworkDoesNotCount() throws {
        var wanted = operationIntent("a", gwei(6))
        wanted.network = "other"
        _ = try ledger.operation(wanted, at: .sent)
        var elsewhere = intent("b", chainID: chain(137))
        elsewhere.spendReserved = gwei(6)
        _ = try ledger.operation(elsewhere, at: .sent)
        try begin("run-2")
        let limits = SpendLimits(run: gwei(10), day: gwei(10))
        #expect(try reserve("b", gwei(10), limits, run: "run-2") == nil)
    }

    @Test func whatARunTookToItsEndStaysOnItsBillAndIsNoOthers() throws {
        _ = try ledger.operation(operationIntent("ended", gwei(6)), at: .final)
        let left = try left("left", gwei(6), at: .included)
        let cost = try cost(left)
        try begin("run-2")
        _ = try ledger.markFinal(left.id, leaving: claim())
        let limits = SpendLimits(run: cost + gwei(5))
        #expect(try over(gwei(4), limits, run: "run-2", in: ledger) == nil)
        let over = try #require(try self.over(gwei(6), limits, run: "run-2", in: ledger))
        #expect(over.scope == .run && over.left == .zero)
        #expect(over.spent >= cost && over.spent < cost + gwei(1), "and not of what had ended before")
        try begin("run-3")
        #expect(try self.over(gwei(5), SpendLimits(run: gwei(5)), run: "run-3", in: ledger) == nil)
    }

    @Test func aReplacementIsOnTheBillOfTheRunThatSignsIt() throws {
        _ = try ledger.operation(operationIntent("done", gwei(6)), at: .final)
        let left = try left("left", gwei(4), at: .sent)
        try begin("run-2")
        #expect(try reserve("own", gwei(2), SpendLimits(run: gwei(8)), run: "run-2") == nil)
        func replace(in run: String?, _ most: Wei) throws -> ChainOperation {
            try ledger.recordSigned(
                left.id, rawTransaction: [1], hash: Keccak256.hash([1]), predictedAddress: nil, most: most,
                in: run, within: SpendLimits(run: gwei(8)))
        }
        #expect(throws: LedgerError.self) { try replace(in: nil, gwei(6)) }
        #expect(throws: LedgerError.self) { try replace(in: "run-2", gwei(7)) }
        #expect(try replace(in: "run-2", gwei(6)).attempts.count == 2)
    }

    @Test func aRunThatHasNotBegunStartsWithWhatIsOnItsWay() throws {
        let done = try ledger.operation(operationIntent("done", gwei(6)), at: .final)
        var wanted = operationIntent("left", gwei(6))
        wanted.value = gwei(2)
        let open = try ledger.plan(wanted)
        _ = try ledger.reserveNonce(open.id, latest: 0, pending: 0)
        #expect(try before(ledger).run == SpentBefore(), "nothing of it is signed")
        _ = try ledger.sign(open.id, Keccak256.hash([2]))
        let spent = try before(ledger)
        #expect(spent.run.most == gwei(6) && spent.run.least == gwei(2))
        let ended = try over(gwei(1), SpendLimits(day: try cost(done)), in: ledger).map(\.spent)
        #expect(spent.day.most == ended)
        #expect(spent.day.least == ended.map { Wei($0.value - gwei(4).value) })
        _ = try ledger.markForeign(open.id, usedBy: Keccak256.hash([3]))
        #expect(try before(ledger).run == SpentBefore())
    }

    // MARK: Paid

    private func paid(_ run: String) throws -> [Wei] {
        let paid = try ledger.paid(in: run, on: "sepolia", chainID: sepolia, genesisHash: genesis)
        return [paid.fees, paid.value]
    }

    @Test func whatARunPaidIsFeesAndTheValueOfWhatSucceeded() throws {
        #expect(try paid(Bench.run) == [.zero, .zero])
        func add(_ name: String, _ state: ChainOperation.State, kind: ChainOperation.Kind = .deploy) throws
            -> ChainOperation
        {
            var wanted = intent(name, kind: kind)
            wanted.value = Wei(1_000)
            return try ledger.operation(wanted, at: state)
        }
        let fee = try #require(try add("a", .final).inclusion).feePaid
        #expect(try paid(Bench.run) == [fee, Wei(1_000)])
        _ = try add("b", .reverted)
        #expect(try paid(Bench.run) == [fee * 2, Wei(1_000)])
        _ = try add("c", .sent)
        #expect(try paid(Bench.run) == [fee * 2, Wei(1_000)], "no block has it")
        _ = try add("d", .included)
        #expect(try paid(Bench.run) == [fee * 3, Wei(2_000)])
        let stranded = try add("e", .included, kind: .call)
        _ = try ledger.markStranded(stranded.id, error: "nothing was there")
        #expect(try paid(Bench.run) == [fee * 4, Wei(3_000)], "its value is gone")
        // What is left is the next run's too, as for its budget.
        try begin("run-2")
        #expect(try paid("run-2") == [fee, Wei(1_000)])
        #expect(
            try ledger.paid(in: Bench.run, on: "other", chainID: sepolia, genesisHash: genesis).fees == .zero)
    }

    /// Another machine with the same key did it: be it before anything was signed here, or in place of that.
    @Test(arguments: [false, true]) func whatOthersSignedIsNoneOfWhatARunPaid(_ isReplacement: Bool) throws {
        let id = try operation("a", gwei(6)).id
        _ = try ledger.reserveNonce(id, latest: 0, pending: 0)
        if isReplacement { _ = try ledger.sign(id, Keccak256.hash([1])) }
        let hash = Keccak256.hash([2])
        let bytes = [UInt8](repeating: 2, count: 9)
        if isReplacement {
            _ = try ledger.recordSigned(
                id, rawTransaction: bytes, hash: hash, predictedAddress: nil, isOthers: true)
        } else {
            _ = try ledger.recordSigned([
                SignedBytes(id, bytes, hash: hash, creates: nil, isOthers: true)
            ])
        }
        _ = try ledger.markSent(id)
        _ = try ledger.markIncluded(id, inclusion(hash))
        #expect(try paid(Bench.run) == [.zero, .zero])
        // The account is poorer all the same, so that it counts for budgets.
        #expect(try before(ledger).day.most > .zero)
        guard isReplacement else { return }
        let own = try ledger.markIncluded(id, inclusion(Keccak256.hash([1])))
        #expect(try paid(Bench.run)[0] == own.inclusion?.feePaid)
    }

    // MARK: Ways

    @Test func noBillIsASearchOfAllThatIsOnRecord() throws {
        for bill in [
            Bill.of(run: "run-1"), .onItsWay(on: "sepolia"), .since(0, on: "sepolia", in: "run-1"),
        ] {
            let plan = try ledger.read { database in
                let (rule, values) = try BilledNetwork("sepolia", sepolia, genesis).condition(bill)
                return try Row.fetchAll(
                    database,
                    sql:
                        "EXPLAIN QUERY PLAN SELECT sum(spend_gwei) FROM transactions WHERE \(rule) AND id <> ?",
                    arguments: values + [0]
                ).map { $0["detail"] as String }
            }
            #expect(plan.first == "SEARCH transactions USING INTEGER PRIMARY KEY (rowid=?)")
            let ways = plan.dropFirst().filter { $0.hasPrefix("SEARCH") || $0.hasPrefix("SCAN") }
            #expect(!ways.isEmpty)
            for way in ways {
                let isShort = ["run=?", "network=? AND state=?", "network=? AND updated_at>?"].contains {
                    way.contains($0)
                }
                #expect(isShort, "\(way)")
            }
        }
    }
}
