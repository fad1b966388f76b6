import Model
import Testing

@Suite struct PastRunStateTests {
    private static func run(startedAt: Int64, end: RunEnd? = nil) -> PastRun {
        PastRun(
            id: "r", project: "p", actor: "ada", hyperkitVersion: "0",
            startedAt: Timestamp(milliseconds: startedAt), end: end, steps: [:], unended: 0)
    }

    @Test func aRunWithoutAnEndRunsWhileItHoldsItsRecord() {
        #expect(PastRunState(Self.run(startedAt: 100), running: ["q", "r"]) == .running)
        #expect(PastRunState(Self.run(startedAt: 100), running: ["q"]) == .unfinished)
    }

    @Test func whereNothingIsKnownOfRunningNothingIsSaid() {
        #expect(PastRunState(Self.run(startedAt: 100), running: nil) == .noEndRecorded)
    }

    @Test func aRunThatEndedSaysHow() {
        let end = RunEnd(
            status: .refused, exitCode: 3, finishedAt: Timestamp(milliseconds: 200), durationMilliseconds: 100
        )
        let state = PastRunState(Self.run(startedAt: 100, end: end), running: ["r"])
        #expect(state == .ended(.refused))
        #expect(state.rawValue == "refused")
    }
}
