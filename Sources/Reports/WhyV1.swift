package import Foundation
package import Model

/// A field of two fingerprints, as `why --json` has it; `before` is null where it is new, `after` where it is gone.
package struct FieldV1: Codable, Hashable, Sendable {
    package var label: String
    package var before: OrNull<String>
    package var after: OrNull<String>
    package var changed: Bool

    init(_ field: FieldComparison) {
        label = field.label
        before = OrNull(field.before)
        after = OrNull(field.after)
        changed = field.isChanged
    }
}

/// `why STEP --json`, version 1.
package struct WhyStepV1: Codable, Hashable, Sendable {
    package struct Run: Codable, Hashable, Sendable {
        package var id: String
        package var startedAt: String
        package var status: OrNull<String>
        package var reason: String
        package var fingerprint: OrNull<String>

        init(_ run: StepInRun) {
            id = run.run
            startedAt = run.startedAt.rfc3339
            status = OrNull(run.step.status?.rawValue)
            reason = run.step.reason
            fingerprint = OrNull(run.step.fingerprint?.description)
        }
    }

    package var version = 1
    package var step: String
    package var project: String
    /// `changed`, `firstTime`, `again`, `reused`, `doneElsewhere`, `failedBefore`, `effect` or `notDone`.
    package var cause: String
    /// The headline without the step's name.
    package var headline: String
    package var run: Run
    /// The run that it is compared with.
    package var since: OrNull<Run>
    /// null where they are not kept any more, or there are none.
    package var fields: OrNull<[FieldV1]>

    package init(_ explanation: StepExplanation) {
        step = explanation.now.step.id.rawValue
        project = explanation.now.project
        cause = explanation.cause.name
        headline = WhyText.headline(explanation)
        run = Run(explanation.now)
        since = OrNull(explanation.since.map { Run($0) })
        fields = OrNull(explanation.fields?.map { FieldV1($0) })
    }

    /// The bytes of the answer.
    ///
    /// - Throws: ``ReportError/notEncodable(_:)``.
    package func json() throws(ReportError) -> Data { try WireJSON.encode(self, pretty: true) }
}

extension StepExplanation.Cause {
    fileprivate var name: String {
        switch self {
        case .changed: "changed"
        case .firstTime: "firstTime"
        case .again: "again"
        case .reused: "reused"
        case .doneElsewhere: "doneElsewhere"
        case .failedBefore: "failedBefore"
        case .effect: "effect"
        case .notDone: "notDone"
        }
    }
}

/// `why RUN_A RUN_B --json`, version 1.
package struct WhyRunsV1: Codable, Hashable, Sendable {
    package struct Step: Codable, Hashable, Sendable {
        package var id: String
        /// Those that differ; null where fields of one of the runs are not kept any more.
        package var changes: OrNull<[FieldV1]>
    }

    /// A difference that several steps have.
    package struct Cause: Codable, Hashable, Sendable {
        package var change: FieldV1
        package var steps: [String]
    }

    package var version = 1
    package var before: RunListV1.Run
    package var after: RunListV1.Run
    package var steps: [Step]
    package var causes: [Cause]

    package init(_ explanation: RunExplanation, before: ListedRun, after: ListedRun) {
        self.before = RunListV1.Run(before)
        self.after = RunListV1.Run(after)
        steps = explanation.steps.map { step in
            Step(id: step.id.rawValue, changes: OrNull(step.changes?.map { FieldV1($0) }))
        }
        causes = explanation.causes.map { cause in
            Cause(change: FieldV1(cause.change), steps: cause.steps.map(\.rawValue))
        }
    }

    /// The bytes of the answer.
    ///
    /// - Throws: ``ReportError/notEncodable(_:)``.
    package func json() throws(ReportError) -> Data { try WireJSON.encode(self, pretty: true) }
}
