import Model
import Synchronization

/// The inputs of one step, with a note of whose content turned out to be lost when the step read it.
///
/// It is noted where it is read, so that no runner has to know of it.
struct VerifiedInputs: Sendable {
    private final class Losses: Sendable {
        let steps = Mutex<Set<StepID>>([])
    }

    let inputs: StepInputs
    /// nil where there is nothing that could be lost.
    private let losses: Losses?

    init(_ outputs: [(step: StepID, outputs: [Output])], store: ContentStore) {
        guard !outputs.isEmpty else {
            inputs = StepInputs([:])
            losses = nil
            return
        }
        let losses = Losses()
        inputs = StepInputs(outputs) { step, digest throws(StepFailure) in
            try store.content(digest) { losses.steps.withLock { _ = $0.insert(step) } }
        }
        self.losses = losses
    }

    /// The steps whose content was lost, in the order of their names.
    var lost: [StepID] { losses?.steps.withLock { $0.isEmpty ? [] : $0.sorted() } ?? [] }
}
