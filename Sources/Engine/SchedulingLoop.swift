import Model

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

/// A step of the plan with the outputs of what it needs or comes after, as far as those ended well or gave them early.
struct Place: Sendable {
    let position: Int
    let inputs: [(step: StepID, outputs: [Output])]
    let attempt: Int
}

/// The loop around a ``Schedule``: begins what it says, and tells it what happened.
///
/// All scheduling state is local to one loop, which sleeps until something happens. It knows steps by their positions and not
/// what they do, so that it is the same for every runner and nothing in it is generic.
struct SchedulingLoop: Sendable {
    let outline: Outline
    let events: EventStream
    let rules: RunRules
    let clock: EngineClock
    /// Sees which of these have a result already.
    let look: @Sendable ([Place]) async -> [(position: Int, look: Look)]
    /// Does these together; the last argument hears of milestones.
    let perform: @Sendable ([Place], @escaping @Sendable (Reached) -> Void) async -> [Ended]

    /// Runs every step, the most urgent first.
    ///
    /// - Returns: The outcome of each position.
    func run(by urgency: [Duration], since start: Duration) async -> [Outcome] {
        var schedule = Schedule(outline, rules: rules, urgency: urgency)
        let (milestones, tell) = AsyncStream.makeStream(of: Reached.self)
        // What steps that go on have given already.
        var early: [Int: [Output]] = [:]
        await withTaskGroup(of: Message.self) { group in
            if let limit = rules.runDeadline { alarm(after: limit, .deadline, in: &group) }
            if !outline.early.isEmpty { listen(to: milestones, in: &group) }
            var alarm: Duration?
            loop: while true {
                if Task.isCancelled { schedule.stop(.cancellation) }
                let now = clock.elapsed() - start
                while let command = schedule.next(at: now) {
                    begin(command, schedule, early, tell, in: &group)
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
                            let consequence = schedule.looked(
                                position, ended.outcome, lost: positions(ended.lost))
                            settle(Ended(position: position, end: ended), consequence, &schedule)
                        }
                    }
                case .performed(let ends):
                    for ended in ends {
                        let consequence = schedule.performed(
                            ended.position,
                            ended.end.outcome,
                            lost: positions(ended.end.lost),
                            words: ended.end.lastWords,
                            at: clock.elapsed() - start,
                            fraction: clock.fraction
                        )
                        settle(ended, consequence, &schedule)
                    }
                case .reached(let reached):
                    if reached.milestone == .usable { early[reached.position] = reached.outputs }
                    skip(schedule.reached(reached.position, reached.milestone))
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
            post(ExecutedStep(outcome: outcome, attempts: attempts), step: outline.ids[position])
        }
        return schedule.outcomes.compactMap(\.self)
    }

    private func begin(
        _ command: Schedule.Command,
        _ schedule: borrowing Schedule,
        _ early: [Int: [Output]],
        _ tell: AsyncStream<Reached>.Continuation,
        in group: inout TaskGroup<Message>
    ) {
        switch command {
        case .look(let positions):
            let places = positions.map { place($0, schedule, early) }
            group.addTask { [look] in .looked(await look(places)) }
        case .perform(let positions):
            let places = positions.map { place($0, schedule, early) }
            // One that is done again for lost content has been told of.
            for place in places where schedule.outcomes[place.position] == nil {
                events.post(.stepStarted(attempt: place.attempt), step: outline.ids[place.position])
            }
            group.addTask { [perform] in .performed(await perform(places) { _ = tell.yield($0) }) }
        }
    }

    private func place(
        _ position: Int,
        _ schedule: borrowing Schedule,
        _ early: [Int: [Output]]
    ) -> Place {
        var inputs: [(step: StepID, outputs: [Output])] = []
        for other in outline.predecessors[position] {
            if let outcome = schedule.outcomes[other] {
                if outcome.isGood { inputs.append((outline.ids[other], outcome.outputs)) }
            } else if let outputs = early[other] {
                inputs.append((outline.ids[other], outputs))
            }
        }
        return Place(position: position, inputs: inputs, attempt: Int(schedule.attempts[position]))
    }

    private func positions(_ steps: [StepID]) -> [Int] { steps.compactMap { outline.positions[$0] } }

    private func alarm(
        after wait: Duration,
        _ message: Message,
        in group: inout TaskGroup<Message>
    ) {
        group.addTask { [clock] in
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
        _ schedule: inout Schedule
    ) {
        let id = outline.ids[ended.position]
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
            skip(skipped)
        }
    }

    private func skip(_ skipped: [Schedule.Skipped]) {
        for skipped in skipped {
            post(
                ExecutedStep(outcome: .skipped(after: skipped.cause), attempts: 0),
                step: outline.ids[skipped.position]
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
