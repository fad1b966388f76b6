import Model
import Testing

/// What is on record of a network that was skipped because nobody answered for it.
@Suite struct UnavailableTests {
    private let failure = StepFailure(
        .unavailable, code: "network-unavailable", "network 'n' cannot be used")

    private func end(_ outcome: Outcome) -> StepEnd {
        StepEnd(outcome, attempts: 1, durationMilliseconds: 0, fingerprint: nil, reason: "")
    }

    private func network(_ status: NetworkFact.Status) -> NetworkFact {
        NetworkFact(name: "n", chainID: 5, genesisHash: nil, status: status)
    }

    @Test func itsStepsAreSkippedAndSayWhy() {
        let end = end(.unavailable(failure))
        #expect(end.status == .skipped)
        #expect(end.failure == failure)
        #expect(end.skippedAfter == nil)
        #expect(!Outcome.unavailable(failure).isGood)
        #expect(!Outcome.unavailable(failure).isFailure)
    }

    /// A source that no service shows leaves a network that was used, and a run that has not done all.
    @Test func aStepThatCanBeDoneWithoutDegradesTheRunAlone() {
        let unverified = StepFailure(.unavailable, code: "not-verified", "sourcify: the code is another")
        let (status, code) = RunEnd.Status.of(
            steps: [end(.succeeded([])), end(.unavailable(unverified))], verdicts: [],
            networks: [network(.used)], interruptedBy: nil)
        #expect(status == .degraded)
        #expect(code == 0)
    }

    @Test func theRunIsDegradedAndWellOtherwise() {
        func status(_ outcomes: Outcome..., networks: [NetworkFact]) -> (RunEnd.Status, Int32) {
            let (status, code) = RunEnd.Status.of(
                steps: outcomes.map(end), verdicts: [], networks: networks, interruptedBy: nil)
            return (status, code)
        }
        let down = [network(.unavailable)]
        #expect(status(.succeeded([]), .unavailable(failure), networks: down) == (.degraded, 0))
        #expect(status(.succeeded([]), networks: [network(.used)]) == (.succeeded, 0))
        let failed = StepFailure(code: "network-unavailable", "it cannot be used")
        #expect(status(.unavailable(failure), .failed(failed), networks: down) == (.failed, 1))
    }
}
