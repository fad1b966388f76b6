import EthereumTypes
import Ledger
import Model
import Testing

@testable import Ethereum
@testable import Steps

/// What an earlier process signed and no block has, where it is not to be sent again as it is.
@Suite struct LaneSignedBeforeTests {
    private static let rules = LaneRules(patience: .seconds(300))
    private static let notNeeded = StepFailure(
        code: "not-needed", "it is not needed any more", recurrence: .passing)

    /// A process that signed `names`, from nonce 0 on, and was killed before any node had them.
    private func killed(_ names: String...) -> LaneBench {
        var bench = LaneBench(Self.rules)
        for name in names {
            _ = bench.submit(name)
            _ = bench.nextSend()
        }
        return bench
    }

    @Test func theSameBytesAreSentWhereNobodyDidItMeanwhile() throws {
        var bench = killed("token")
        bench.restart()
        _ = bench.attach()
        let sent = LaneBench.sent(&bench, count: 0)
        #expect(sent.map(\.data) == [Array("token".utf8)])
        #expect(bench.journal.operations.map(\.attempts.count) == [1])
    }

    /// No block takes it, and what pays more costs more than a plan allows, or may.
    @Test(arguments: [false, true]) func whatPaysMoreStaysWithinThePlan(_ isBound: Bool) throws {
        var bench = LaneBench(LaneRules(bumpAfter: .seconds(20), patience: .seconds(100)))
        _ = bench.submit()
        _ = bench.nextSend()
        let cost = try #require(bench.journal.operations[0].transactions.first?.maxCost)
        bench.restart()
        let most = isBound ? cost.description : nil
        _ = bench.attach(within: Allowance(gas: nil, costWei: most, sender: nil))
        while bench.now < .seconds(60) {
            let move = bench.next()
            switch move {
            case .ask: bench.answer(move, LaneBench.account())
            case .look: bench.answer(move, LaneBench.nothing())
            case .send: bench.answer(move, LaneBench.sent(.taken, for: move))
            case .rest(let until): bench.now = until ?? .seconds(1_000)
            default: Issue.record("\(move) was not expected")
            }
        }
        let costs = bench.journal.operations[0].transactions.map(\.maxCost)
        #expect(isBound ? costs == [cost] : costs.count > 1 && costs.allSatisfy { $0 >= cost })
    }

    @Test func whatIsNotNeededAnyMoreIsNotSentAndItsNonceIsUsedUp() throws {
        var bench = killed("token")
        bench.restart()
        let attached = bench.attach(unwanted: Self.notNeeded)
        let ticket = try #require(attached)
        let offered = LaneBench.sent(&bench, count: 0)
        let void = try #require(offered.first)
        #expect(void.isVoid(of: LaneFakeSigner.address) && void.nonce == 0)
        let hash = try #require(bench.journal.operations[0].attempts.last?.hash)
        let move = bench.lane.next(at: bench.now)
        bench.answer(move, .sent([.taken]))
        let looking = bench.reach("look")
        let look = try #require(looking)
        bench.answer(look, try LaneBench.seen(hash, block: 60, head: 60))
        _ = bench.next()
        #expect(bench.journal.operations.map(\.state) == [.reverted])
        #expect(bench.failures(of: ticket) == ["not-needed"])
    }

    @Test func whatABlockHasAllTheSameIsDone() throws {
        var bench = killed("token")
        let hash = bench.journal.operations[0].attempts[0].hash
        bench.restart()
        let attached = bench.attach(unwanted: Self.notNeeded)
        let ticket = try #require(attached)
        let looking = bench.reach("look")
        let look = try #require(looking)
        bench.answer(look, try LaneBench.seen(hash, block: 60, head: 60))
        _ = bench.next()
        #expect(bench.isConfirmed(ticket))
        #expect(bench.journal.operations.map(\.attempts.count) == [1])
    }

    @Test func withoutASignerItIsNotSentEither() throws {
        var bench = killed("token")
        bench.restart()
        let attached = bench.attach(canSign: false, unwanted: Self.notNeeded)
        let ticket = try #require(attached)
        #expect(LaneBench.sent(&bench, count: 0).isEmpty)
        #expect(bench.failures(of: ticket) == ["not-needed"])
    }

    /// Another machine made the second alone, with the nonce of the first.
    @Test func whatAnotherMachineDidWithTheNonceAheadIsNotSentAgain() throws {
        var bench = killed("first", "second")
        bench.restart()
        bench.strangers = [LaneStranger(0, data: Array("second".utf8))]
        let tickets = ["first", "second"].compactMap { bench.attach($0) }
        var offered: [Transaction] = []
        for _ in 0..<1_000 {
            let move = bench.next()
            switch move {
            case .ask: bench.answer(move, LaneBench.account(latest: 1))
            case .look: bench.answer(move, LaneBench.nothing(head: 50, count: 1))
            case .prove: bench.answer(move, .proof(.usedBy(bench.strangers[0].hash)))
            case .send(let offers):
                offered += offers.compactMap {
                    try? SignedTransaction(raw: $0.attempt.rawTransaction).transaction
                }
                bench.answer(
                    move,
                    .sent(
                        offers.map {
                            $0.attempt.hash == bench.journal.operations[0].attempts[0].hash
                                ? .nonceUsed : .taken
                        }))
            case .rest(let until?): bench.now = until
            default: break
            }
            if offered.contains(where: { $0.isVoid(of: LaneFakeSigner.address) }) { break }
        }
        #expect(!offered.contains { $0.data == Array("second".utf8) })
        #expect(offered.last?.nonce == 1 && offered.last?.isVoid(of: LaneFakeSigner.address) == true)
        #expect(bench.failures(of: tickets[0]) == ["nonce-foreign"])
    }

    @Test func whatThePlanDoesNotHaveIsNotSentNorWhatComesBehindIt() throws {
        var bench = killed("token")
        bench.restart(unapproved: [bench.journal.operations[0].id])
        let attached = bench.attach()
        let ticket = try #require(attached)
        let next = bench.submit("next")
        #expect(LaneBench.sent(&bench, count: 0).isEmpty)
        #expect(bench.failures(of: ticket) == ["not-as-planned"])
        #expect(bench.failures(of: next) == ["lane-blocked"])
        #expect(bench.failure(of: ticket)?.message.contains("the approved plan does not have it") == true)
    }

    // MARK: Not asked for

    @Test func whatNoStepAsksForIsNotSentAheadOfOthers() throws {
        var bench = killed("token")
        bench.restart()
        let other = bench.submit("other")
        let void = try #require(LaneBench.sent(&bench, count: 0).first)
        #expect(void.isVoid(of: LaneFakeSigner.address) && void.nonce == 0)
        #expect(bench.failures(of: other) == [])
    }

    @Test func whatAStepIsToComeForWaitsForThat() throws {
        var bench = killed("token")
        bench.restart()
        bench.toCome = [.deploy("token", on: "sim")]
        _ = bench.submit("other")
        for _ in 0..<20 {
            let move = bench.next()
            if case .ask = move { bench.answer(move, LaneBench.account()) }
            if case .look = move { bench.answer(move, LaneBench.nothing(head: 50, count: 0)) }
            if case .send = move { Issue.record("\(move)") }
            guard case .rest(let until?) = move else { continue }
            bench.now = until
        }
        _ = bench.attach()
        let offered = try #require(LaneBench.sent(&bench, count: 0).first)
        #expect(offered.data == Array("token".utf8) && offered.nonce == 0)
    }

    @Test func itIsNotHeldBackForEver() throws {
        var bench = killed("token")
        bench.restart()
        bench.toCome = [.deploy("token", on: "sim")]
        _ = bench.submit("other")
        let void = try #require(LaneBench.sent(&bench, count: 0).first)
        #expect(void.isVoid(of: LaneFakeSigner.address) && bench.now >= Self.rules.patience / 2)
    }
}
