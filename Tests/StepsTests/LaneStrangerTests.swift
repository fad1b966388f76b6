import EthereumTypes
import Model
import Testing

@testable import Ethereum
@testable import Ledger
@testable import Steps

/// Transactions of the lane's key that are on no record: another machine's, or a lost record's.
@Suite struct LaneStrangerTests {
    private static let token = Array("token".utf8)

    /// A lane with one transaction of its own on record, and what others sent since, from nonce 1 on.
    private func bench(
        _ strangers: LaneStranger...,
        began: UInt64 = 1,
        needsApproval: Bool = false
    ) -> LaneBench {
        var bench = LaneBench(LaneRules(patience: .seconds(300)))
        bench.begin(LaneRecord(nonces: [0], began: began), needsApproval: needsApproval)
        bench.strangers = strangers
        return bench
    }

    /// Goes on until it sends or rests, with so many transactions in blocks.
    private func sent(_ bench: inout LaneBench, count: UInt64, pending: UInt64? = nil) -> LaneMove {
        for _ in 0..<500 {
            let move = bench.next()
            switch move {
            case .ask:
                bench.answer(move, LaneBench.account(latest: count, pending: pending ?? count))
            case .rest(let until?): bench.now = until
            default: return move
            }
        }
        return .rest(until: nil)
    }

    private func looked(_ move: LaneMove) -> [Hash] {
        if case .look(let hashes, _, _, _) = move { hashes } else { [] }
    }

    private func offered(_ move: LaneMove) -> [Hash] {
        if case .send(let offers) = move { offers.map(\.attempt.hash) } else { [] }
    }

    @Test func whatSomebodyElseSentMeanwhileIsTakenOver() throws {
        let stranger = LaneStranger(2, data: Self.token)
        var bench = bench(.other(1), stranger)
        let ticket = bench.submit()
        let move = sent(&bench, count: 3)
        #expect(bench.inspected == [[1, 2]])
        #expect(looked(move) == [stranger.hash], "a block has it, and nothing is sent")
        bench.answer(move, try LaneBench.seen(stranger.hash, block: 4, head: 4))
        _ = bench.next()
        #expect(bench.isConfirmed(ticket))
        let operation = try #require(bench.journal.operations.last)
        #expect(operation.nonce == 2 && operation.attempts.map(\.hash) == [stranger.hash])
        #expect(operation.intent.spendReserved == .zero, "no budget refuses what is paid for")
    }

    @Test func whatComesBetweenTheIntentAndTheNonceIsTakenOverToo() {
        let stranger = LaneStranger(1, data: Self.token)
        var bench = bench(stranger)
        _ = bench.submit()
        let ask = bench.next()
        bench.answer(ask, LaneBench.account(latest: 1))
        for _ in 0..<10 {
            let move = bench.lane.next(at: bench.now)
            bench.write(move)
            if case .plan = move { break }
        }
        #expect(bench.journal.operations.map(\.state) == [.planned])
        // What is known of the account is old by now.
        bench.now += .seconds(3)
        #expect(looked(sent(&bench, count: 2)) == [stranger.hash])
        #expect(bench.journal.operations.map(\.nonce) == [1])
    }

    @Test func oneTransactionIsOneOfTwoThatAreAlike() {
        var bench = bench(LaneStranger(1, data: Self.token))
        for name in ["first", "second"] { _ = bench.submit(name, data: Self.token) }
        let move = sent(&bench, count: 2)
        #expect(offered(move).count == 1)
        #expect(bench.journal.operations.compactMap(\.nonce) == [1, 2])
    }

    @Test(arguments: [
        LaneStranger(1, data: Array("other".utf8)),
        LaneStranger(1, to: .zero, data: Self.token),
        LaneStranger(1, value: Wei(1), data: Self.token),
        LaneStranger(1, data: Self.token, succeeded: false),
        LaneStranger(1, data: Self.token, markedAs: 100_000 + 4_096, gasLimit: 100_001),
    ])
    func whatIsAnotherIsLeftAlone(_ stranger: LaneStranger) {
        var bench = bench(stranger)
        _ = bench.submit()
        let move = sent(&bench, count: 2)
        #expect(offered(move).count == 1 && offered(move) != [stranger.hash])
    }

    @Test func whatIsThereAndCannotBeReadStopsWhatWouldDoItAgain() {
        var bench = bench(LaneStranger(1, data: Self.token, isReadable: false))
        let ticket = bench.submit()
        #expect(offered(sent(&bench, count: 2)) == [])
        #expect(bench.failures(of: ticket) == ["sent-elsewhere"])
    }

    // MARK: How far back

    @Test func whatIsDoneAnewEachTimeIsNotWhatWasThereBefore() {
        for (reach, isTaken) in [
            (TransactionRequest.Reach.ever, true), (.since(block: 4), true), (.since(block: 5), false),
            (.thisRun, false),
        ] {
            let stranger = LaneStranger(1, data: Self.token, block: 5)
            var bench = bench(stranger, began: 2)
            _ = bench.submit(reach: reach)
            #expect((looked(sent(&bench, count: 2)) == [stranger.hash]) == isTaken, "\(reach)")
        }
        var bench = bench(LaneStranger(1, data: Self.token), began: 1)
        _ = bench.submit(reach: .thisRun)
        #expect(looked(sent(&bench, count: 2)) == [LaneStranger(1, data: Self.token).hash], "it came since")
    }

    @Test func whereNothingIsOnRecordTheLastOnesAreLookedAt() {
        let stranger = LaneStranger(63, data: Self.token)
        for (count, isTaken) in [(300 as UInt64, true), (320, false)] {
            var bench = LaneBench()
            bench.strangers = [stranger]
            _ = bench.submit()
            #expect((looked(sent(&bench, count: count)) == [stranger.hash]) == isTaken)
            #expect(bench.inspected == [Array(count - 256..<count)])
        }
    }

    @Test func whatIsOnNoRecordBetweenWhatIsIsLookedAtHoweverFarBack() {
        let lost = LaneStranger(2, data: Self.token)
        for (known, isTaken) in [(Set<UInt64>([0, 1] + (3..<450)), true), (Set(3..<450), false)] {
            var bench = LaneBench()
            bench.begin(LaneRecord(nonces: known, began: 450))
            bench.strangers = [lost]
            _ = bench.submit()
            #expect((looked(sent(&bench, count: 450)) == [lost.hash]) == isTaken)
            #expect(bench.inspected == (isTaken ? [[2]] : []))
        }
    }

    @Test func equalOnesOfTheSameKeyAreToldApartByTheirMarks() {
        var bench = bench(
            LaneStranger(1, data: Self.token, markedAs: 100_000 + 4_096, gasLimit: 100_001),
            LaneStranger(2, data: Self.token, gasLimit: 70_000))
        _ = bench.submit()
        #expect(looked(sent(&bench, count: 3)) == [LaneStranger(2, data: Self.token, gasLimit: 70_000).hash])
    }

    /// What offers all that the network allows has no room for a mark: its gas limit tells.
    @Test func atTheCapTheGasLimitHasTheMark() throws {
        let cap = Wei(3_000_000_000)
        for (limit, isTaken) in [(95_904 as UInt64, true), (95_905, false)] {
            var bench = LaneBench(fees: Fees.Settings(maxFeePerGas: cap))
            let stranger = LaneStranger(1, data: Self.token, gasLimit: limit, cap: cap)
            bench.begin(LaneRecord(nonces: [0], began: 1))
            bench.strangers = [stranger]
            _ = bench.submit()
            let move = sent(&bench, count: 2)
            #expect((looked(move) == [stranger.hash]) == isTaken)
            guard !isTaken, case .send(let offers) = move else { continue }
            let signed = try SignedTransaction(raw: offers[0].attempt.rawTransaction).transaction
            #expect(signed.maxFeePerGas == cap, "a lower price may be none that blocks take")
        }
    }

    @Test func whatIsOnRecordElsewhereIsNoStranger() {
        let made = Address.created(by: LaneFakeSigner.address, nonce: 1)
        let call = LaneStranger(2, to: .zero, data: [1])
        var bench = LaneBench()
        bench.begin(LaneRecord(nonces: [0], addresses: [made], hashes: [call.hash], began: 3))
        bench.strangers = [call]
        _ = bench.submit(to: .zero, data: [1])
        let move = sent(&bench, count: 3)
        #expect(bench.inspected == [[2]], "nonce 1 created what is on record")
        #expect(offered(move) != [call.hash])
    }

    /// A process that was killed had given it to one of its own, and signed nothing.
    @Test func aNonceThatWasGivenAndNotUsedIsLookedAtWhereSomebodyUsedIt() throws {
        var bench = LaneBench()
        _ = bench.submit()
        bench.answer(bench.next(), LaneBench.account(latest: 0))
        for _ in 0..<10 where bench.journal.operations.first?.nonce == nil {
            bench.write(bench.lane.next(at: bench.now))
        }
        #expect(bench.journal.operations.map(\.state) == [.nonce])
        let stranger = LaneStranger(0, data: Self.token)
        bench.restart()
        bench.strangers = [stranger]
        _ = bench.submit()
        #expect(looked(sent(&bench, count: 1)) == [stranger.hash])
    }

    // MARK: Reorganised

    @Test func whatAReorganisationTookAwayIsWaitedForBeforeItsNonceIsGiven() {
        let stranger = LaneStranger(2, data: Self.token)
        var bench = bench(.other(1), stranger)
        bench.waiting = [2]
        _ = bench.submit()
        var counts: [UInt64] = [3, 1, 1, 3]
        var move = LaneMove.rest(until: nil)
        for _ in 0..<500 {
            move = bench.next()
            if case .ask = move {
                let count = counts.count > 1 ? counts.removeFirst() : counts[0]
                if counts.count == 1 { bench.waiting = [] }
                bench.answer(move, LaneBench.account(latest: count))
            } else if case .rest(let until?) = move {
                bench.now = until
            } else {
                break
            }
        }
        #expect(looked(move) == [stranger.hash])
        #expect(bench.journal.operations.compactMap(\.nonce) == [2])
    }

    // MARK: Not known

    @Test func whatNoBlockHasIsWaitedFor() {
        let stranger = LaneStranger(1, data: Self.token)
        var bench = bench(stranger)
        bench.waiting = [1]
        let ticket = bench.submit()
        var asked = 0
        var move = LaneMove.rest(until: nil)
        for _ in 0..<500 {
            move = bench.next()
            switch move {
            case .ask:
                asked += 1
                if asked == 4 { bench.waiting = [] }
                bench.answer(move, LaneBench.account(latest: asked > 3 ? 2 : 1, pending: 2))
                continue
            case .rest(let until?):
                bench.now = until
                continue
            default: break
            }
            break
        }
        #expect(looked(move) == [stranger.hash])
        #expect(bench.failures(of: ticket) == [])
        #expect(bench.inspected.count > 1)
    }

    @Test(arguments: [false, true])
    func whatNoBlockEverHasStopsWherePlansAreApproved(_ needsApproval: Bool) {
        var bench = bench(needsApproval: needsApproval)
        bench.waiting = [1]
        let ticket = bench.submit()
        let move = sent(&bench, count: 1, pending: 2)
        #expect(bench.failures(of: ticket) == (needsApproval ? ["unknown-transactions"] : []))
        #expect(offered(move).count == (needsApproval ? 0 : 1))
        #expect(bench.now >= .seconds(100))
    }

    @Test(arguments: [false, true])
    func aCallThatANodeDoesNotTellOfIsInDoubtWherePlansAreApproved(_ needsApproval: Bool) {
        var bench = bench(began: 2, needsApproval: needsApproval)
        bench.unknown = [1]
        let token = bench.submit()
        let move = sent(&bench, count: 2)
        #expect(offered(move).count == 1, "a contract is looked for by its code")
        bench.answer(move, LaneBench.sent(.taken, for: move))
        let call = bench.submit("call", to: .zero, data: [1])
        _ = sent(&bench, count: 2)
        #expect(bench.failures(of: call) == (needsApproval ? ["unknown-history"] : []))
        #expect(bench.failures(of: token) == [])
    }

    // MARK: The same nonce

    @Test func whoLosesANonceToTheSameTransactionHasIt() throws {
        var bench = LaneBench()
        let ticket = bench.submit()
        bench.sendOne()
        let stranger = LaneStranger(0, data: Self.token)
        for _ in 0..<500 {
            let move = bench.next()
            switch move {
            case .look(let hashes, _, _, _):
                let isThere = hashes.contains(stranger.hash)
                bench.answer(
                    move,
                    isThere
                        ? try LaneBench.seen(stranger.hash, block: 1, head: 1)
                        : LaneBench.nothing(head: 1, count: 1))
            case .prove(_, 0, let content):
                #expect(content.map(stranger.standsFor) == true)
                bench.answer(move, .proof(.sameBy(stranger)))
            case .send: bench.answer(move, LaneBench.sent(.nonceUsed, for: move))
            case .rest(let until?): bench.now = until
            default: break
            }
            if bench.isConfirmed(ticket) { break }
        }
        #expect(bench.isConfirmed(ticket) && bench.failures(of: ticket) == [])
        #expect(bench.journal.operations.count == 1)
        #expect(bench.journal.operations[0].attempts.last?.hash == stranger.hash)
    }
}
