import Model
import Testing

@Suite struct PastRunStateTests {
    private static func run(startedAt: Int64, end: RunEnd? = nil) -> PastRun {
        PastRun(
            id: "r", project: "p", actor: "ada", hyperkitVersion: "0",
            startedAt: Timestamp(milliseconds: startedAt), end: end, steps: [:], unended: 0)
    }

    private static func holder(since: Int64, isAlive: Bool) -> PastRunState.Holder {
        PastRunState.Holder(since: Timestamp(milliseconds: since), isAlive: isAlive)
    }

    @Test func onlyTheRunOfALivingHolderRuns() {
        let alive = Self.holder(since: 100, isAlive: true)
        #expect(PastRunState(Self.run(startedAt: 100), holder: alive) == .running)
        #expect(PastRunState(Self.run(startedAt: 99), holder: alive) == .unfinished)
        let dead = Self.holder(since: 100, isAlive: false)
        #expect(PastRunState(Self.run(startedAt: 100), holder: dead) == .unfinished)
    }

    @Test func withoutAHolderNothingIsSaidOfTheProcess() {
        #expect(PastRunState(Self.run(startedAt: 100), holder: nil) == .noEndRecorded)
    }

    @Test func aRunThatEndedSaysHow() {
        let end = RunEnd(
            status: .refused, exitCode: 3, finishedAt: Timestamp(milliseconds: 200), durationMilliseconds: 100
        )
        let state = PastRunState(
            Self.run(startedAt: 100, end: end), holder: Self.holder(since: 0, isAlive: true))
        #expect(state == .ended(.refused))
        #expect(state.rawValue == "refused")
    }
}
