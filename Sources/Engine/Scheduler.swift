package import Model

/// What the loop hears of.
private enum Message: Sendable {
    case looked([(position: Int, look: Look)])
    case performed([Ended])
    case alarm
    case deadline
}

/// Runs a plan: the loop that does what a ``Schedule`` decides.
///
/// All scheduling state is local to one loop, which sleeps until something happens. A step's failure skips what needs it and
/// nothing else; the outcome of every step of the plan is posted exactly once.
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
        let urgency = CriticalPath(plan, duration: estimate).levels
        var schedule = Schedule(plan, rules: rules, urgency: urgency, isEffect: execution.runner.isEffect)
        await withTaskGroup(of: Message.self) { group in
            if let limit = rules.runDeadline { alarm(after: limit, .deadline, in: &group) }
            var alarm: Duration?
            loop: while true {
                if Task.isCancelled { schedule.stop(.cancellation) }
                let now = clock.elapsed() - start
                while let command = schedule.next(at: now) { begin(command, &schedule, plan, in: &group) }
                guard !schedule.isDone else { break loop }
                if let due = schedule.nextDue, due < alarm ?? .seconds(Int64.max) {
                    self.alarm(after: due - now, .alarm, in: &group)
                    alarm = due
                }
                switch await group.next() {
                case .looked(let looks):
                    schedule.endLook()
                    for (position, look) in looks {
                        switch look {
                        case .mustPerform(let batch): schedule.mustPerform(position, batch: batch)
                        case .ended(let ended):
                            let consequence = schedule.looked(position, ended.outcome)
                            settle(Ended(position: position, end: ended), consequence, &schedule, plan)
                        }
                    }
                case .performed(let ends):
                    for ended in ends {
                        let consequence = schedule.performed(
                            ended.position,
                            ended.end.outcome,
                            at: clock.elapsed() - start,
                            fraction: clock.fraction
                        )
                        settle(ended, consequence, &schedule, plan)
                    }
                case .alarm: alarm = nil
                case .deadline:
                    schedule.stop(.deadline)
                    group.cancelAll()
                case nil: break loop
                }
            }
            // Only alarms are left.
            group.cancelAll()
        }
        for position in schedule.endRest() {
            guard let outcome = schedule.outcomes[position] else { continue }
            let attempts = Int(schedule.attempts[position])
            post(ExecutedStep(outcome: outcome, attempts: attempts), step: plan.steps[position].id)
        }
        return Dictionary(
            uniqueKeysWithValues: zip(plan.steps.map(\.id), schedule.outcomes.compactMap(\.self)))
    }

    private func begin(
        _ command: Schedule.Command,
        _ schedule: inout Schedule,
        _ plan: Plan<Runner.Work>,
        in group: inout TaskGroup<Message>
    ) {
        switch command {
        case .look(let positions):
            let members = positions.map { member($0, schedule, plan) }
            group.addTask {
                var looks: [(position: Int, look: Look)] = []
                for member in members { looks.append((member.position, await execution.look(member))) }
                return .looked(looks)
            }
        case .perform(let positions):
            let members = positions.map { member($0, schedule, plan) }
            for member in members { events.post(.stepStarted(attempt: member.attempt), step: member.step.id) }
            let limit = rules.attemptDeadline
            group.addTask { .performed(await execution.perform(members, within: limit)) }
        }
    }

    /// A step with the outputs of what it needs or comes after, as far as those ended well.
    private func member(
        _ position: Int,
        _ schedule: borrowing Schedule,
        _ plan: Plan<Runner.Work>
    ) -> Member<Runner.Work> {
        let step = plan.steps[position]
        var inputs: [StepID: [Output]] = [:]
        for ids in [step.needs, step.after] {
            for id in ids {
                guard let outcome = plan.positions[id].flatMap({ schedule.outcomes[$0] }), outcome.isGood
                else { continue }
                inputs[id] = outcome.outputs
            }
        }
        return Member(
            position: position, step: step, inputs: inputs, attempt: Int(schedule.attempts[position]))
    }

    private func alarm(
        after wait: Duration,
        _ message: Message,
        in group: inout TaskGroup<Message>
    ) {
        group.addTask {
            try? await clock.sleep(max(.zero, wait))
            return Task.isCancelled ? .alarm : message
        }
    }

    /// Posts an end, and those of the steps that now cannot run; or that another attempt follows.
    private func settle(
        _ ended: Ended,
        _ consequence: Schedule.Consequence,
        _ schedule: inout Schedule,
        _ plan: Plan<Runner.Work>
    ) {
        let id = plan.steps[ended.position].id
        switch consequence {
        case .rests:
            guard case .failed(let failure) = ended.end.outcome else { return }
            events.post(
                .stepProgressed(
                    "attempt \(schedule.attempts[ended.position]) of \(rules.attempts) failed: \(failure.message)"
                ),
                step: id
            )
        case .ended(let outcome, let skipped):
            var end = ended.end
            end.outcome = outcome
            end.attempts = Int(schedule.attempts[ended.position])
            post(end, step: id)
            for skipped in skipped {
                post(
                    ExecutedStep(outcome: .skipped(after: skipped.cause), attempts: 0),
                    step: plan.steps[skipped.position].id
                )
            }
        }
    }

    private func post(_ end: ExecutedStep, step: StepID) {
        for fact in end.facts { events.post(.fact(fact), step: step) }
        events.post(
            .stepFinished(
                StepEnd(
                    end.outcome,
                    attempts: end.attempts,
                    durationMilliseconds: Int64(end.duration / .milliseconds(1)),
                    fingerprint: end.fingerprint,
                    reason: end.reason
                )
            ),
            step: step
        )
    }
}
