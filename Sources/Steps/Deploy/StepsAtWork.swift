import Model
import Synchronization

/// The steps with effects that a run is working on: what they have on its way is being taken to its end.
///
/// A class with a lock because the steps and the lanes that ask share no parent but the run itself.
final class StepsAtWork: Sendable {
    private let steps = Mutex<Set<StepID>>([])

    var all: Set<StepID> { steps.withLock(\.self) }

    /// Counts a step in while its work goes on.
    func during<Value>(
        _ step: StepID,
        _ work: () async throws(StepFailure) -> Value
    ) async throws(StepFailure) -> Value {
        steps.withLock { _ = $0.insert(step) }
        defer { steps.withLock { _ = $0.remove(step) } }
        return try await work()
    }
}
