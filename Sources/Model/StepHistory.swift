/// A step in one of the runs that planned it.
package struct StepInRun: Hashable, Sendable {
    package var run: String
    package var project: String
    /// When the run started.
    package var startedAt: Timestamp
    package var step: PastRunDetail.Step

    package init(run: String, project: String, startedAt: Timestamp, step: PastRunDetail.Step) {
        self.run = run
        self.project = project
        self.startedAt = startedAt
        self.step = step
    }
}

/// Why a step ran or was reused in one run.
package struct StepExplanation: Hashable, Sendable {
    package enum Cause: Hashable, Sendable {
        /// Its fingerprint is another than that of ``StepExplanation/since``.
        case changed
        case firstTime
        /// Its fingerprint is that of ``StepExplanation/since``, and its work was done again.
        case again(reason: String)
        case reused
        /// Its fingerprint is another than that of ``StepExplanation/since``, but its work had been done: by a plan, or longer ago.
        case doneElsewhere
        /// It failed so in ``StepExplanation/since``.
        case failedBefore
        /// An effect, for the reason that was recorded.
        case effect(reason: String)
        /// It did not come to its inputs, or has no end.
        case notDone
    }

    package let now: StepInRun
    package let cause: Cause
    /// The run that it is compared with; nil where there is none.
    package let since: StepInRun?
    /// Every field; nil where fields are not kept any more, or there are none.
    package let fields: [FieldComparison]?

    /// Explains a step by its history.
    ///
    /// - Parameters:
    ///   - now: The step in the run that is meant.
    ///   - earlier: The step in the runs of the same project before that one, newest first.
    ///   - fields: The fields behind a digest; nil where they are not kept.
    package init(_ now: StepInRun, earlier: [StepInRun], fields: (Digest) -> Fingerprint?) {
        self.now = now
        let (cause, since) = Self.cause(of: now.step, earlier)
        self.cause = cause
        self.since = since
        let mine = now.step.fingerprint.flatMap(fields)
        if let theirs = since?.step.fingerprint, theirs != now.step.fingerprint {
            self.fields = mine.flatMap { mine in fields(theirs).map(mine.compared) }
        } else {
            self.fields = mine.map { mine in
                since == nil
                    ? mine.fields.map { FieldComparison(label: $0.label, before: nil, after: $0.value) }
                    : mine.compared(with: mine)
            }
        }
    }

    private static func cause(of step: PastRunDetail.Step, _ earlier: [StepInRun]) -> (Cause, StepInRun?) {
        guard let fingerprint = step.fingerprint else {
            switch step.status {
            case .succeeded, .reused, .refused: return (.effect(reason: step.reason), nil)
            case .failed, .skipped, .blocked, .cancelled, nil: return (.notDone, nil)
            }
        }
        let same = earlier.filter { $0.step.fingerprint == fingerprint }
        if step.status == .failed, step.reason == StepReason.failedBefore {
            return (.failedBefore, same.first { $0.step.status == .failed })
        }
        let last = earlier.first { $0.step.isDone }
        if step.status == .reused || step.reason == StepReason.nothingChanged {
            let done = same.filter(\.step.isDone)
            let origin = done.first { !$0.step.isReuse } ?? done.first
            return origin.map { (.reused, $0) } ?? (.doneElsewhere, last)
        }
        guard let last else { return (.firstTime, nil) }
        return (last.step.fingerprint == fingerprint ? .again(reason: step.reason) : .changed, last)
    }
}

extension PastRunDetail.Step {
    /// Whether it left a result, also one that a policy refused: what the engine compares the next run with.
    var isDone: Bool {
        guard fingerprint != nil else { return false }
        switch status {
        case .succeeded, .reused, .refused: return true
        case .failed, .skipped, .blocked, .cancelled, nil: return false
        }
    }

    /// Whether a stored result stood in.
    var isReuse: Bool { status == .reused || reason == StepReason.nothingChanged }
}
