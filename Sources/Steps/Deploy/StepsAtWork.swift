package import Model
import Synchronization

/// What a step of a run waits for.
package struct StepWaits: Sendable {
    /// What must have come further than to be handed over.
    package let ends: Set<StepID>
    /// What must have been handed over at least.
    package let starts: Set<StepID>
    /// Where one of these does not succeed it is skipped.
    package let needs: Set<StepID>

    package init(ends: Set<StepID> = [], starts: Set<StepID> = [], needs: Set<StepID> = []) {
        self.ends = ends
        self.starts = starts.union(ends)
        self.needs = needs
    }

    package init<Work>(_ step: Plan<Work>.Step) {
        let all = Set(step.needs + step.after)
        let handedOver = step.early.filter { $0.value == .handedOver }.map(\.key)
        self.init(ends: all.subtracting(handedOver), starts: all, needs: Set(step.needs))
    }
}

/// The steps that a run has or is working on: what they have on its way is being taken to its end.
///
/// A class with a lock because the steps and the lanes that ask share no parent but the run itself.
final class StepsAtWork: Sendable {
    private struct State {
        var working: Set<StepID> = []
        var ended: Set<StepID> = []
        var failed: Set<StepID> = []
    }

    private let project: String
    private let planned: [StepID: StepWaits]
    private let state = Mutex(State())

    init(of project: String = "", planned: [StepID: StepWaits] = [:]) {
        self.project = project
        self.planned = planned
    }

    var all: Set<StepID> { state.withLock(\.working) }

    /// Whether the run comes to a step, has come to it or is working on it.
    func has(_ step: StepID, of project: String) -> Bool {
        project == self.project && planned[step] != nil
    }

    /// Whether the run has yet to come to a step, and does so while some others wait that are handed over, or are `held` back.
    func isToCome(
        _ step: StepID,
        of project: String,
        while waiting: Set<StepID>,
        held: Set<StepID>
    ) -> Bool {
        guard has(step, of: project) else { return false }
        let (ended, failed) = state.withLock { ($0.ended, $0.failed) }
        guard !ended.contains(step) else { return false }
        return all(ahead: step, \.ends).isDisjoint(with: waiting)
            && all(ahead: step, \.starts).isDisjoint(with: held)
            && all(ahead: step, \.needs).isDisjoint(with: failed)
    }

    private func all(ahead step: StepID, _ ahead: KeyPath<StepWaits, Set<StepID>>) -> Set<StepID> {
        var all: Set<StepID> = []
        var next = [step]
        while let one = next.popLast() {
            for other in planned[one]?[keyPath: ahead] ?? [] where all.insert(other).inserted {
                next.append(other)
            }
        }
        return all
    }

    /// Counts a step in while its work goes on.
    func during<Value>(
        _ step: StepID,
        _ work: () async throws(StepFailure) -> Value
    ) async throws(StepFailure) -> Value {
        state.withLock { state in
            state.working.insert(step)
            // It may be tried again.
            state.ended.remove(step)
            state.failed.remove(step)
        }
        do throws(StepFailure) {
            let value = try await work()
            end(step, hasFailed: false)
            return value
        } catch {
            end(step, hasFailed: true)
            throw error
        }
    }

    private func end(_ step: StepID, hasFailed: Bool) {
        state.withLock { state in
            state.working.remove(step)
            state.ended.insert(step)
            if hasFailed { state.failed.insert(step) }
        }
    }
}
