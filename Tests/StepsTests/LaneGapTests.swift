import EthereumTypes
import Model
import Testing

@testable import Ethereum
@testable import Ledger
@testable import Steps

/// Nonces that nobody uses, below one that was signed.
@Suite struct LaneGapTests {
    private typealias Bench = LaneBench

    /// A lane whose first transaction has nonce 9 where the chain counts 6.
    private func bench(_ rules: LaneRules = LaneRules(patience: .seconds(100))) -> (Bench, LaneTicket) {
        var bench = Bench(rules)
        let ticket = bench.submit()
        bench.answer(bench.next(), Bench.account(latest: 9))
        let send = bench.next()
        bench.answer(send, Bench.sent(.taken, for: send))
        bench.endpoints = Bench.answers(Bench.state(6), Bench.state(6))
        return (bench, ticket)
    }

    /// Goes on with a chain that counts so many and mines nothing, until something is sent that was not, or somebody is told an end.
    ///
    /// - Returns: What is to be sent, not done yet.
    private func goOn(_ bench: inout Bench, _ ticket: LaneTicket, counting count: UInt64) -> LaneMove? {
        let signed = Set(bench.journal.operations.flatMap(\.attempts).map(\.hash))
        for _ in 0..<500 where bench.failures(of: ticket).isEmpty {
            let move = bench.next()
            switch move {
            case .ask: bench.answer(move, Bench.account(latest: count))
            case .send(let offers):
                if !offers.allSatisfy({ signed.contains($0.attempt.hash) }) { return move }
                bench.answer(move, Bench.sent(.taken, for: move))
            case .look: bench.answer(move, Bench.nothing(count: count))
            case .rest(let until):
                guard let until else { return nil }
                bench.now = until
            default: return nil
            }
        }
        return nil
    }

    private func send(_ bench: inout Bench, _ move: LaneMove?) {
        guard let move else {
            Issue.record("nothing is sent")
            return
        }
        bench.answer(move, Bench.sent(.taken, for: move))
    }

    @Test func whatNothingFillsIsBlockedSoonAndSaysWhatToDo() throws {
        var (bench, ticket) = bench()
        #expect(goOn(&bench, ticket, counting: 6) == nil)
        let failure = try #require(bench.failure(of: ticket))
        #expect(failure.kind == .blocked)
        #expect(failure.code == "nonce-gap")
        let sender = LaneFakeSigner.address
        #expect(
            failure.message
                == "nonces 6–8 of \(sender) on 'sim' are open (every endpoint counts 6 transactions, its pool included), and "
                + "\(Lane.name(bench.journal.operations[0])) of deploy:token@sim waits for them")
        #expect(failure.message.contains("(nonce 9)"))
        #expect(
            failure.hint?.hasPrefix("send a transaction with each of these nonces from \(sender)") == true)
        #expect(bench.now < .seconds(8))
        #expect(bench.journal.operations.map(\.attempts.count) == [1])
    }

    @Test func thePersonWhoLooksIsToldBeforeThat() {
        var (bench, ticket) = bench()
        _ = goOn(&bench, ticket, counting: 6)
        let said = bench.told.compactMap {
            if $0.ticket == ticket, case .said(let words) = $0.notice { words } else { nil }
        }
        #expect(said.last?.hasPrefix("nonces 6–8 of ") == true, "\(said)")
    }

    /// The next run ends as soon, and goes on when they are filled.
    @Test func theNextRunIsBlockedTooUntilTheyAreFilled() throws {
        var (bench, first) = bench()
        _ = goOn(&bench, first, counting: 6)
        bench.restart()
        let attached = bench.attach()
        let second = try #require(attached)
        let started = bench.now
        #expect(goOn(&bench, second, counting: 6) == nil)
        #expect(bench.failures(of: second) == ["nonce-gap"])
        #expect(bench.now < started + .seconds(8))
        bench.restart()
        let again = bench.attach()
        let third = try #require(again)
        bench.endpoints = Bench.answers(Bench.state(9), Bench.state(9))
        let looked = bench.reach("look")
        let hash = bench.journal.operations[0].attempts[0].hash
        bench.answer(try #require(looked), try Bench.seen(hash, block: 10, head: 10))
        let deep = bench.reach("look")
        if let deep { bench.answer(deep, try Bench.seen(hash, block: 10, head: 10)) }
        _ = bench.next()
        #expect(bench.isConfirmed(third))
        #expect(bench.journal.operations.map(\.attempts.count) == [1])
    }

    @Test func whatHasNoNonceYetTakesTheOpenOnes() throws {
        var (bench, stuck) = bench()
        for _ in 0..<4 { _ = bench.reach("look").map { bench.answer($0, Bench.nothing(count: 6)) } }
        let others = [bench.submit("a"), bench.submit("b")]
        let move = goOn(&bench, stuck, counting: 6)
        guard case .send(let offers)? = move else {
            Issue.record("nothing fills the gap: \(bench.failures(of: stuck))")
            return
        }
        #expect(offers.map { bench.journal[$0.id].nonce } == [6, 7])
        #expect(bench.failures(of: stuck) == [])
        send(&bench, move)
        bench.endpoints = Bench.answers(Bench.state(6, pending: 8), Bench.state(6, pending: 8))
        // One is still missing: those two are waited for, then it is said.
        let inBlock = bench.reach("look")
        let hashes = bench.journal.operations.map { $0.attempts[0].hash }
        bench.answer(try #require(inBlock), try Bench.seen(hashes[1], block: 10, head: 10))
        let behind = bench.reach("look")
        bench.answer(try #require(behind), try Bench.seen(hashes[2], block: 10, head: 10))
        bench.endpoints = Bench.answers(Bench.state(8, head: 10), Bench.state(8, head: 10))
        #expect(goOn(&bench, stuck, counting: 8) == nil)
        #expect(others.allSatisfy { bench.failures(of: $0).isEmpty })
        #expect(bench.failure(of: stuck)?.message.hasPrefix("nonce 8 of ") == true)
        // A fourth takes it, though the first was given up.
        let last = bench.submit("c")
        let fill = goOn(&bench, last, counting: 8)
        guard case .send(let offers)? = fill else {
            Issue.record("nothing fills the rest: \(bench.failures(of: last))")
            return
        }
        #expect(offers.map { bench.journal[$0.id].nonce } == [8])
        #expect(bench.journal.operations.map(\.nonce) == [9, 6, 7, 8])
    }

    /// An earlier process left the one that waits; nothing new is signed beside such, but what lets it go on.
    @Test func whatAnEarlierProcessLeftIsFilledToo() throws {
        var (bench, _) = bench(LaneRules(inFlight: 1, patience: .seconds(100)))
        bench.restart()
        let attached = bench.attach()
        let stuck = try #require(attached)
        _ = bench.submit("a")
        guard case .send(let offers)? = goOn(&bench, stuck, counting: 6) else {
            Issue.record("nothing fills the gap: \(bench.failures(of: stuck))")
            return
        }
        #expect(offers.map { bench.journal[$0.id].nonce } == [6])
    }

    /// Somebody else's transaction is in a pool and goes later: the count that was right then is too high.
    @Test func aForeignTransactionThatIsDroppedLeavesAGap() throws {
        var bench = Bench()
        let ticket = bench.submit()
        bench.endpoints = Bench.answers(Bench.state(6, pending: 7))
        let seen = AccountAnswers(first: Bench.state(6, pending: 7), again: bench.endpoints)
        bench.answer(bench.next(), .account(seen, .legacy(Wei(3_000_000_000))))
        let move = bench.next()
        send(&bench, move)
        // While a pool has it nothing is open.
        while bench.now < .seconds(40) {
            let move = bench.next()
            switch move {
            case .look: bench.answer(move, Bench.nothing(count: 6))
            case .send: bench.answer(move, Bench.sent(.taken, for: move))
            case .rest(let until): bench.now = try #require(until)
            default: Issue.record("\(move) was not expected")
            }
        }
        #expect(bench.failures(of: ticket) == [])
        bench.endpoints = Bench.answers(Bench.state(6))
        #expect(goOn(&bench, ticket, counting: 6) == nil)
        #expect(bench.failure(of: ticket)?.message.hasPrefix("nonce 6 of ") == true)
        #expect(bench.now < .seconds(70))
    }

    @Test func aNodeThatLagsMakesNoGap() {
        var (bench, ticket) = bench()
        bench.endpoints = Bench.answers(Bench.state(9, head: 20), Bench.state(6, head: 18))
        _ = goOn(&bench, ticket, counting: 6)
        #expect(bench.failures(of: ticket) == ["not-mined"])
    }

    @Test func whereEndpointsDifferTheirWordsAreSaidAndNothingIsFilled() throws {
        var (bench, ticket) = bench()
        bench.endpoints = Bench.answers(Bench.state(9), Bench.state(6))
        for _ in 0..<4 { _ = bench.reach("look").map { bench.answer($0, Bench.nothing(count: 6)) } }
        let other = bench.submit("other")
        #expect(goOn(&bench, ticket, counting: 6) == nil)
        let failure = try #require(bench.failure(of: ticket))
        #expect(failure.code == "nonce-gap")
        #expect(
            failure.message.contains("(the endpoints differ: endpoint 1 counts 9, endpoint 2 counts 6)"),
            "\(failure.message)")
        #expect(bench.failures(of: other) == ["nonce-gap"])
        #expect(bench.journal.operations.filter { !$0.attempts.isEmpty }.count == 1)
    }

    /// Nodes that keep nothing behind a gap refuse it each time.
    @Test func whatANodeRefusesForTheGapSaysSo() {
        var bench = Bench()
        let ticket = bench.submit()
        bench.answer(bench.next(), Bench.account(latest: 9))
        bench.endpoints = Bench.answers(Bench.state(6))
        for _ in 0..<100 where bench.failures(of: ticket).isEmpty {
            let move = bench.next()
            switch move {
            case .send: bench.answer(move, Bench.sent(.notNow("nonce too high", after: nil), for: move))
            case .ask: bench.answer(move, Bench.account(latest: 6))
            case .rest(let until): bench.now = until ?? bench.now
            default: Issue.record("\(move) was not expected")
            }
        }
        #expect(bench.failures(of: ticket) == ["nonce-gap"])
        #expect(bench.now < .seconds(8))
    }

    /// No price has a block take it.
    @Test func whatWaitsBehindAGapIsNotReplaced() {
        var (bench, ticket) = bench(LaneRules(bumpAfter: .seconds(3), patience: .seconds(100)))
        _ = goOn(&bench, ticket, counting: 6)
        #expect(bench.failures(of: ticket) == ["nonce-gap"])
        #expect(bench.journal.operations.map(\.attempts.count) == [1])
    }

    /// A step that needs what is stuck cannot fill the gap, and does not wait for its deadline.
    @Test func whatRevertsWithoutItIsBlockedWithIt() {
        var (bench, stuck) = bench()
        let other = bench.submit("other", gasLimit: nil)
        let refusal = StepFailure(code: GasEstimates.wouldRevert, "it would revert")
        for _ in 0..<500 where bench.failures(of: stuck).isEmpty {
            let move = bench.next()
            switch move {
            case .estimate(let asked):
                bench.answer(move, .estimated(asked.mapValues { _ in .failure(refusal) }))
            case .look: bench.answer(move, Bench.nothing(count: 6))
            case .ask: bench.answer(move, Bench.account(latest: 6))
            case .rest(let until): bench.now = until ?? bench.now
            default: Issue.record("\(move) was not expected")
            }
        }
        #expect(bench.failures(of: stuck) == ["nonce-gap"])
        #expect(bench.failures(of: other) == ["nonce-gap"])
    }
}
