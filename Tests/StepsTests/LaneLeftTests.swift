import EthereumTypes
import Model
import Testing

@testable import Ethereum
@testable import Ledger
@testable import Steps

/// What an earlier process signed and nobody asks for any more.
@Suite struct LaneLeftTests {
    private func hash(_ bench: LaneBench, _ index: Int = 0) -> Hash {
        bench.journal.operations[index].attempts[0].hash
    }

    /// A lane whose first operation was signed, and handed to a node, by a process that is gone.
    private func left(_ rules: LaneRules = LaneRules(patience: .seconds(100))) -> LaneBench {
        var bench = LaneBench(rules)
        _ = bench.submit()
        bench.sendOne()
        bench.restart()
        return bench
    }

    private func watch(_ bench: inout LaneBench) -> LaneTicket {
        bench.lane.watch(bench.journal.operations[0].id, at: bench.now)
    }

    @Test func itIsLookedForAndNotSentWhereNothingWaitsBehindIt() {
        var bench = left()
        let ticket = watch(&bench)
        bench.answer(bench.next(), LaneBench.nothing())
        guard case .rest = bench.next() else {
            Issue.record("there is something left to do")
            return
        }
        #expect(bench.failures(of: ticket) == ["in-no-block"])
        #expect(bench.now == .zero)
        #expect(bench.journal.operations[0].state == .signed)
    }

    @Test func itIsSentAheadOfWhatWaitsBehindIt() {
        var bench = left()
        _ = bench.submit("other")
        bench.answer(bench.next(), LaneBench.nothing())
        guard case .send(let offers) = bench.nextSend() else {
            Issue.record("it is not sent")
            return
        }
        #expect(offers.map(\.id) == [bench.journal.operations[0].id])
    }

    /// One that was signed behind it, which a step of this process asks for.
    @Test func itIsSentAheadOfWhatWasSignedBehindIt() throws {
        var bench = LaneBench()
        _ = bench.submit()
        _ = bench.submit("other")
        bench.sendOne()
        bench.restart()
        let attached = bench.attach("other")
        _ = try #require(attached)
        bench.answer(bench.next(), LaneBench.nothing())
        guard case .send(let offers) = bench.nextSend() else {
            Issue.record("it is not sent")
            return
        }
        #expect(offers.map(\.id) == bench.journal.operations.map(\.id))
    }

    /// Nobody needs it where what is wanted comes before it.
    @Test func itIsNotSentWithWhatComesBeforeIt() throws {
        var bench = LaneBench()
        _ = bench.submit()
        _ = bench.submit("other")
        bench.sendOne()
        bench.restart()
        let attached = bench.attach()
        _ = try #require(attached)
        bench.answer(bench.next(), LaneBench.nothing())
        guard case .send(let offers) = bench.nextSend() else {
            Issue.record("what is wanted is not sent")
            return
        }
        #expect(offers.map(\.id) == [bench.journal.operations[0].id])
    }

    @Test func itsPatienceBeginsWhenSomethingWaitsBehindIt() {
        var bench = left()
        bench.now += .seconds(500)
        let ticket = bench.submit("other")
        bench.answer(bench.next(), LaneBench.nothing())
        guard case .send = bench.nextSend() else {
            Issue.record("it is not sent")
            return
        }
        #expect(bench.failures(of: ticket) == [])
    }

    @Test func itIsConfirmedInADeepBlock() throws {
        var bench = left(LaneTests.deep)
        let ticket = watch(&bench)
        bench.answer(bench.next(), try LaneBench.seen(hash(bench), block: 10, head: 10))
        let reached = bench.reach("look")
        let look = try #require(reached)
        #expect(!bench.isConfirmed(ticket))
        bench.answer(look, try LaneBench.seen(hash(bench), block: 10, head: 14))
        _ = bench.next()
        #expect(bench.isConfirmed(ticket))
    }

    @Test func whoeverWatchesIsToldWhereItsBlockIsGone() throws {
        var bench = left(LaneTests.deep)
        bench.answer(bench.next(), try LaneBench.seen(hash(bench), block: 10, head: 10))
        _ = bench.next()
        #expect(bench.journal.operations[0].state == .included)
        let ticket = watch(&bench)
        bench.answer(bench.next(), LaneBench.nothing(head: 14))
        _ = bench.next()
        #expect(bench.failures(of: ticket) == ["in-no-block"])
        #expect(bench.journal.operations[0].state == .sent)
    }

    @Test func whoeverWatchesDoesNotWaitForANodeThatDoesNotAnswer() {
        var bench = left()
        let ticket = watch(&bench)
        bench.answer(bench.next(), LaneBench.unavailable)
        _ = bench.next()
        #expect(bench.failures(of: ticket) == ["network-unavailable"])
    }
}
