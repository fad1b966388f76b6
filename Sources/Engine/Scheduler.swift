package import Model

/// Runs a plan: the loop that does what a ``Schedule`` decides.
///
/// A step's failure skips what needs it and nothing else; the outcome of every step of the plan is posted exactly once.
package struct Scheduler<Runner: StepRunner>: Sendable {
    private let execution: StepExecution<Runner>
    private let events: EventStream
    private let rules: RunRules
    private let clock: EngineClock
    private let estimate: @Sendable (StepID) -> Duration

    /// - Parameters:
    ///   - execution: What becomes of one step.
    ///   - events: Where ends are posted.
    ///   - rules: Bounds of the run.
    ///   - clock: Time and chance.
    ///   - estimate: How long a step will take: those with the longest way to the end of the graph go first.
    package init(
        execution: StepExecution<Runner>,
        events: EventStream,
        rules: RunRules,
        clock: EngineClock,
        estimate: @escaping @Sendable (StepID) -> Duration
    ) {
        self.execution = execution
        self.events = events
        self.rules = rules
        self.clock = clock
        self.estimate = estimate
    }

    /// Runs every step of `plan`.
    ///
    /// When the task is cancelled, running steps are cancelled with it and no other starts; what has not started ends as
    /// cancelled.
    ///
    /// - Returns: The outcome of each step.
    package func run(_ plan: Plan<Runner.Work>) async -> [StepID: Outcome] {
        let start = clock.elapsed()
        let outline = Outline(plan, isEffect: execution.runner.isEffect)
        let urgency = CriticalPath(
            durations: outline.ids.map(estimate), predecessors: outline.predecessors
        ).levels
        let loop = SchedulingLoop(
            outline: outline,
            events: events,
            rules: rules,
            clock: clock,
            look: { [execution] places in
                var looks: [(position: Int, look: Look)] = []
                looks.reserveCapacity(places.count)
                for place in places {
                    looks.append(
                        (place.position, await execution.look(plan.steps[place.position], at: place)))
                }
                return looks
            },
            perform: { [execution, rules] places, tell in
                let limit = rules.attemptDeadline
                if places.count == 1, let place = places.first {
                    let member = Member(step: plan.steps[place.position], place: place)
                    return [await execution.perform(member, within: limit, tell: tell)]
                }
                let members = places.map { Member(step: plan.steps[$0.position], place: $0) }
                return await execution.perform(members, within: limit, tell: tell)
            }
        )
        let outcomes = await loop.run(by: urgency, since: start)
        return plan.positions.mapValues { outcomes[$0] }
    }
}
