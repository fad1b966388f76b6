import Model
import Synchronization

/// The steps with effects that a run has or is working on: what they have on its way is being taken to its end.
///
/// A class with a lock because the steps and the lanes that ask share no parent but the run itself.
final class StepsAtWork: Sendable {
    private let project: String
    private let planned: Set<StepID>
    private let steps = Mutex<Set<StepID>>([])

    init(of project: String = "", planned: Set<StepID> = []) {
        self.project = project
        self.planned = planned
    }

    var all: Set<StepID> { steps.withLock(\.self) }

    /// Whether the run comes to a step, has come to it or is working on it.
    func has(_ step: StepID, of project: String) -> Bool {
        project == self.project && planned.contains(step)
    }

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
