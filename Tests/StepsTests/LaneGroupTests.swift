import EthereumTypes
import Model
import Testing

@testable import Ethereum
@testable import Ledger
@testable import Steps

/// What is signed, recorded and sent together, and what becomes of each where a part goes wrong.
@Suite struct LaneGroupTests {
    private static let later = SendAnswer.notNow("txpool is full", after: nil)

    /// Three that are asked for at once, as far as the move that hands them over.
    private func three(
        _ rules: LaneRules = LaneRules(patience: .seconds(100))
    ) -> (LaneBench, [LaneTicket], LaneMove) {
        var bench = LaneBench(rules)
        let tickets = ["a", "b", "c"].map { bench.submit($0) }
        let move = bench.nextSend()
        return (bench, tickets, move)
    }

    private func nonces(_ move: LaneMove?, _ bench: LaneBench) -> [UInt64]? {
        guard case .send(let offers)? = move else { return nil }
        return offers.compactMap { bench.journal[$0.id].nonce }
    }

    private func states(_ bench: LaneBench) -> [ChainOperation.State] {
        bench.journal.operations.map(\.state)
    }

    // MARK: Together

    @Test func whatIsReadyIsRecordedInOneWriteAndSentInOneExchange() {
        var bench = LaneBench()
        for name in ["a", "b", "c"] { _ = bench.submit(name) }
        bench.answer(bench.next(), LaneBench.account())
        var writes: [String] = []
        var send: LaneMove?
        while send == nil {
            let move = bench.lane.next(at: bench.now)
            writes.append(LaneCensus.name(move))
            switch move {
            case .sign(_, let transaction, _):
                bench.answer(move, .signed(LaneFakeSigner.signed(transaction)))
            case .send: send = move
            default: bench.write(move)
            }
        }
        let each = ["plan", "reserve", "sign"]
        #expect(writes == each + each + each + ["record", "send"])
        #expect(nonces(send, bench) == [0, 1, 2])
        #expect(bench.journal.operations.allSatisfy { $0.attempts.count == 1 }, "durable before it is sent")
    }

    @Test func atMostAsManyGoTogetherAsTheNodeTakes() {
        var rules = LaneRules(patience: .seconds(100))
        rules.together = 2
        var (bench, _, move) = three(rules)
        #expect(nonces(move, bench) == [0, 1])
        bench.answer(move, LaneBench.sent(.taken, for: move))
        #expect(nonces(bench.next(), bench) == [2])
    }

    @Test func noMoreAreSignedThanMayBeOnTheirWay() {
        let (bench, _, move) = three(LaneRules(inFlight: 2, patience: .seconds(100)))
        #expect(nonces(move, bench) == [0, 1])
        #expect(bench.journal.operations.count == 2)
    }

    /// Who signs slowly does not hold up what is signed already.
    @Test func whatIsSignedDoesNotWaitLongForMore() {
        var bench = LaneBench()
        for name in ["a", "b", "c"] { _ = bench.submit(name) }
        while true {
            let move = bench.lane.next(at: bench.now)
            switch move {
            case .ask: bench.answer(move, LaneBench.account())
            case .sign(_, let transaction, _):
                bench.now += .milliseconds(400)
                bench.answer(move, .signed(LaneFakeSigner.signed(transaction)))
                bench.now += .milliseconds(400)
            case .send:
                #expect(nonces(move, bench) == [0])
                #expect(bench.journal.operations.count == 1)
                return
            default: bench.write(move)
            }
        }
    }

    // MARK: In part

    @Test func eachAnswerIsThatOfItsOwnTransaction() {
        var (bench, tickets, move) = three()
        bench.answer(move, .sent([.taken, .unknown, Self.later]))
        _ = bench.next()
        #expect(states(bench) == [.sent, .sent, .signed])
        bench.now += .milliseconds(300)
        #expect(nonces(bench.next(), bench) == [2], "only that one is offered again")
        #expect(tickets.allSatisfy { bench.failures(of: $0) == [] })
    }

    @Test func aRefusalBehindOneThatWasNotTakenSaysNothing() {
        var (bench, tickets, move) = three()
        for _ in 0..<4 {
            bench.answer(
                move, .sent([Self.later, .refused("nonce too far"), .notNow("nonce too high", after: nil)]))
            guard case .rest(let until) = bench.next(), let until else {
                Issue.record("something is done before the first may be offered again")
                return
            }
            bench.now = until
            move = bench.next()
            #expect(nonces(move, bench) == [0, 1, 2], "with those behind it")
        }
        bench.answer(move, LaneBench.sent(.taken, for: move))
        _ = bench.next()
        #expect(states(bench) == [.sent, .sent, .sent])
        #expect(tickets.allSatisfy { bench.failures(of: $0) == [] })
    }

    @Test func whatANodeHasBehindOneThatItDidNotTakeIsSent() {
        var (bench, _, move) = three()
        bench.answer(move, .sent([Self.later, .taken, .taken]))
        _ = bench.next()
        #expect(states(bench) == [.signed, .sent, .sent])
        bench.now += .milliseconds(300)
        #expect(nonces(bench.next(), bench) == [0])
    }

    @Test func behindARefusedOneWhatWasNotTakenIsToldAtOnceAndKept() {
        var (bench, tickets, move) = three()
        bench.answer(
            move, .sent([.taken, .refused("insufficient funds"), .refused("insufficient funds")]))
        let next = bench.next()
        if case .send = next { Issue.record("what was refused is sent again") }
        #expect(tickets.map { bench.failures(of: $0) } == [[], ["node-refused"], ["lane-blocked"]])
        #expect(states(bench) == [.sent, .signed, .signed])
        #expect(bench.now == .zero)
        // The next run offers the same bytes.
        let attempts = bench.journal.operations.map(\.attempts)
        bench.restart()
        for name in ["a", "b", "c"] { _ = bench.attach(name) }
        bench.answer(bench.next(), LaneBench.nothing())
        #expect(nonces(bench.nextSend(), bench) == [0, 1, 2])
        #expect(bench.journal.operations.map(\.attempts) == attempts)
    }

    @Test func oneThatPaysTooLittleIsReplacedAndThoseBehindItGoWithIt() {
        var (bench, _, move) = three()
        bench.answer(
            move,
            .sent([.underpriced("underpriced"), .underpriced("underpriced"), .underpriced("underpriced")]))
        let ask = bench.next()
        guard case .ask = ask else {
            Issue.record("\(ask) comes before the price")
            return
        }
        bench.answer(ask, LaneBench.account(gwei: 9))
        #expect(nonces(bench.nextSend(), bench) == [0, 1, 2])
        #expect(bench.journal.operations.map(\.attempts.count) == [2, 1, 1])
    }

    @Test func aNodeThatTakesNothingTogetherIsGivenOneAtATime() {
        var (bench, _, move) = three()
        bench.answer(move, .notTogether)
        for nonce in 0..<3 {
            let alone = bench.nextSend()
            #expect(nonces(alone, bench) == [UInt64(nonce)])
            // It may have taken one of the batch all the same.
            bench.answer(alone, LaneBench.sent(SendAnswer(Self.known), for: alone))
        }
        _ = bench.next()
        #expect(states(bench) == [.sent, .sent, .sent])
        #expect(bench.journal.operations.allSatisfy { $0.attempts.count == 1 })
    }

    private static let known = RPCFailure.node(
        NodeFault(
            method: "eth_sendRawTransaction", code: -32_000, message: "already known", revertData: nil))

    @Test func whatWasNotOfferedIsOfferedNext() {
        var (bench, _, move) = three()
        // Another chain answers, or none: nothing has left.
        bench.answer(move, .sent([.notNow("no answer", after: nil)]))
        bench.now += .milliseconds(300)
        #expect(nonces(bench.nextSend(), bench) == [0, 1, 2])
        #expect(states(bench) == [.signed, .signed, .signed])
    }

    // MARK: Gone before it is recorded

    /// Signs all three, and stops before their bytes are written.
    private func signed() -> (LaneBench, [LaneTicket], LaneMove) {
        var bench = LaneBench()
        let tickets = ["a", "b", "c"].map { bench.submit($0) }
        while true {
            let move = bench.lane.next(at: bench.now)
            switch move {
            case .ask: bench.answer(move, LaneBench.account())
            case .sign(let id, let transaction, _):
                bench.answer(move, .signed(LaneFakeSigner.signed(transaction)))
                if bench.journal[id].nonce == 2 { return (bench, tickets, move) }
            default: bench.write(move)
            }
        }
    }

    @Test func noNonceIsLeftOutWhereTheFirstOfThemLeaves() {
        var (bench, tickets, _) = signed()
        bench.lane.leave(tickets[0])
        let send = bench.nextSend()
        #expect(nonces(send, bench) == [0, 1])
        #expect(
            bench.journal.operations.map(\.state) == [.withdrawn, .withdrawn, .withdrawn, .signed, .signed])
        #expect(bench.journal.operations.suffix(2).map(\.intent.step.subject) == ["b@sim", "c@sim"])
        #expect(tickets.allSatisfy { bench.failures(of: $0) == [] })
    }

    @Test func whoLeavesWhileTheyAreRecordedLeavesASlotBehind() {
        var (bench, tickets, _) = signed()
        let record = bench.lane.next(at: bench.now)
        #expect(LaneCensus.name(record) == "record")
        bench.lane.leave(tickets[0])
        bench.write(record)
        #expect(nonces(bench.next(), bench) == [0, 1, 2])
        #expect(states(bench) == [.signed, .signed, .signed])
    }

    @Test func aWriteThatFailsRecordsNoneOfThem() {
        var (bench, tickets, _) = signed()
        let record = bench.lane.next(at: bench.now)
        bench.answer(record, .failed(LedgerError.diskFull(path: "state.db").failure))
        guard case .rest(nil) = bench.next() else {
            Issue.record("something is done with a ledger that cannot be relied on")
            return
        }
        #expect(states(bench) == [.nonce, .nonce, .nonce])
        #expect(tickets.allSatisfy { bench.failures(of: $0).count == 1 })
        bench.restart()
        _ = bench.submit("d")
        #expect(nonces(bench.nextSend(), bench) == [0])
    }
}
