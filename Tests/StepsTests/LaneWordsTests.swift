import Model
import Testing

@testable import Steps

/// What a lane says of what a step waits for: a deadline that ends the step says it again.
@Suite struct LaneWordsTests {
    private func last(_ ticket: LaneTicket, _ bench: LaneBench) -> String? {
        bench.told.reversed().lazy.compactMap {
            if $0.ticket == ticket, case .said(let words) = $0.notice { words } else { nil }
        }.first
    }

    @Test func itsTurn() {
        var bench = LaneBench()
        let first = bench.submit("a")
        #expect(last(first, bench) == nil)
        let second = bench.submit("b")
        _ = bench.nextSend()
        #expect(last(second, bench) == "waiting for its turn on 'sim', 1 ahead of it")
    }

    @Test func aBlockAndWhatTheNodeThatRefusesSays() {
        var bench = LaneBench()
        let ticket = bench.submit("a")
        let send = bench.nextSend()
        bench.answer(send, LaneBench.sent(.notNow("the pool is full", after: nil), for: send))
        let name = Lane.name(bench.journal.operations[0])
        #expect(
            last(ticket, bench)
                == "waiting for 'sim' to take \(name), which it refused with 'the pool is full'")
        bench.now += .seconds(1)
        bench.sendOne()
        #expect(last(ticket, bench) == "\(name) sent, waiting for a block")
    }

    @Test func aNodeThatDoesNotAnswerOnce() throws {
        var bench = LaneBench()
        let ticket = bench.submit("a")
        bench.sendOne()
        for _ in 0..<3 {
            guard let look = bench.reach("look") else { break }
            bench.answer(look, LaneBench.unavailable)
        }
        let words = bench.told.filter {
            if case .said(let words) = $0.notice { words.hasSuffix("cannot be used") } else { false }
        }
        #expect(words.count == 1)
        let name = Lane.name(bench.journal.operations[0])
        #expect(last(ticket, bench) == "waiting for \(name): network 'sim' cannot be used")
    }
}
