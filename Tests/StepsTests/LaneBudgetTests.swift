import EthereumTypes
import Model
import Testing

@testable import Ethereum
@testable import Ledger
@testable import Steps

/// What a lane does where the budget allows one transaction at its most, and another only when that has ended.
@Suite struct LaneBudgetTests {
    /// Each may cost 300,000 gwei, and costs almost nothing.
    private static func bench(_ most: UInt128 = 500_000) -> LaneBench {
        LaneBench(LaneRules(patience: .seconds(100), limits: SpendLimits(run: Wei(most * 1_000_000_000))))
    }

    private func step(_ name: String) -> StepID { .deploy(name, on: "sim") }

    /// Sends the first of two; the second waits for what it reserved.
    private func waiting() throws -> (bench: LaneBench, first: LaneTicket, second: LaneTicket) {
        var bench = Self.bench()
        let tickets = ["a", "b"].map { bench.submit($0) }
        bench.sendOne()
        #expect(tickets.allSatisfy { bench.failures(of: $0) == [] })
        return (bench, tickets[0], tickets[1])
    }

    private func states(_ bench: LaneBench) -> [ChainOperation.State] {
        bench.journal.operations.map(\.state)
    }

    private func said(_ ticket: LaneTicket, _ bench: LaneBench) -> [String] {
        bench.told.compactMap {
            if $0.ticket == ticket, case .said(let words) = $0.notice { words } else { nil }
        }
    }

    @Test func whatFitsWhenTheOneOnItsWayHasEndedWaitsForItAndIsSentThen() throws {
        var (bench, first, second) = try waiting()
        _ = bench.next()
        #expect(states(bench) == [.sent, .withdrawn], "what waits holds no nonce")
        #expect(
            said(second, bench).suffix(1) == [
                "waiting until something on its way ends: the budget of network 'sim' allows 0.0005 ether a run; "
                    + "0.0003 ether is spent or reserved, and this needs up to 0.0003"
            ])
        let look = try required(bench.reach("look"))
        let hash = bench.journal.operations[0].attempts[0].hash
        bench.answer(look, try LaneBench.seen(hash, block: 10, head: 10))
        while !bench.isConfirmed(first) { bench.now += .seconds(1); _ = bench.next() }
        #expect(states(bench) == [.included, .withdrawn], "it counts at its most until it has ended")
        _ = try bench.journal.finish(bench.journal.operations[0].id)
        bench.journal.atWork.remove(step("a"))
        bench.now += .seconds(3)
        bench.sendOne()
        #expect(bench.journal.operations.last?.nonce == 1)
        #expect(bench.journal.operations.last?.intent.step == step("b"))
        #expect(bench.failures(of: second) == [])
    }

    @Test func itIsBlockedAsSoonAsNobodyTakesTheOthersToTheirEnd() throws {
        var (bench, _, second) = try waiting()
        bench.journal.atWork.remove(step("a"))
        bench.now += .milliseconds(100)
        _ = bench.next()
        #expect(bench.failures(of: second) == ["over-budget"])
        #expect(states(bench) == [.sent, .withdrawn])
    }

    @Test func whatFitsBesideNothingIsNotWaitedFor() throws {
        var bench = Self.bench(299_999)
        let ticket = bench.submit("a")
        _ = bench.nextSend()
        #expect(bench.failures(of: ticket) == ["over-budget"])
    }

    @Test func whoLeavesWhileItWaitsLetsTheNextOneHaveItsTurn() throws {
        var (bench, _, second) = try waiting()
        let third = bench.submit("c", gasLimit: 10_000)
        bench.lane.leave(second)
        bench.sendOne()
        #expect(bench.journal.operations.last?.intent.step == step("c"))
        #expect(bench.journal.operations.last?.nonce == 1)
        #expect(bench.failures(of: third) == [])
    }

    @Test func aWaitEndsAtItsDeadlineWithWhatItWaitedFor() throws {
        var (bench, _, second) = try waiting()
        while bench.failures(of: second) == [] {
            guard case .rest(let until?) = try required(bench.reach("rest")) else { break }
            bench.now = until
        }
        #expect(bench.failures(of: second) == ["over-budget"])
    }

    @Test func itIsLookedAtAfterEverLongerWaits() throws {
        var (bench, first, _) = try waiting()
        let look = try required(bench.reach("look"))
        let hash = bench.journal.operations[0].attempts[0].hash
        bench.answer(look, try LaneBench.seen(hash, block: 10, head: 10))
        while !bench.isConfirmed(first) { bench.now += .milliseconds(5); _ = bench.next() }
        // Its step has not ended, and nothing else is due meanwhile.
        var waits: [Duration] = []
        while waits.last != .seconds(2), waits.count < 20 {
            guard case .rest(let until?) = bench.next() else { break }
            waits.append(until - bench.now)
            bench.now = until
        }
        #expect(
            waits.suffix(4) == [.milliseconds(400), .milliseconds(800), .milliseconds(1_600), .seconds(2)])
    }

    @Test func aWaitEndsWithTheLatestAnswer() throws {
        var (bench, _, second) = try waiting()
        _ = bench.next()
        let wait = try #require(bench.lane.wishes.first?.budgetWait)
        let latest = StepFailure(.blocked, code: "less-is-left", "others took it")
        bench.answer(.weigh(second, wait.intent), .notYet(latest))
        bench.now = .seconds(101)
        _ = bench.next()
        #expect(bench.failures(of: second) == ["less-is-left"])
    }

    private func required(_ move: LaneMove?) throws -> LaneMove { try #require(move) }

    // MARK: Funds

    /// Answers whoever asks with a balance, until something else is to be done.
    private func next(_ bench: inout LaneBench, gwei: UInt128) -> LaneMove {
        while true {
            let move = bench.next()
            guard case .ask = move else { return move }
            let account = AccountState(
                latest: 0, pending: 0, balance: Wei(gwei * 1_000_000_000), head: 0)
            bench.answer(move, .account(AccountAnswers(first: account), .legacy(Wei(3_000_000_000))))
        }
    }

    /// Sends the first of two, each of which may cost 300,000 gwei of 500,000, and shows it in a block.
    private func waitingForFunds() throws -> (bench: LaneBench, second: LaneTicket) {
        var bench = LaneBench()
        let tickets = ["a", "b"].map { bench.submit($0) }
        let send = next(&bench, gwei: 500_000)
        bench.answer(send, LaneBench.sent(.taken, for: send))
        #expect(bench.journal.operations.map(\.intent.step) == [step("a")])
        let hash = bench.journal.operations[0].attempts[0].hash
        var look = next(&bench, gwei: 500_000)
        while case .rest(let until?) = look {
            bench.now = until
            look = next(&bench, gwei: 500_000)
        }
        #expect(
            said(tickets[1], bench).suffix(1) == [
                "waiting until a block has what is on its way: \(bench.lane.context.sender) has 0.0005 ether on 'sim' and this needs up to "
                    + "0.0003 ether beside 0.000299 ether for what is on its way"
            ])
        bench.answer(look, try LaneBench.seen(hash, block: 10, head: 10))
        return (bench, tickets[1])
    }

    @Test func whatTheSenderCanPayForWhenABlockHasTheOthersWaitsForThat() throws {
        var (bench, second) = try waitingForFunds()
        let send = next(&bench, gwei: 300_000)
        bench.answer(send, LaneBench.sent(.taken, for: send))
        #expect(bench.journal.operations.map(\.intent.step) == [step("a"), step("b")])
        #expect(bench.failures(of: second) == [])
    }

    @Test func whatTheSenderHasThenIsAskedForAnew() throws {
        var (bench, second) = try waitingForFunds()
        _ = next(&bench, gwei: 299_999)
        #expect(bench.failures(of: second) == ["insufficient-funds"])
    }

    @Test func whatTheSenderCannotPayForAtAllIsNotWaitedFor() {
        var bench = LaneBench()
        let tickets = ["a", "b"].map { bench.submit($0, gasLimit: $0 == "a" ? 50_000 : 200_000) }
        let send = next(&bench, gwei: 500_000)
        bench.answer(send, LaneBench.sent(.taken, for: send))
        #expect(bench.failures(of: tickets[0]) == [])
        #expect(bench.failures(of: tickets[1]) == ["insufficient-funds"])
    }

    @Test func aWaitForFundsEndsAtItsDeadlineWithWhatItWaitedFor() throws {
        var bench = LaneBench()
        let tickets = ["a", "b"].map { bench.submit($0) }
        let send = next(&bench, gwei: 500_000)
        bench.answer(send, LaneBench.sent(.taken, for: send))
        while bench.failures(of: tickets[1]) == [] {
            let move = try required(bench.reach("rest"))
            guard case .rest(let until?) = move else { break }
            bench.now = until
        }
        #expect(bench.failures(of: tickets[1]) == ["insufficient-funds"])
    }

    @Test func whatNobodyLooksForAnyMoreIsNotWaitedFor() throws {
        var bench = LaneBench()
        _ = bench.submit("a")
        let send = next(&bench, gwei: 500_000)
        bench.answer(send, LaneBench.sent(.taken, for: send))
        bench.now = .seconds(50)
        let second = bench.submit("b")
        _ = next(&bench, gwei: 500_000)
        #expect(bench.failures(of: second) == [])
        // The first came to its deadline; it may cost what it may all the same.
        bench.now = .seconds(101)
        _ = next(&bench, gwei: 500_000)
        #expect(bench.failures(of: second) == ["insufficient-funds"])
    }
}
