package import Model

/// Runs a plan: what is ready starts in plan order, at most `width` steps at a time.
///
/// All scheduling state is local to one loop. A step's failure skips what needs it and nothing else; the outcome of every
/// step of the plan is posted exactly once.
package struct Scheduler<Runner: StepRunner>: Sendable {
    private let execution: StepExecution<Runner>
    private let events: EventStream
    private let width: Int
    private let stopsAtFailure: Bool

    /// - Precondition: `width` is at least 1.
    package init(execution: StepExecution<Runner>, events: EventStream, width: Int, stopsAtFailure: Bool) {
        precondition(width >= 1, "width must be at least 1 (was \(width))")
        self.execution = execution
        self.events = events
        self.width = width
        self.stopsAtFailure = stopsAtFailure
    }

    /// Runs every step of `plan`.
    ///
    /// When the task is cancelled, running steps are cancelled with it and no other starts; what has not started ends as
    /// cancelled. With `stopsAtFailure` the first bad outcome lets running steps end and starts no other.
    ///
    /// - Returns: The outcome of each step.
    package func run(_ plan: Plan<Runner.Work>) async -> [StepID: Outcome] {
        var board = Board(plan)
        await withTaskGroup(of: Ended.self) { group in
            var running = 0
            var isStopping = false
            while true {
                if Task.isCancelled { isStopping = true }
                while !isStopping, running < width, let position = board.takeReady() {
                    let step = plan.steps[position]
                    let inputs = board.inputs(of: step)
                    group.addTask { await execution.execute(step, position: position, inputs: inputs) }
                    running += 1
                }
                guard running > 0, let ended = await group.next() else { break }
                running -= 1
                finish(ended, on: &board, plan: plan)
                if stopsAtFailure, !ended.end.outcome.isGood { isStopping = true }
            }
        }
        for position in board.cancelRest() {
            post(Ended(position: position, end: .notStarted(.cancelled)), step: plan.steps[position].id)
        }
        return Dictionary(uniqueKeysWithValues: zip(plan.steps.map(\.id), board.outcomes.compactMap(\.self)))
    }

    /// Records an end, and those of the steps that now cannot run.
    private func finish(_ ended: Ended, on board: inout Board<Runner.Work>, plan: Plan<Runner.Work>) {
        post(ended, step: plan.steps[ended.position].id)
        for (position, cause) in board.end(ended.position, as: ended.end.outcome) {
            post(
                Ended(position: position, end: .notStarted(.skipped(after: cause))),
                step: plan.steps[position].id
            )
        }
    }

    private func post(_ ended: Ended, step: StepID) {
        for fact in ended.end.facts { events.post(.fact(fact), step: step) }
        events.post(
            .stepFinished(
                StepEnd(
                    ended.end.outcome,
                    attempts: ended.end.attempts,
                    durationMilliseconds: Int64(ended.end.duration / .milliseconds(1)),
                    fingerprint: ended.end.fingerprint,
                    reason: ended.end.reason
                )
            ),
            step: step
        )
    }
}

/// A step's end with its place in the plan.
struct Ended: Sendable {
    let position: Int
    let end: ExecutedStep
}

/// Which steps wait, are ready and have ended.
struct Board<Work: Sendable> {
    private(set) var outcomes: [Outcome?]
    private let plan: Plan<Work>
    private var waiting: [Int]
    private var dependents: [[Int]]
    private var ready: Heap
    private var outputs: [StepID: [Output]] = [:]

    init(_ plan: Plan<Work>) {
        self.plan = plan
        outcomes = [Outcome?](repeating: nil, count: plan.steps.count)
        waiting = [Int](repeating: 0, count: plan.steps.count)
        dependents = [[Int]](repeating: [], count: plan.steps.count)
        for (position, step) in plan.steps.enumerated() {
            for need in Set(step.needs + step.after) {
                guard let other = plan.positions[need] else { continue }
                dependents[other].append(position)
                waiting[position] += 1
            }
        }
        let free = waiting.indices.filter { [waiting] in waiting[$0] == 0 }
        ready = Heap(free)
    }

    /// Notes every step without an outcome as cancelled, and says which they are.
    mutating func cancelRest() -> [Int] {
        let rest = outcomes.indices.filter { outcomes[$0] == nil }
        for position in rest { outcomes[position] = .cancelled }
        return rest
    }

    mutating func takeReady() -> Int? { ready.popLeast() }

    /// The outputs of what a step needs or comes after, as far as those ended well.
    func inputs(of step: Plan<Work>.Step) -> [StepID: [Output]] {
        var inputs: [StepID: [Output]] = [:]
        for id in step.needs + step.after { inputs[id] = outputs[id] }
        return inputs
    }

    /// Notes an outcome and frees what waited for it.
    ///
    /// - Returns: The steps that are skipped by it, each with the step whose outcome is the cause, already noted.
    mutating func end(_ position: Int, as outcome: Outcome) -> [(position: Int, cause: StepID)] {
        var skipped: [(position: Int, cause: StepID)] = []
        var ended = [(position, outcome)]
        while let (position, outcome) = ended.popLast() {
            outcomes[position] = outcome
            let id = plan.steps[position].id
            if outcome.isGood { outputs[id] = outcome.outputs }
            for dependent in dependents[position].sorted() {
                waiting[dependent] -= 1
                guard waiting[dependent] == 0, outcomes[dependent] == nil else { continue }
                if let cause = cause(ofSkipping: plan.steps[dependent]) {
                    skipped.append((dependent, cause))
                    ended.append((dependent, .skipped(after: cause)))
                } else {
                    ready.insert(dependent)
                }
            }
        }
        return skipped
    }

    /// The first step behind a bad need: the one that itself failed, not those skipped because of it.
    private func cause(ofSkipping step: Plan<Work>.Step) -> StepID? {
        for need in step.needs {
            guard let outcome = plan.positions[need].flatMap({ outcomes[$0] }), !outcome.isGood else {
                continue
            }
            if case .skipped(let after) = outcome { return after }
            return need
        }
        return nil
    }
}
