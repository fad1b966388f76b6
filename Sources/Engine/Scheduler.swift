package import Model

/// What the loop hears of.
private enum Message: Sendable {
    case looked([(position: Int, look: Look)])
    case performed([Ended])
    case reached(Reached)
    case alarm
    case deadline
}

/// A step that came to a milestone, with the outputs that can be used.
struct Reached: Sendable {
    let position: Int
    let milestone: Milestone
    let outputs: [Output]
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
        let (milestones, tell) = AsyncStream.makeStream(of: Reached.self)
        let hasMilestones = plan.steps.contains { !$0.early.isEmpty }
        // What steps that go on have given already.
        var early: [Int: [Output]] = [:]
        await withTaskGroup(of: Message.self) { group in
            if let limit = rules.runDeadline { alarm(after: limit, .deadline, in: &group) }
            if hasMilestones { listen(to: milestones, in: &group) }
            var alarm: Duration?
            loop: while true {
                if Task.isCancelled { schedule.stop(.cancellation) }
                let now = clock.elapsed() - start
                while let command = schedule.next(at: now) {
                    begin(command, schedule, plan, early, tell, in: &group)
                }
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
                            let lost = positions(ended.lost, in: plan)
                            let consequence = schedule.looked(position, ended.outcome, lost: lost)
                            settle(Ended(position: position, end: ended), consequence, &schedule, plan)
                        }
                    }
                case .performed(let ends):
                    for ended in ends {
                        let consequence = schedule.performed(
                            ended.position,
                            ended.end.outcome,
                            lost: positions(ended.end.lost, in: plan),
                            at: clock.elapsed() - start,
                            fraction: clock.fraction
                        )
                        settle(ended, consequence, &schedule, plan)
                    }
                case .reached(let reached):
                    if reached.milestone == .usable { early[reached.position] = reached.outputs }
                    skip(schedule.reached(reached.position, reached.milestone), plan)
                    listen(to: milestones, in: &group)
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
        _ schedule: borrowing Schedule,
        _ plan: Plan<Runner.Work>,
        _ early: [Int: [Output]],
        _ tell: AsyncStream<Reached>.Continuation,
        in group: inout TaskGroup<Message>
    ) {
        switch command {
        case .look(let positions):
            let members = positions.map { member($0, schedule, plan, early) }
            group.addTask {
                var looks: [(position: Int, look: Look)] = []
                for member in members { looks.append((member.position, await execution.look(member))) }
                return .looked(looks)
            }
        case .perform(let positions):
            let members = positions.map { member($0, schedule, plan, early) }
            // One that is done again for lost content has been told of.
            for member in members where schedule.outcomes[member.position] == nil {
                events.post(.stepStarted(attempt: member.attempt), step: member.step.id)
            }
            let limit = rules.attemptDeadline
            group.addTask {
                .performed(await execution.perform(members, within: limit) { _ = tell.yield($0) })
            }
        }
    }

    /// A step with the outputs of what it needs or comes after, as far as those ended well or gave them early.
    private func member(
        _ position: Int,
        _ schedule: borrowing Schedule,
        _ plan: Plan<Runner.Work>,
        _ early: [Int: [Output]]
    ) -> Member<Runner.Work> {
        let step = plan.steps[position]
        var inputs: [StepID: [Output]] = [:]
        for ids in [step.needs, step.after] {
            for id in ids {
                guard let other = plan.positions[id] else { continue }
                if let outcome = schedule.outcomes[other] {
                    if outcome.isGood { inputs[id] = outcome.outputs }
                } else if let outputs = early[other] {
                    inputs[id] = outputs
                }
            }
        }
        return Member(
            position: position, step: step, inputs: inputs,
            attempt: Int(schedule.attempts[position]))
    }

    private func positions(_ steps: [StepID], in plan: Plan<Runner.Work>) -> [Int] {
        steps.compactMap { plan.positions[$0] }
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

    /// Hears of the next milestone; cancelled, of nothing.
    private func listen(to milestones: AsyncStream<Reached>, in group: inout TaskGroup<Message>) {
        group.addTask {
            for await reached in milestones { return .reached(reached) }
            return .alarm
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
        case .rewinds:
            let makers = ended.end.lost.map(\.rawValue).joined(separator: ", ")
            events.post(.stepProgressed("content of \(makers) was lost, and is made again first"), step: id)
        case .madeAgain: break
        case .ended(let outcome, let skipped):
            var end = ended.end
            end.outcome = outcome
            end.attempts = Int(schedule.attempts[ended.position])
            post(end, step: id)
            skip(skipped, plan)
        }
    }

    private func skip(_ skipped: [Schedule.Skipped], _ plan: Plan<Runner.Work>) {
        for skipped in skipped {
            post(
                ExecutedStep(outcome: .skipped(after: skipped.cause), attempts: 0),
                step: plan.steps[skipped.position].id
            )
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
