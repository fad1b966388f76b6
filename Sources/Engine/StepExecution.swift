package import Model

/// What became of one step, with all that its record needs.
struct ExecutedStep: Sendable {
    var outcome: Outcome
    var facts: [Fact] = []
    var attempts = 0
    var duration: Duration = .zero
    var fingerprint: Digest?
    var reason = ""
    /// The steps whose content it found lost, in the order of their names.
    var lost: [StepID] = []
    /// What it said last of where it was; nil where it said nothing.
    var lastWords: String?
}

/// A step's end with its place in the plan.
struct Ended: Sendable {
    let position: Int
    var end: ExecutedStep
}

/// A step whose work is to be done, with its place in the plan.
struct Member<Work: Sendable>: Sendable {
    let step: Plan<Work>.Step
    let place: Place
}

/// What is known of a step before its work is done.
enum Look: Sendable {
    /// A stored result stands in, or its failure is known.
    case ended(ExecutedStep)
    case mustPerform(Batch?)
}

/// Executes one step: reuses what is stored, else performs it and stores what comes out.
package struct StepExecution<Runner: StepRunner>: Sendable {
    let runner: Runner
    let store: ContentStore
    private let cache: ActionCache
    private let events: EventStream
    private let clock: EngineClock
    private let previous: @Sendable (StepID) -> Digest?

    /// - Parameters:
    ///   - runner: Who performs steps.
    ///   - store: Where outputs are kept.
    ///   - cache: Where it is kept what a fingerprint gave.
    ///   - events: Where progress is posted.
    ///   - clock: Time.
    ///   - previous: The fingerprint of a step's last good end, to explain why it runs again.
    package init(
        runner: Runner,
        store: ContentStore,
        cache: ActionCache,
        events: EventStream,
        clock: EngineClock,
        previous: @escaping @Sendable (StepID) -> Digest?
    ) {
        self.runner = runner
        self.store = store
        self.cache = cache
        self.events = events
        self.clock = clock
        self.previous = previous
    }

    /// Sees whether there is a result already.
    func look(_ step: Plan<Runner.Work>.Step, at place: Place) async -> Look {
        let start = clock.elapsed()
        let inputs = VerifiedInputs(place.inputs, store: store)
        var fingerprint: Fingerprint?
        do throws(StepFailure) {
            let inputs = inputs.inputs
            fingerprint = try await runner.fingerprint(of: step, inputs: inputs)
            if let fingerprint, var found = try await stored(step, fingerprint, inputs) {
                found.duration = clock.elapsed() - start
                return .ended(found)
            }
        } catch {
            var ended = Self.ended(badly: error, fingerprint: fingerprint?.digest)
            ended.lost = inputs.lost
            return .ended(ended)
        }
        return .mustPerform(runner.batch(of: step))
    }

    /// Does the work of steps, together where there are several, in one attempt of each; `tell` hears of milestones.
    ///
    /// Of what several took each has its share.
    @concurrent
    func perform(
        _ members: [Member<Runner.Work>],
        within limit: Duration?,
        tell: @escaping @Sendable (Reached) -> Void
    ) async -> [Ended] {
        let start = clock.elapsed()
        let inputs = members.map { VerifiedInputs($0.place.inputs, store: store) }
        let words = members.map { _ in LastWords() }
        let performing = members.indices.map { place in
            Performing(
                step: members[place].step,
                inputs: inputs[place].inputs,
                progress: progress(of: members[place], words[place], tell)
            )
        }
        let results = await attempt(performing, within: limit, words)
        var ends: [Ended] = []
        for (place, member) in members.enumerated() {
            var end = await outcome(of: performing[place], results[place])
            end.lost = inputs[place].lost
            end.lastWords = words[place].text
            ends.append(Ended(position: member.place.position, end: end))
        }
        let share = (clock.elapsed() - start) / max(1, members.count)
        for place in ends.indices { ends[place].end.duration = share }
        return ends
    }

    /// Does the work of one step alone, in one attempt.
    @concurrent
    func perform(
        _ member: Member<Runner.Work>,
        within limit: Duration?,
        tell: @escaping @Sendable (Reached) -> Void
    ) async -> Ended {
        let start = clock.elapsed()
        let inputs = VerifiedInputs(member.place.inputs, store: store)
        let words = LastWords()
        let performing = Performing(
            step: member.step, inputs: inputs.inputs, progress: progress(of: member, words, tell))
        let result =
            if limit == nil { await work(performing) } else {
                await attempt([performing], within: limit, [words]).first ?? .failure(.cancelled)
            }
        var end = await outcome(of: performing, result)
        end.lost = inputs.lost
        end.lastWords = words.text
        end.duration = clock.elapsed() - start
        return Ended(position: member.place.position, end: end)
    }

    /// What a step says goes to the events, what others wait for to the scheduler.
    private func progress(
        of member: Member<Runner.Work>,
        _ last: LastWords,
        _ tell: @escaping @Sendable (Reached) -> Void
    ) -> StepProgress {
        let (id, position) = (member.step.id, member.place.position)
        return StepProgress(
            say: { [events] words in
                last.note(words)
                events.post(.stepProgressed(words), step: id)
            },
            reach: { milestone, outputs throws(StepFailure) in
                let kept = try keep(outputs)
                tell(Reached(position: position, milestone: milestone, outputs: kept))
            }
        )
    }

    /// Runs the runner, and cancels it when its time is over.
    private func attempt(
        _ members: [Performing<Runner.Work>],
        within limit: Duration?,
        _ words: [LastWords]
    ) async -> [Result<Performed, StepFailure>] {
        guard let limit else { return await work(members) }
        return await withTaskGroup(of: [Result<Performed, StepFailure>]?.self) { group in
            group.addTask { await work(members) }
            group.addTask {
                try? await clock.sleep(limit)
                return nil
            }
            let first = await group.next() ?? nil
            let isLate = first == nil && !Task.isCancelled
            group.cancelAll()
            // Whoever was cancelled is waited for: what it did before counts.
            var results = first
            while let next = await group.next() { results = results ?? next }
            return zip(results ?? [], words).map { result, words in
                guard isLate, case .failure(let failure) = result, failure.kind == .cancelled else {
                    return result
                }
                return .failure(Self.late(limit, words.text))
            }
        }
    }

    private func work(_ members: [Performing<Runner.Work>]) async -> [Result<Performed, StepFailure>] {
        guard members.count == 1, let member = members.first else {
            let results = await runner.perform(together: members)
            precondition(results.count == members.count, "a batch gives a result for each of its members")
            return results
        }
        return [await work(member)]
    }

    private func work(_ member: Performing<Runner.Work>) async -> Result<Performed, StepFailure> {
        do throws(StepFailure) {
            return .success(
                try await runner.perform(member.step, inputs: member.inputs, progress: member.progress))
        } catch {
            return .failure(error)
        }
    }

    /// The stored result or the known failure; nil where there is none that can be used.
    private func stored(
        _ step: Plan<Runner.Work>.Step,
        _ fingerprint: Fingerprint,
        _ inputs: StepInputs
    ) async throws(StepFailure) -> ExecutedStep? {
        let digest = fingerprint.digest
        let stored: ActionCache.Stored?
        do throws(FileError) {
            stored = try await cache.result(for: fingerprint, named: digest, at: clock.now()) {
                outputs throws(StepFailure) in
                try await runner.interpret(step, inputs: inputs, outputs: outputs)
            }
        } catch {
            throw .stateDirectory(error)
        }
        switch stored {
        case .outputs(let outputs, let said):
            return Self.ended(
                .reused(outputs), said: said, fingerprint: digest, reason: StepReason.nothingChanged)
        case .failure(let failure):
            return ExecutedStep(
                outcome: .failed(failure), fingerprint: digest, reason: StepReason.failedBefore)
        case nil: return nil
        }
    }

    /// Stores what an attempt gave, and reads what it says.
    private func outcome(
        of member: Performing<Runner.Work>,
        _ result: Result<Performed, StepFailure>
    ) async -> ExecutedStep {
        let (step, inputs) = (member.step, member.inputs)
        var fingerprint: Fingerprint?
        do throws(StepFailure) {
            fingerprint = try await runner.fingerprint(of: step, inputs: inputs)
            let performed = try result.get()
            let outputs = try keep(performed.outputs)
            var reason = performed.reason
            if let fingerprint {
                // Before the cache hears of this result, which would hide why the last one did not stand in.
                reason = self.reason(for: step.id, fingerprint: fingerprint)
                try inStore { () throws(FileError) in
                    try cache.record(outputs, for: fingerprint, isReusable: performed.isReusable)
                }
            }
            let said = try await runner.interpret(step, inputs: inputs, outputs: store.outputs(outputs))
            let outcome: Outcome =
                if let failure = performed.waitsFor {
                    .proposed(outputs, failure)
                } else {
                    performed.isReuse ? .reused(outputs) : .succeeded(outputs)
                }
            return Self.ended(
                outcome,
                said: said,
                fingerprint: fingerprint?.digest,
                reason: reason
            )
        } catch {
            if let fingerprint { remember(error, for: fingerprint) }
            return Self.ended(badly: error, fingerprint: fingerprint?.digest)
        }
    }

    /// Keeps a failure that would come again; one that cannot be kept only costs another attempt.
    private func remember(_ failure: StepFailure, for fingerprint: Fingerprint) {
        guard failure.kind == .failed else { return }
        try? cache.record(failure, for: fingerprint, at: clock.now())
    }

    private func reason(for step: StepID, fingerprint: Fingerprint) -> String {
        guard let earlier = previous(step) else { return StepReason.neverDone }
        guard earlier != fingerprint.digest else { return cache.whyUnused(earlier) }
        guard let fields = cache.fingerprint(earlier) else { return "its inputs changed" }
        return fingerprint.reason(since: fields)
    }

    private func keep(_ outputs: [Performed.NewOutput]) throws(StepFailure) -> [Output] {
        var kept: [Output] = []
        for output in outputs {
            let digest = try inStore { () throws(FileError) in try store.put(output.bytes) }
            kept.append(Output(name: output.name, digest: digest, bytes: output.bytes.count))
        }
        return kept
    }

    private static func ended(
        _ outcome: Outcome,
        said: Interpretation,
        fingerprint: Digest?,
        reason: String
    ) -> ExecutedStep {
        ExecutedStep(
            outcome: said.refusal.map { .refused(reason: $0) } ?? outcome,
            facts: said.facts,
            fingerprint: fingerprint,
            reason: reason
        )
    }

    private static func ended(badly failure: StepFailure, fingerprint: Digest?) -> ExecutedStep {
        let outcome: Outcome =
            switch failure.kind {
            case .failed, .environment: .failed(failure)
            case .blocked: .blocked(failure)
            case .refused: .refused(reason: failure.message)
            case .unavailable: .unavailable(failure)
            case .cancelled: .cancelled
            }
        return ExecutedStep(outcome: outcome, fingerprint: fingerprint)
    }

    private static func late(_ limit: Duration, _ words: String?) -> StepFailure {
        StepFailure(
            code: "attempt-deadline",
            "it did not end within \(limit)\(LastWords.behind(words))",
            hint: "give it longer, or less to do",
            recurrence: .passing
        )
    }
}

extension StepFailure {
    /// A refusal of the disk.
    static func stateDirectory(_ error: FileError) -> StepFailure {
        StepFailure(
            .environment,
            code: "state-io",
            "the state directory cannot be used: \(error)",
            hint: error.remedy
        )
    }
}

/// Turns a refusal of the disk into a step's failure.
func inStore<Value>(_ body: () throws(FileError) -> Value) throws(StepFailure) -> Value {
    do {
        return try body()
    } catch {
        throw .stateDirectory(error)
    }
}
