import EthereumTypes
import Ledger
import Model
import Testing

@testable import Steps

/// A nonce that somebody else's transaction waits with in a pool: that is not thrown out for a better price.
@Suite struct LaneHeldNonceTests {
    private static let rules = LaneRules(bumpAfter: .seconds(10), maxBumps: 2, patience: .seconds(100))

    /// Goes on with a node that has another's transaction until somebody is told an end, or for so long.
    ///
    /// - Returns: How often the bytes were offered.
    private func goOn(_ bench: inout LaneBench, _ ticket: LaneTicket, until end: Duration, count: UInt64 = 0)
        -> Int
    {
        var offers = 0
        while bench.now < end, bench.failures(of: ticket).isEmpty {
            let move = bench.next()
            switch move {
            case .ask: bench.answer(move, LaneBench.account(latest: count, gwei: 9))
            case .look: bench.answer(move, LaneBench.nothing(count: count))
            case .send:
                offers += 1
                bench.answer(move, LaneBench.sent(.nonceHeldByOthers, for: move))
            case .rest(let moment):
                guard let moment else { return offers }
                bench.now = moment
            default: return offers
            }
        }
        return offers
    }

    @Test func itIsOfferedAgainAtItsPriceAndEndsWithWhatHoldsIt() throws {
        var bench = LaneBench(Self.rules)
        let ticket = bench.submit()
        let offers = goOn(&bench, ticket, until: .seconds(200))
        #expect(offers > 2)
        #expect(bench.journal.operations.map(\.attempts.count) == [1])
        let failure = try #require(bench.failure(of: ticket))
        #expect(failure.kind == .blocked && failure.code == "nonce-held")
        #expect(
            failure.message
                == "another transaction of \(LaneFakeSigner.address) waits with nonce 0 on 'sim': "
                + "\(Lane.name(bench.journal.operations[0])) waits until it is in a block or gone")
    }

    @Test func whatIsTakenWhenTheOtherIsGoneIsReplacedAsEver() {
        var bench = LaneBench(Self.rules)
        let ticket = bench.submit()
        _ = goOn(&bench, ticket, until: .seconds(30))
        #expect(bench.journal.operations.map(\.attempts.count) == [1])
        _ = bench.reach("prove")
        #expect(bench.journal.operations.map(\.attempts.count) == [3])
    }

    @Test func behindAGapThatIsTheEndOfIt() {
        var bench = LaneBench(Self.rules)
        let ticket = bench.submit()
        bench.answer(bench.next(), LaneBench.account(latest: 9))
        bench.endpoints = LaneBench.answers(LaneBench.state(6), LaneBench.state(6))
        _ = goOn(&bench, ticket, until: .seconds(200), count: 6)
        #expect(bench.failures(of: ticket) == ["nonce-gap"])
        #expect(bench.now < .seconds(30))
    }
}
