import Engine
import Model
import Support
import Testing

@testable import hyperkit

@Suite struct TimeLeftTests {
    /// `a` and `b`, which need nothing, and `c`, which needs `a`.
    private static let plan = { () -> Plan<Int>? in
        try? Plan(ordering: [
            Plan.Step(id: .check("a"), work: 0), Plan.Step(id: .check("b"), work: 0),
            Plan.Step(id: .check("c"), work: 0, needs: [.check("a")]),
        ])
    }()

    private static func left(
        _ durations: [String: Int],
        width: Int,
        _ events: [(String, Int64, Event.Kind)] = [],
        at time: Int64 = 0
    ) throws -> Duration? {
        var left = TimeLeft(
            try #require(plan),
            StepDurations(
                Dictionary(uniqueKeysWithValues: durations.map { (.check($0), .seconds($1)) })
            ),
            RunRules(width: width)
        )
        for (name, time, kind) in events {
            left.take(
                Event(
                    sequence: 1, time: Timestamp(milliseconds: time * 1000), step: .check(name), kind: kind))
        }
        return left.duration(at: Timestamp(milliseconds: time * 1000))
    }

    private static let started = Event.Kind.stepStarted(attempt: 1)
    private static let ended = Event.Kind.stepFinished(
        StepEnd(.succeeded([]), attempts: 1, durationMilliseconds: 1, fingerprint: nil, reason: ""))

    private static let known = ["a": 10, "b": 4, "c": 6]

    /// One at a time takes all the work; two at a time the chain of a and c, however many more there may be.
    @Test(arguments: [(1, 20), (2, 16), (8, 16)])
    func isTheWorkByTheWidthOrTheLongestChain(_ width: Int, _ seconds: Int) throws {
        #expect(try Self.left(Self.known, width: width) == .seconds(seconds))
    }

    @Test func whatRunsCountsByWhatIsLeftOfIt() throws {
        let both = [("a", Int64(0), Self.started), ("b", 0, Self.started)]
        #expect(try Self.left(Self.known, width: 2, both, at: 3) == .seconds(13))
        // What takes longer than the last time is as good as done.
        #expect(try Self.left(Self.known, width: 2, both, at: 60) == .seconds(6))
        let next = both + [("a", 12, Self.ended), ("b", 12, Self.ended), ("c", 12, Self.started)]
        #expect(try Self.left(Self.known, width: 2, next, at: 14) == .seconds(4))
        #expect(try Self.left(Self.known, width: 2, next, at: 18) == nil)
    }

    @Test func anotherAttemptBeginsAnew() throws {
        let again = [("a", Int64(0), Self.started), ("a", 8, Event.Kind.stepStarted(attempt: 2))]
        #expect(try Self.left(Self.known, width: 2, again, at: 9) == .seconds(15))
    }

    /// In three seconds one that works alone has had three; each of two that one of width did together has had half.
    @Test func stepsDoneTogetherShareTheTime() throws {
        let both = [("a", Int64(0), Self.started), ("b", 0, Self.started)]
        #expect(try Self.left(Self.known, width: 1, both, at: 4) == .seconds(16))
    }

    @Test func aClockThatWasPutBackTakesNothingOff() throws {
        #expect(try Self.left(Self.known, width: 1, [("a", 50, Self.started)], at: 20) == .seconds(20))
    }

    @Test func isSaidWhereAtLeastHalfOfWhatIsLeftIsKnown() throws {
        // The middle of what is known stands for the others: 10 and 10 of the chain.
        #expect(try Self.left(["a": 10, "b": 4], width: 2) == .seconds(14))
        #expect(try Self.left(["a": 10], width: 2) == nil)
        #expect(try Self.left([:], width: 2) == nil)
        #expect(try Self.left(["b": 4, "c": 6], width: 2, [("b", 1, Self.ended)], at: 1) == .seconds(10))
        #expect(try Self.left(["a": 4, "b": 6], width: 2, [("b", 1, Self.ended)], at: 1) == .seconds(8))
        let onlyUnknown = [("a", Int64(1), Self.ended), ("b", 1, Self.ended)]
        #expect(try Self.left(["a": 4, "b": 6], width: 2, onlyUnknown, at: 1) == nil)
    }

    @Test func poolsGoOnBesideEachOther() throws {
        let ids = (0..<8).map { StepID.check("n\($0)") }
        let plan = try Plan(
            ordering: ids.enumerated().map { number, id in
                Plan.Step(id: id, work: 0, claims: [number < 4 ? .cpu : Claim("network:a")])
            })
        let durations = StepDurations(Dictionary(uniqueKeysWithValues: ids.map { ($0, .seconds(6)) }))
        let rules = RunRules(width: 4, pools: ["network:a": 2])
        #expect(TimeLeft(plan, durations, rules).duration(at: Timestamp(milliseconds: 0)) == .seconds(12))
    }

    /// Four steps of six seconds, two at once, and then one of ten.
    @Test func whatWaitsForAllOfThemComesOnTop() throws {
        let ids = (0..<4).map { StepID.check("s\($0)") }
        let last = StepID.check("last")
        let plan = try Plan(
            ordering: ids.map { Plan.Step(id: $0, work: 0) }
                + [Plan.Step(id: last, work: 0, needs: ids, claims: [Claim("network:a")])])
        var known: [StepID: Duration] = Dictionary(uniqueKeysWithValues: ids.map { ($0, .seconds(6)) })
        known[last] = .seconds(10)
        let left = TimeLeft(plan, StepDurations(known), RunRules(width: 2))
        #expect(left.duration(at: Timestamp(milliseconds: 0)) == .seconds(22))
    }

    /// What is kept from event to event is what a look at the whole plan says.
    @Test(arguments: 1...20)
    func isTheSameAsIfItWereCountedAnew(_ seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let ids = (0..<40).map { StepID.check("s\($0)") }
        let plan = try Plan(
            ordering: ids.enumerated().map { number, id in
                let needs = (0..<2).map { _ in Int.random(in: 0..<40, using: &random) }.filter { $0 < number }
                return Plan.Step(id: id, work: 0, needs: Set(needs).sorted().map { ids[$0] })
            })
        let durations = StepDurations(
            Dictionary(
                uniqueKeysWithValues: ids.map { ($0, .seconds(Int.random(in: 0...20, using: &random))) }))
        let rules = RunRules(width: 2)
        var left = TimeLeft(plan, durations, rules)
        var over: Set<StepID> = []
        for step in plan.steps {
            left.take(Event(sequence: 1, time: Timestamp(milliseconds: 0), step: step.id, kind: Self.ended))
            over.insert(step.id)
            let path = CriticalPath(plan) { over.contains($0) ? .zero : durations.estimate($0) }
            let rest = zip(plan.steps, path.levels).filter { !over.contains($0.0.id) }
                .map { (took: durations.estimate($0.id), tail: $1 - durations.estimate($0.id)) }
            let byWork = rest.map { last in
                rest.filter { $0.tail >= last.tail }.map(\.took).reduce(.zero, +) / 2 + last.tail
            }
            let expected = max(path.length, byWork.max() ?? .zero)
            #expect(left.duration(at: Timestamp(milliseconds: 0)) == (expected > .zero ? expected : nil))
        }
    }
}
