package import Model
import Synchronization

/// What a step of a run waits for, as its plan says it: nothing is made of that before it is asked for.
package struct StepWaits: Sendable {
    /// Where one of these does not succeed it is skipped.
    fileprivate let needs: [StepID]
    private let after: [StepID]
    private let early: [StepID: Milestone]

    package init(needs: [StepID] = [], after: [StepID] = [], early: [StepID: Milestone] = [:]) {
        self.needs = needs
        self.after = after
        self.early = early
    }

    package init<Work>(_ step: Plan<Work>.Step) {
        self.init(needs: step.needs, after: step.after, early: step.early)
    }

    /// What must have been handed over at least.
    fileprivate var starts: [StepID] { needs + after }
    /// What must have come further than that.
    fileprivate var ends: [StepID] { starts.filter { early[$0] != .handedOver } }
}

/// The steps of what a lane has beside one transaction that no step has asked for.
struct LanePlace: Hashable, Sendable {
    /// Of what comes before it.
    var ahead: Set<StepID> = []
    /// Of what waits behind it.
    var behind: Set<StepID> = []
    /// Those of them that do not have their places yet.
    var held: Set<StepID> = []
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

    /// Whether the run has yet to come to a step, and does so while others of its lane wait behind what it left.
    ///
    /// - Parameters:
    ///   - step: The step.
    ///   - project: Whose it is.
    ///   - place: What is in its lane.
    /// - Returns: False where it needs what waits, or nobody comes for it.
    func isToCome(_ step: StepID, of project: String, at place: LanePlace) -> Bool {
        guard has(step, of: project) else { return false }
        let state = state.withLock(\.self)
        guard !state.ended.contains(step) else { return false }
        var coming = Coming(planned: planned, state: state, place: place)
        return coming.begins(step)
    }

    /// Follows what steps wait for; each is looked at once.
    private struct Coming {
        let planned: [StepID: StepWaits]
        let state: State
        let place: LanePlace
        private var found: [StepID: Bool] = [:]

        init(planned: [StepID: StepWaits], state: State, place: LanePlace) {
            self.planned = planned
            self.state = state
            self.place = place
        }

        /// Whether a step that has not begun will.
        mutating func begins(_ step: StepID) -> Bool {
            if let known = found[step] { return known }
            guard let waits = planned[step] else { return false }
            var begins = state.failed.isDisjoint(with: waits.needs)
            for other in waits.ends where begins { begins = ends(other) }
            for other in waits.starts where begins { begins = isHandedOver(other) }
            found[step] = begins
            return begins
        }

        /// Whether a step ends while others wait: what it does is ahead of them, in another lane, or needs none.
        private mutating func ends(_ step: StepID) -> Bool {
            if state.ended.contains(step) { return true }
            if place.behind.contains(step) { return false }
            if state.working.contains(step) { return true }
            // What an effect has yet to send gets its place behind them.
            return (place.ahead.contains(step) || !step.kind.isEffect) && begins(step)
        }

        private mutating func isHandedOver(_ step: StepID) -> Bool {
            if state.ended.contains(step) { return true }
            if place.held.contains(step) { return false }
            return state.working.contains(step) || begins(step)
        }
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
