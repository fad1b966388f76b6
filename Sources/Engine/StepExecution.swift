package import Model

/// What became of one step, with all that its record needs.
struct ExecutedStep: Sendable {
    var outcome: Outcome
    var facts: [Fact] = []
    var attempts = 1
    var duration: Duration = .zero
    var fingerprint: Digest?
    var reason = ""

    static func notStarted(_ outcome: Outcome) -> ExecutedStep { ExecutedStep(outcome: outcome, attempts: 0) }
}

/// Executes one step: reuses what is stored, else performs it and stores what comes out.
package struct StepExecution<Runner: StepRunner>: Sendable {
    private let runner: Runner
    private let store: ContentStore
    private let cache: ActionCache
    private let events: EventStream
    private let elapsed: @Sendable () -> Duration
    private let previous: @Sendable (StepID) -> Digest?

    /// - Parameters:
    ///   - runner: Who performs steps.
    ///   - store: Where outputs are kept.
    ///   - cache: Where it is kept what a fingerprint gave.
    ///   - events: Where starts and progress are posted.
    ///   - elapsed: A clock that never goes back.
    ///   - previous: The fingerprint of a step's last good end, to explain why it runs again.
    package init(
        runner: Runner,
        store: ContentStore,
        cache: ActionCache,
        events: EventStream,
        elapsed: @escaping @Sendable () -> Duration,
        previous: @escaping @Sendable (StepID) -> Digest?
    ) {
        self.runner = runner
        self.store = store
        self.cache = cache
        self.events = events
        self.elapsed = elapsed
        self.previous = previous
    }

    @concurrent
    func execute(_ step: Plan<Runner.Work>.Step, position: Int, inputs: [StepID: [Output]]) async -> Ended {
        let start = elapsed()
        events.post(.stepStarted(attempt: 1), step: step.id)
        var executed = await outcome(of: step, inputs: StepInputs(inputs.mapValues(store.outputs)))
        executed.duration = elapsed() - start
        return Ended(position: position, end: executed)
    }

    private func outcome(of step: Plan<Runner.Work>.Step, inputs: StepInputs) async -> ExecutedStep {
        var digest: Digest?
        do {
            guard let fingerprint = try await runner.fingerprint(of: step, inputs: inputs) else {
                return try await performEffect(step, inputs: inputs)
            }
            digest = fingerprint.digest
            if let reused = try await reuse(step, fingerprint: fingerprint, inputs: inputs) { return reused }
            return try await perform(step, fingerprint: fingerprint, inputs: inputs)
        } catch {
            return Self.ended(badly: error, fingerprint: digest)
        }
    }

    /// The stored result; nil where there is none that can be used.
    private func reuse(
        _ step: Plan<Runner.Work>.Step,
        fingerprint: Fingerprint,
        inputs: StepInputs
    ) async throws(StepFailure) -> ExecutedStep? {
        guard let outputs = try inStore({ () throws(FileError) in try cache.outputs(for: fingerprint) }),
            let said = try? await runner.interpret(step, inputs: inputs, outputs: store.outputs(outputs))
        else { return nil }
        return Self.ended(
            .reused(outputs), said: said, fingerprint: fingerprint.digest, reason: "nothing changed")
    }

    private func perform(
        _ step: Plan<Runner.Work>.Step,
        fingerprint: Fingerprint,
        inputs: StepInputs
    ) async throws(StepFailure) -> ExecutedStep {
        let performed = try await runner.perform(step, inputs: inputs, progress: progress(of: step.id))
        let outputs = try keep(performed.outputs)
        // Before the cache hears of this result, which would hide why the last one did not stand in.
        let reason = reason(for: step.id, fingerprint: fingerprint)
        try inStore { () throws(FileError) in
            try cache.record(outputs, for: fingerprint, isReusable: performed.isReusable)
        }
        let said = try await runner.interpret(step, inputs: inputs, outputs: store.outputs(outputs))
        return Self.ended(.succeeded(outputs), said: said, fingerprint: fingerprint.digest, reason: reason)
    }

    private func performEffect(
        _ step: Plan<Runner.Work>.Step,
        inputs: StepInputs
    ) async throws(StepFailure) -> ExecutedStep {
        let performed = try await runner.perform(step, inputs: inputs, progress: progress(of: step.id))
        let outputs = try keep(performed.outputs)
        let said = try await runner.interpret(step, inputs: inputs, outputs: store.outputs(outputs))
        return Self.ended(
            performed.isReuse ? .reused(outputs) : .succeeded(outputs),
            said: said,
            fingerprint: nil,
            reason: performed.reason
        )
    }

    private func reason(for step: StepID, fingerprint: Fingerprint) -> String {
        guard let earlier = previous(step) else { return "it has not been done before" }
        guard earlier != fingerprint.digest else {
            return cache.isUnusable(earlier)
                ? "not all of it ended well the last time" : "the stored result was gone"
        }
        guard let fields = cache.fingerprint(earlier) else { return "its inputs changed" }
        let changes = fingerprint.differences(from: fields)
        return changes.isEmpty ? "its inputs changed" : changes.joined(separator: ", ")
    }

    private func progress(of step: StepID) -> @Sendable (String) -> Void {
        { [events] words in events.post(.stepProgressed(words), step: step) }
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
            case .cancelled: .cancelled
            }
        return ExecutedStep(outcome: outcome, fingerprint: fingerprint)
    }
}

/// Turns a refusal of the disk into a step's failure.
func inStore<Value>(_ body: () throws(FileError) -> Value) throws(StepFailure) -> Value {
    do {
        return try body()
    } catch {
        throw StepFailure(
            .environment,
            code: "state-io",
            "the state directory cannot be used: \(error)",
            hint: "make room or mend its permissions, then run again"
        )
    }
}
