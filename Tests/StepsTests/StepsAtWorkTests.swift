import Model
import Testing

@testable import Steps

/// Whether a step comes for what an earlier run signed, while others wait behind that.
@Suite struct StepsAtWorkTests {
    private static let old = StepID.call("old", of: "a", on: "n")
    private static let other = StepID.call("other", of: "b", on: "n")
    private static let (a, b) = (StepID.deploy("a", on: "n"), StepID.deploy("b", on: "n"))

    private func isToCome(
        _ planned: [StepID: StepWaits],
        ahead: Set<StepID> = [],
        behind: Set<StepID> = [],
        held: Set<StepID> = []
    ) -> Bool {
        StepsAtWork(of: "p", planned: planned).isToCome(
            Self.old, of: "p", at: LanePlace(ahead: ahead, behind: behind, held: held))
    }

    @Test func whatNeedsNothingThatWaitsComes() {
        #expect(isToCome([Self.old: StepWaits()], behind: [Self.b]))
        #expect(!isToCome([:], behind: [Self.b]), "the run has no such step")
        #expect(
            !StepsAtWork(of: "other", planned: [Self.old: StepWaits()]).isToCome(
                Self.old, of: "p", at: LanePlace()))
    }

    @Test func whatNeedsTheEndOfWhatWaitsDoesNot() {
        let planned = [Self.old: StepWaits(after: [Self.a]), Self.a: StepWaits()]
        #expect(!isToCome(planned, behind: [Self.a]))
        #expect(isToCome(planned, ahead: [Self.a], behind: [Self.b]), "it is ahead, and ends")
        #expect(!isToCome(planned, behind: [Self.b]), "it has yet to be sent, behind those that wait")
    }

    /// The call of a new deployment comes before it, and waits for the new deployment's end.
    @Test func whatComesBehindOneThatCannotBeginDoesNot() {
        let planned = [
            Self.old: StepWaits(after: [Self.other], early: [Self.other: .handedOver]),
            Self.other: StepWaits(after: [Self.b]),
            Self.b: StepWaits(),
        ]
        #expect(!isToCome(planned, behind: [Self.b]))
        let free = [
            Self.old: StepWaits(after: [Self.other], early: [Self.other: .handedOver]),
            Self.other: StepWaits(),
        ]
        #expect(isToCome(free, behind: [Self.b]))
        #expect(!isToCome(free, behind: [Self.b, Self.other], held: [Self.other]), "it has no place")
        #expect(isToCome(free, behind: [Self.b, Self.other]), "it is handed over")
    }

    @Test func whatEndedOrFailedDoesNotCome() async throws {
        let steps = StepsAtWork(
            of: "p", planned: [Self.old: StepWaits(needs: [Self.a]), Self.a: StepWaits()])
        let place = LanePlace(behind: [Self.b])
        try await steps.during(Self.a) { () async throws(StepFailure) in
            #expect(steps.isToCome(Self.old, of: "p", at: place), "it is at work elsewhere")
        }
        #expect(steps.isToCome(Self.old, of: "p", at: place))
        try? await steps.during(Self.a) { () async throws(StepFailure) in throw .cancelled }
        #expect(!steps.isToCome(Self.old, of: "p", at: place))
        try? await steps.during(Self.a) { () async throws(StepFailure) in }
        try? await steps.during(Self.old) { () async throws(StepFailure) in }
        #expect(!steps.isToCome(Self.old, of: "p", at: place), "it came, and asked for nothing")
    }
}
