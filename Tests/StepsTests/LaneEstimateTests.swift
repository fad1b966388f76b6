import EthereumTypes
import Model
import Testing

@testable import Ethereum
@testable import Ledger
@testable import Steps

/// What a lane asks of a chain, and how often: gas for many at once, receipts of few.
@Suite struct LaneEstimateTests {
    private static func required(_ move: LaneMove?) throws -> LaneMove { try #require(move) }

    private func asked(_ move: LaneMove) -> [LaneTicket]? {
        if case .estimate(let asked) = move { asked.keys.sorted() } else { nil }
    }

    private func looked(_ move: LaneMove?) -> Set<Hash>? {
        if case .look(let hashes, _, _, _)? = move { Set(hashes) } else { nil }
    }

    private func answers(_ tickets: [LaneTicket], _ answer: Result<UInt64, StepFailure>) -> LaneResult {
        .estimated(Dictionary(tickets.map { ($0, answer) }) { first, _ in first })
    }

    private let reverts = Result<UInt64, StepFailure>.failure(
        StepFailure(code: GasEstimates.wouldRevert, "it would revert"))

    private func isPlaced(_ ticket: LaneTicket, _ bench: LaneBench) -> Bool {
        bench.told.contains { if $0.ticket == ticket, case .placed = $0.notice { true } else { false } }
    }

    // MARK: Gas

    @Test func whatWaitsIsEstimatedTogetherAndSentInTheOrderOfAsking() {
        var bench = LaneBench()
        let tickets = ["a", "b", "c"].map { bench.submit($0, gasLimit: nil) }
        let move = bench.next()
        #expect(asked(move) == tickets)
        bench.answer(move, answers(tickets, .success(70_000)))
        guard case .send(let offers) = bench.nextSend() else {
            Issue.record("nothing is sent")
            return
        }
        #expect(offers.map { bench.journal[$0.id].nonce } == [0, 1, 2])
        #expect(bench.journal.operations.map(\.intent.step.subject) == ["a@sim", "b@sim", "c@sim"])
        #expect(
            bench.journal.operations.allSatisfy { $0.intent.spendReserved == Wei(70_000 * 3_000_000_000) })
    }

    @Test func oneThatCannotBeEstimatedEndsAloneAndHoldsUpNobody() {
        var bench = LaneBench()
        let tickets = ["a", "b"].map { bench.submit($0, gasLimit: nil) }
        let move = bench.next()
        let failure = StepFailure(.blocked, code: "over-plan", "it needs more than the plan allows")
        bench.answer(
            move, .estimated([tickets[0]: .failure(failure), tickets[1]: .success(70_000)]))
        bench.sendOne()
        #expect(bench.failures(of: tickets[0]) == ["over-plan"])
        #expect(bench.journal.operations.map(\.intent.step.subject) == ["b@sim"])
        #expect(bench.journal.operations.map(\.nonce) == [0])
    }

    @Test func whatWouldRevertBehindOthersIsEstimatedAgainWhenBlocksHaveThem() throws {
        var bench = LaneBench()
        _ = bench.submit("first")
        bench.sendOne()
        let second = bench.submit("second", gasLimit: nil)
        let early = bench.next()
        #expect(asked(early) == [second])
        bench.answer(early, answers([second], reverts))
        let look = try Self.required(bench.reach("look"))
        #expect(bench.failures(of: second) == [])
        let hash = bench.journal.operations[0].attempts[0].hash
        bench.answer(look, try LaneBench.seen(hash, block: 10, head: 10))
        let again = bench.next()
        #expect(asked(again) == [second])
        bench.answer(again, answers([second], reverts))
        #expect(bench.failures(of: second) == [GasEstimates.wouldRevert])
    }

    @Test func whoLeavesWhileGasIsEstimatedIsForgotten() {
        var bench = LaneBench()
        let first = bench.submit("a", gasLimit: nil)
        let second = bench.submit("b", gasLimit: nil)
        let move = bench.next()
        bench.lane.leave(first)
        bench.answer(move, answers([first, second], .success(70_000)))
        bench.sendOne()
        #expect(bench.journal.operations.map(\.intent.step.subject) == ["b@sim"])
    }

    @Test func onlyAsManyAreAskedForAheadOfTheirTurnAsMayBeOnTheirWay() {
        var bench = LaneBench(LaneRules(inFlight: 2, patience: .seconds(100)))
        let tickets = ["a", "b", "c"].map { bench.submit($0, gasLimit: nil) }
        let move = bench.next()
        #expect(tickets.map { isPlaced($0, bench) } == [true, true, false])
        #expect(asked(move) == Array(tickets.prefix(2)))
        bench.answer(move, answers(Array(tickets.prefix(2)), .success(70_000)))
        bench.sendOne()
        #expect(isPlaced(tickets[2], bench))
    }

    // MARK: Looks

    @Test func whereTheFirstIsInNoBlockTheOthersAreNotAskedFor() throws {
        var bench = LaneBench()
        for name in ["a", "b", "c", "d"] {
            _ = bench.submit(name)
            bench.sendOne()
        }
        let hashes = bench.journal.operations.map { $0.attempts[0].hash }
        for _ in 0..<2 {
            let look = try Self.required(bench.reach("look"))
            #expect(looked(look) == [hashes[0]])
            bench.answer(look, LaneBench.nothing())
        }
        let look = try Self.required(bench.reach("look"))
        bench.answer(look, try LaneBench.seen(hashes[0], block: 10, head: 10))
        let at = bench.now
        let rest = bench.next()
        #expect(looked(rest) == Set(hashes.dropFirst()), "they may be in the same block")
        #expect(bench.now == at)
    }

    @Test func blocksAreLookedForWhenTheyAreDue() {
        var clock = BlockClock(.seconds(16))
        #expect(!BlockClock(nil).isDue(at: .zero) && BlockClock(nil).due(after: .zero) == nil)
        func note(_ number: UInt64, _ seconds: Int) -> Bool { clock.note(number, at: .seconds(seconds)) }
        #expect(note(100, 3))
        #expect(clock.due(after: .seconds(3)) == nil, "nobody knows when that one came")
        #expect(!note(100, 9))
        #expect(note(101, 12))
        // It came between 9 and 12.
        #expect(clock.due(after: .seconds(12)) == .seconds(25))
        #expect(!note(101, 25))
        #expect(clock.isDue(at: .seconds(25)))
        #expect(note(102, 26))
        #expect(clock.due(after: .seconds(26)) == .seconds(41))
        #expect(!note(101, 30), "a node that lags")
        #expect(note(105, 80))
        #expect(clock.due(after: .seconds(80)) == .seconds(81), "what is overdue is looked for soon")
    }
}
