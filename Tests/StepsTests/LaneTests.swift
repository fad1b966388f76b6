import EthereumTypes
import Model
import Testing

@testable import Ethereum
@testable import Ledger
@testable import Steps

/// What seeds of ``LaneSimulation`` and reading have found, each as small as it gets.
@Suite struct LaneTests {
    static let deep = LaneRules(confirmations: .blocks(3), patience: .seconds(100))

    private static func required(_ move: LaneMove?) throws -> LaneMove { try #require(move) }

    private func hash(_ bench: LaneBench, _ index: Int = 0) -> Hash {
        bench.journal.operations[index].attempts[0].hash
    }

    /// Seed 77 of ``LaneSimulation``: the ledger refused to withdraw what had just been signed, and the whole lane broke down.
    @Test func whoeverLeavesWhileTheBytesAreWrittenBreaksNothing() {
        var bench = LaneBench()
        let ticket = bench.submit()
        bench.answer(bench.next(), LaneBench.account())
        while true {
            let move = bench.lane.next(at: bench.now)
            if case .record = move {
                bench.lane.leave(ticket)
                bench.write(move)
                break
            }
            if case .sign(_, let transaction, _) = move {
                bench.answer(move, .signed(LaneFakeSigner.signed(transaction)))
            } else {
                bench.write(move)
            }
        }
        let other = bench.submit("other")
        guard case .send(let offers) = bench.next() else {
            Issue.record("what was signed is not sent")
            return
        }
        #expect(offers.map(\.id) == bench.journal.operations.map(\.id))
        #expect(bench.failures(of: other) == [])
        #expect(bench.journal.operations.map(\.state) == [.signed, .signed])
    }

    /// Seed 136: a receipt from before anybody waited, and a head from long after, confirmed a block that was gone.
    @Test func aReceiptFromBeforeAnybodyWaitedConfirmsNothing() throws {
        var bench = LaneBench(Self.deep)
        _ = bench.submit()
        bench.sendOne()
        bench.restart()
        let first = bench.next()
        bench.answer(first, try LaneBench.seen(hash(bench), block: 10, head: 10))
        _ = bench.submit("other")
        bench.sendOne()
        let second = try Self.required(bench.reach("look"))
        bench.answer(second, LaneBench.nothing(head: 15))
        #expect(bench.journal.operations[0].state == .included)
        let attached = bench.attach()
        let ticket = try #require(attached)
        let look = bench.next()
        #expect(!bench.isConfirmed(ticket))
        guard case .look(let hashes, _, _, _) = look else {
            Issue.record("its receipt is not read again: \(look)")
            return
        }
        #expect(hashes.contains(hash(bench)))
        bench.answer(look, try LaneBench.seen(hash(bench), block: 10, head: 15))
        _ = bench.next()
        #expect(bench.isConfirmed(ticket))
    }

    /// Seed 17: the next one had the nonce behind, and waited for a transaction that nobody was going to sign.
    @Test func whatFailsBeforeItIsSignedGivesItsNonceBack() {
        var bench = LaneBench()
        let ticket = bench.submit()
        bench.answer(bench.next(), LaneBench.account())
        while true {
            let move = bench.lane.next(at: bench.now)
            bench.write(move)
            if case .reserve = move { break }
        }
        bench.now += .seconds(5)
        bench.answer(bench.next(), LaneBench.unavailable)
        #expect(bench.failures(of: ticket) == ["network-unavailable"])
        _ = bench.submit("other")
        _ = bench.nextSend()
        #expect(bench.journal.operations.map(\.state) == [.withdrawn, .signed])
        #expect(bench.journal.operations.map(\.nonce) == [0, 0])
    }

    @Test func patienceEndsForWhatHasANonceToo() {
        var bench = LaneBench()
        let ticket = bench.submit()
        bench.answer(bench.next(), LaneBench.account())
        while true {
            let move = bench.lane.next(at: bench.now)
            bench.write(move)
            if case .reserve = move { break }
        }
        bench.now += .seconds(101)
        guard case .rest(nil) = bench.next() else {
            Issue.record("there is something left to do")
            return
        }
        #expect(bench.failures(of: ticket) == ["not-sent"])
        #expect(bench.journal.operations.map(\.state) == [.withdrawn])
    }

    @Test func whatWaitsBehindARefusedOneIsToldAtOnce() {
        var bench = LaneBench()
        let first = bench.submit()
        let second = bench.submit("other")
        let send = bench.nextSend()
        bench.answer(send, LaneBench.sent(.refused("the fee exceeds the configured cap"), for: send))
        guard case .rest(nil) = bench.next() else {
            Issue.record("there is something left to do")
            return
        }
        #expect(bench.failures(of: first) == ["node-refused"])
        #expect(bench.failures(of: second) == ["lane-blocked"])
        #expect(bench.now == .zero)
    }

    @Test func aDeepBlockThatNobodyWaitsForIsNotAskedForWithoutRest() throws {
        var bench = LaneBench(Self.deep)
        let first = bench.submit()
        bench.sendOne()
        _ = bench.submit("other")
        bench.sendOne()
        let look = try Self.required(bench.reach("look"))
        bench.answer(look, try LaneBench.seen(hash(bench), block: 10, head: 10))
        bench.lane.leave(first)
        let second = try Self.required(bench.reach("look"))
        bench.answer(second, try LaneBench.seen(hash(bench, 1), block: 14, head: 14))
        _ = bench.next()
        #expect(bench.journal.operations.map(\.state) == [.included, .included])
        for _ in 0..<5 {
            let third = try Self.required(bench.reach("look"))
            bench.answer(third, LaneBench.nothing(head: 14))
            let move = bench.next()
            guard case .rest = move else {
                Issue.record("\(move) comes without a rest")
                return
            }
        }
    }

    @Test func aPriceThatCannotBeAskedForIsAskedForAgain() {
        var bench = LaneBench(LaneRules(bumpAfter: .seconds(20), patience: .seconds(100)))
        _ = bench.submit()
        bench.sendOne()
        var asked = 0
        while bench.now < .seconds(60), bench.journal.operations[0].attempts.count == 1 {
            let move = bench.next()
            switch move {
            case .ask:
                asked += 1
                bench.answer(move, asked == 1 ? LaneBench.unavailable : LaneBench.account())
            case .look: bench.answer(move, LaneBench.nothing())
            case .send: bench.answer(move, LaneBench.sent(.taken, for: move))
            case .rest(let until): bench.now = until ?? .seconds(1_000)
            default:
                Issue.record("\(move) was not expected")
                return
            }
        }
        #expect(bench.journal.operations[0].attempts.count == 2)
        #expect(bench.now < .seconds(40))
        #expect(Set(bench.journal.operations.compactMap(\.nonce)) == [0])
    }

    @Test func bytesThatCannotBeReadEndTheStepAndNotTheProcess() {
        var bench = LaneBench()
        let ticket = bench.submit()
        let damage = StepFailure(.blocked, code: "damaged-journal", "the bytes are no transaction")
        bench.answer(bench.nextSend(), .failed(damage))
        #expect(bench.failures(of: ticket) == ["damaged-journal"])
    }

    @Test func whatAskedForMoreIsOfferedAgainWhenItsBlockIsGone() throws {
        var bench = LaneBench(Self.deep)
        _ = bench.submit()
        bench.sendOne()
        _ = bench.submit("other")
        bench.sendOne()
        let other = bench.journal.operations[1].id
        // Fifteen seconds later a node says that it asks for more; it is not the first one, and so is not replaced.
        var move = bench.reach("send")
        while case .send(let offers)? = move, !offers.contains(where: { $0.id == other }) {
            bench.answer(.send(offers), .sent(offers.map { _ in .taken }))
            move = bench.reach("send")
        }
        guard case .send(let again)? = move else {
            Issue.record("it is not sent again")
            return
        }
        bench.answer(.send(again), .sent(again.map { $0.id == other ? .nonceHeld : .taken }))
        let found = try Self.required(bench.reach("look"))
        bench.answer(found, try LaneBench.seen(hash(bench, 1), block: 10, head: 10))
        _ = bench.next()
        #expect(bench.journal.operations.map(\.state) == [.sent, .included])
        for _ in 0..<3 {
            let gone = try Self.required(bench.reach("look"))
            bench.answer(gone, LaneBench.nothing(head: 12))
            guard case .send(let offers) = bench.next() else { continue }
            #expect(offers.map(\.id) == [other])
            return
        }
        Issue.record("it is not offered again")
    }

    @Test func whatAnEarlierProcessLeftIsLookedUpBeforeItIsReplaced() throws {
        var bench = LaneBench(LaneRules(bumpAfter: .seconds(5), patience: .seconds(100)))
        _ = bench.submit()
        bench.sendOne()
        bench.restart()
        _ = bench.attach()
        while bench.now < .seconds(10) {
            let move = bench.next()
            switch move {
            case .look: bench.answer(move, LaneBench.unavailable)
            case .rest(let until): bench.now = try #require(until)
            default:
                Issue.record("\(move) comes before it was looked up")
                return
            }
        }
        #expect(bench.journal.operations[0].attempts.count == 1)
    }
}
