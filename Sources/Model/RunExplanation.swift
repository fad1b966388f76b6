/// Why the steps of two runs have other fingerprints.
package struct RunExplanation: Hashable, Sendable {
    package struct Step: Hashable, Sendable {
        package let id: StepID
        /// nil where fields of one of the runs are not kept any more.
        package let changes: [FieldComparison]?
    }

    /// One difference that several steps have.
    package struct Cause: Hashable, Sendable {
        package let change: FieldComparison
        /// In the order of the second run, at least two.
        package let steps: [StepID]
    }

    /// Steps with fingerprints in both runs that are not the same, in the order of the second.
    package let steps: [Step]
    /// The most frequent first.
    package let causes: [Cause]

    /// Explains what differs from `before` to `after`.
    package init(
        _ before: PastRunDetail,
        _ after: PastRunDetail,
        fields: (Digest) -> Fingerprint?
    ) {
        let old = Dictionary(
            before.steps.map { ($0.id, $0.fingerprint) }, uniquingKeysWith: { first, _ in first })
        steps = after.steps.compactMap { step in
            guard let now = step.fingerprint, let earlier = old[step.id] ?? nil, now != earlier else {
                return nil
            }
            let compared = fields(now).flatMap { now in fields(earlier).map(now.compared) }
            return Step(id: step.id, changes: compared?.filter(\.isChanged))
        }
        var order: [FieldComparison] = []
        var byChange: [FieldComparison: [StepID]] = [:]
        for step in steps {
            for change in step.changes ?? [] {
                if byChange[change] == nil { order.append(change) }
                byChange[change, default: []].append(step.id)
            }
        }
        let shared = order.compactMap { change in
            byChange[change].flatMap { $0.count > 1 ? Cause(change: change, steps: $0) : nil }
        }
        causes = shared.enumerated()
            .sorted { ($1.element.steps.count, $0.offset) < ($0.element.steps.count, $1.offset) }
            .map(\.element)
    }
}
