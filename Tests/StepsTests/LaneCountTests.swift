import EthereumTypes
import Model
import Testing

@testable import Ethereum
@testable import Ledger
@testable import Steps

/// How many transactions an account has is not believed from one answer.
@Suite struct LaneCountTests {
    private typealias Bench = LaneBench

    private func agreed(
        _ first: AccountState, _ again: AccountState..., beyond known: UInt64 = 0
    ) -> UInt64? {
        let answers = again.map { AccountAnswer(endpoint: "endpoint", state: $0) }
        return AccountAnswers(first: first, again: answers).agreed(beyond: known)?.count
    }

    @Test func answersThatDifferAreNeitherTheLargestNorTheSmallest() {
        #expect(agreed(Bench.state(9)) == 9)
        #expect(agreed(Bench.state(9), Bench.state(9), Bench.state(9)) == 9)
        #expect(agreed(Bench.state(9), Bench.state(6)) == nil)
        #expect(agreed(Bench.state(9), Bench.state(9), Bench.state(6)) == nil)
        #expect(agreed(Bench.state(6, pending: 7), Bench.state(7)) == 7)
        // What the ledger has explains both.
        #expect(agreed(Bench.state(9), Bench.state(6), beyond: 9) == 9)
    }

    @Test func whoHasNotSeenTheNewestBlocksHasNoSay() {
        func newest(_ head: UInt64) -> UInt64? {
            let lagging = AccountAnswer(endpoint: "endpoint", state: Bench.state(6, head: head))
            return AccountAnswers(first: Bench.state(9, head: 20), again: [lagging]).newest(beyond: 0)?.count
        }
        #expect(newest(18) == 9)
        #expect(newest(19) == nil)
        #expect(newest(20) == nil)
    }

    @Test func aCountThatIsTooHighOnceIsAskedForAgain() {
        var bench = Bench()
        let ticket = bench.submit()
        let first = bench.next()
        guard case .ask(_, beyond: 0) = first else {
            Issue.record("\(first) comes first")
            return
        }
        bench.answer(first, Bench.account(latest: 9, again: Bench.answers(Bench.state(6), Bench.state(6))))
        guard case .rest(let until?) = bench.next() else {
            Issue.record("it is asked again at once, or signed")
            return
        }
        bench.now = until
        let again = bench.next()
        guard case .ask(price: false, _) = again else {
            Issue.record("\(again) comes then")
            return
        }
        bench.answer(again, Bench.account(latest: 6, again: Bench.answers(Bench.state(6), Bench.state(6))))
        guard case .send = bench.next() else {
            Issue.record("nothing is sent")
            return
        }
        #expect(bench.journal.operations.map(\.nonce) == [6])
        #expect(bench.failures(of: ticket) == [])
    }

    @Test func whatTheLedgerExplainsIsNotAskedForAgain() {
        var bench = Bench()
        _ = bench.submit()
        bench.sendOne()
        _ = bench.submit("other")
        bench.now += .seconds(3)
        guard case .ask(_, beyond: let known)? = bench.reach("ask") else {
            Issue.record("nothing is asked")
            return
        }
        #expect(known == 1)
        bench.restart()
        _ = bench.attach()
        #expect(bench.lane.known == 1)
    }

    /// Signed on neither, since one of both may leave a gap and the other be used.
    @Test func endpointsThatContradictEachOtherBlockBeforeAnythingIsSigned() throws {
        var bench = Bench()
        let tickets = [bench.submit(), bench.submit("other")]
        var asked = 0
        while bench.failures(of: tickets[0]).isEmpty, asked < 10 {
            switch bench.next() {
            case .ask(let price, let known):
                asked += 1
                bench.answer(
                    .ask(price: price, beyond: known),
                    Bench.account(latest: 9, again: Bench.answers(Bench.state(9), Bench.state(6))))
            case .rest(let until): bench.now = try #require(until)
            case let move: Issue.record("\(move) was not expected")
            }
        }
        #expect(asked == LaneRules.mostContradictions)
        #expect(bench.now < .seconds(5))
        #expect(tickets.map { bench.failures(of: $0) } == [["counts-differ"], ["counts-differ"]])
        let failure = try #require(bench.failure(of: tickets[0]))
        #expect(failure.kind == .blocked)
        #expect(
            failure.message
                == "how many transactions \(LaneFakeSigner.address) has sent on 'sim' is not certain: the first answer was 9, "
                + "endpoint 1 says 9, endpoint 2 says 6")
        #expect(bench.journal.operations.allSatisfy { $0.attempts.isEmpty })
    }
}
