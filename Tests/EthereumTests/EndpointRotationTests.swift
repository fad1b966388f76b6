import Foundation
import Testing

@testable import Ethereum

@Suite struct EndpointRotationTests {
    private let down = RPCFailure.transport(.notSent("no such host"))

    private func rotation(_ count: Int = 3, mostBehind: UInt64 = 5) -> EndpointRotation {
        EndpointRotation(count: count, mostBehind: mostBehind, at: .zero)
    }

    private func limited(_ status: Int, _ wait: Duration? = nil) -> RPCFailure {
        .transport(.status(status, retryAfter: wait, body: Data()))
    }

    @Test func theFirstThatDoesNotRestIsAsked() {
        var rotation = rotation()
        #expect(rotation.choice(at: .zero) == 0)
        rotation.failed(0, down, at: .zero, fraction: 0)
        #expect(rotation.choice(at: .milliseconds(999)) == 1)
        rotation.failed(1, down, at: .zero, fraction: 1)
        #expect(rotation.choice(at: .milliseconds(999)) == 2)
        // The preferred one is returned to.
        #expect(rotation.choice(at: .seconds(1)) == 0)
        #expect(rotation.ready(at: .seconds(1)) == [0, 2])
        #expect(rotation.ready(at: .seconds(2)) == [0, 1, 2])
    }

    @Test func whereAllRestTheSoonestIsAsked() {
        var rotation = rotation(2)
        rotation.failed(0, down, at: .zero, fraction: 1)
        rotation.failed(1, down, at: .zero, fraction: 0.5)
        #expect(rotation.ready(at: .milliseconds(1_400)).isEmpty)
        #expect(rotation.choice(at: .milliseconds(1_400)) == 1)
    }

    @Test func restsGrowWithFailuresInARowAndAreBounded() {
        var rotation = rotation(1)
        var now = Duration.zero
        var rests: [Duration] = []
        for _ in 0..<9 {
            rotation.failed(0, down, at: now, fraction: 1)
            var end = now
            while rotation.ready(at: end).isEmpty { end += .seconds(1) }
            rests.append(end - now)
            now = end
        }
        #expect(rests == [2, 3, 5, 9, 17, 33, 61, 61, 61].map { .seconds($0) })
        rotation.answered(0)
        rotation.failed(0, down, at: now, fraction: 1)
        #expect(rotation.ready(at: now + .seconds(2)) == [0])
    }

    @Test func chanceDecidesHowLongARestIs() {
        var short = rotation(1)
        var long = rotation(1)
        short.failed(0, down, at: .zero, fraction: 0)
        long.failed(0, down, at: .zero, fraction: 1)
        #expect(short.ready(at: .seconds(1)) == [0])
        #expect(long.ready(at: .milliseconds(1_999)).isEmpty)
    }

    @Test func whatFailedTogetherCountsOnce() {
        var rotation = rotation(1)
        for _ in 0..<50 { rotation.failed(0, down, at: .zero, fraction: 1) }
        #expect(rotation.ready(at: .seconds(2)) == [0])
    }

    @Test func whatTheNodeAsksForIsTheLeast() {
        var rotation = rotation(2)
        rotation.failed(0, limited(429, .seconds(40)), at: .zero, fraction: 0)
        #expect(rotation.ready(at: .seconds(39)) == [1])
        #expect(rotation.ready(at: .seconds(40)) == [0, 1])
        rotation.failed(1, down, at: .zero, fraction: 0)
        // It says so while it rests already.
        rotation.failed(1, limited(429, .seconds(7)), at: .zero, fraction: 0)
        #expect(!rotation.ready(at: .seconds(6)).contains(1))
        #expect(rotation.ready(at: .seconds(7)).contains(1))
    }

    @Test func aDaysQuotaIsNotAskedForAgainSoon() {
        var rotation = rotation(2)
        rotation.failed(0, limited(402), at: .zero, fraction: 0)
        #expect(rotation.choice(at: .seconds(3_599)) == 1)
        #expect(rotation.choice(at: .seconds(3_600)) == 0)
    }

    @Test func anAnswerThatIsTheQuestionsFaultIsNoFailure() {
        var rotation = rotation(2)
        let fault = NodeFault(method: "eth_call", code: 3, message: "execution reverted", revertData: nil)
        rotation.failed(0, .node(fault), at: .zero, fraction: 1)
        #expect(rotation.choice(at: .zero) == 0)
        let lagging = NodeFault(
            method: "eth_call", code: -32_000, message: "header not found", revertData: nil)
        rotation.failed(0, .node(lagging), at: .zero, fraction: 1)
        #expect(rotation.choice(at: .zero) == 1)
    }

    @Test func aNodeThatIsTooFarBehindRests() {
        var rotation = rotation(3, mostBehind: 5)
        rotation.compare(heads: [0: 94, 1: 100, 2: 95], at: .zero) { 0 }
        #expect(rotation.ready(at: .zero) == [1, 2])
        #expect(rotation.ready(at: .seconds(30)) == [0, 1, 2])
    }

    @Test func newestBlocksAreComparedEveryNowAndThen() {
        var rotation = rotation(2)
        let probes = [29, 30, 31, 60].map { rotation.takesProbe(at: .seconds($0)) }
        #expect(probes == [false, true, false, true])
        var alone = self.rotation(1)
        let probe = alone.takesProbe(at: .seconds(90))
        #expect(!probe)
    }
}

@Suite struct RequestPaceTests {
    @Test func requestsAreSpacedEvenly() {
        var pace = RequestPace(perSecond: 25)
        let starts = (0..<100).map { _ in pace.take(1, at: .zero) }
        #expect(starts == (0..<100).map { .milliseconds(40) * $0 })
        // Nothing is saved up.
        let later = (0..<2).map { _ in pace.take(1, at: .seconds(60)) }
        #expect(later == [.zero, .milliseconds(40)])
    }

    @Test func aBatchWaitsForAsManyTokensAsItHolds() {
        var pace = RequestPace(perSecond: 10)
        let waits = [(5, 0), (1, 0), (3, 600)].map { pace.take($0, at: .milliseconds($1)) }
        #expect(waits == [.milliseconds(400), .milliseconds(500), .milliseconds(200)])
    }

    /// A fake limiter: a full bucket of the same rate, as gateways keep one.
    @Test(arguments: [1, 3, 7, 25])
    func noRequestRunsIntoALimitOfThatRate(_ rate: Int) {
        var pace = RequestPace(perSecond: rate)
        var random = Dice(state: UInt64(rate))
        var now = Duration.zero
        var tokens = Double(rate)
        var filled = Duration.zero
        for _ in 0..<1_000 {
            let count = Int(random.next() % 3) + 1
            now += .milliseconds(Int(random.next() % 50))
            let start = now + pace.take(min(count, rate), at: now)
            tokens = min(Double(rate), tokens + (start - filled) / .seconds(1) * Double(rate))
            filled = start
            tokens -= Double(min(count, rate))
            #expect(tokens > -1e-6)
        }
    }

    /// A fake limiter that counts what came within a second.
    @Test func batchesDoNotMeetWithinASecond() {
        var pace = RequestPace(perSecond: 25)
        var random = Dice(state: 25)
        var now = Duration.zero
        var came: [(at: Duration, count: Int)] = []
        for _ in 0..<1_000 {
            let count = Int(random.next() % 25) + 1
            now += .milliseconds(Int(random.next() % 900))
            came.append((now + pace.take(count, at: now), count))
            let latest = came[came.count - 1].at
            let within = came.filter { $0.at > latest - .seconds(1) }.reduce(0) { $0 + $1.count }
            #expect(within <= 25)
        }
        var sparing = RequestPace(perSecond: 10, sparing: 10)
        #expect([1, 1].map { sparing.take($0, at: .zero) } == [.zero, .milliseconds(110)])
    }

    @Test func whatIsNotAnsweredMayComeLate() {
        func second(answeredAt answer: Duration?) -> Duration {
            var pace = RequestPace(perSecond: 10, longestWay: .milliseconds(100))
            let first = pace.take(10, at: .zero)
            #expect(first == .milliseconds(900))
            if let answer { pace.answered(left: first, at: answer) }
            return pace.take(1, at: first)
        }
        #expect(second(answeredAt: nil) == .milliseconds(1_100))
        #expect(second(answeredAt: .milliseconds(920)) == .milliseconds(1_020))
        // Nobody holds anything up for longer than it may be on its way.
        #expect(second(answeredAt: .seconds(5)) == .milliseconds(1_100))
    }

    @Test func whatLetsOthersGoFirstWaitsForAQuietMoment() {
        var pace = RequestPace(perSecond: 10)
        #expect(pace.untilQuiet(at: .zero) == nil, "nothing went yet")
        let first = pace.take(1, at: .seconds(1))
        #expect(first == .zero)
        #expect(pace.untilQuiet(at: .seconds(1)) == .milliseconds(400))
        #expect(pace.untilQuiet(at: .milliseconds(1_400)) == nil)
        // It does not wait for its like.
        let last = pace.take(1, at: .milliseconds(1_400), last: true)
        #expect(last == .zero)
        #expect(pace.untilQuiet(at: .milliseconds(1_400)) == nil)
        let next = pace.take(1, at: .milliseconds(1_400), last: true)
        #expect(next == .milliseconds(100))
        #expect(RequestPace(perSecond: nil).untilQuiet(at: .zero) == nil)
    }

    @Test func withoutALimitNothingWaits() {
        var pace = RequestPace(perSecond: nil)
        let waits = (0..<2).map { _ in pace.take(100, at: .zero) }
        #expect(waits == [.zero, .zero])
    }

    @Test func nothingGoesBeforeTheTimeThatTheNodeNames() {
        var pace = RequestPace(perSecond: nil)
        pace.hold(until: .seconds(7))
        pace.hold(until: .seconds(5))
        let waits = [1, 8].map { pace.take(1, at: .seconds($0)) }
        #expect(waits == [.seconds(6), .zero])
    }

    /// Numbers that look random and are the same each time (SplitMix64).
    private struct Dice {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9e37_79b9_7f4a_7c15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
            return mixed ^ (mixed >> 31)
        }
    }
}
