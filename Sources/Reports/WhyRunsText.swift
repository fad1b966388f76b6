package import Model

/// Why the steps of two runs have other fingerprints, as a person reads it.
package enum WhyRunsText {
    /// Of more steps only the number is told.
    private static let mostNamed = 20
    private static let mostSteps = 3
    /// From so many on, steps whose field differs in each in its own way are counted.
    private static let fewestCounted = 4

    /// What several steps have in common, then step by step what is their own.
    ///
    /// - Parameters:
    ///   - explanation: The steps that differ.
    ///   - before: The first run.
    ///   - after: The second run.
    ///   - all: Whether every step and every difference has a line of its own.
    /// - Returns: Lines, the last with a line break too.
    package static func render(
        _ explanation: RunExplanation,
        before: ListedRun,
        after: ListedRun,
        all: Bool
    ) -> String {
        var lines = TextTable([
            ["before", before.run.id, before.state.words, before.run.project],
            ["after", after.run.id, after.state.words, after.run.project],
        ]).lines
        if explanation.steps.isEmpty {
            lines += ["", "no step that both have has another fingerprint"]
            return PastRunText.text(lines)
        }
        let count = explanation.steps.count
        lines += ["", "\(PlainWords.count(count, "step")) with another fingerprint"]
        let causes = all ? [] : common(explanation)
        lines +=
            TextTable(
                causes.map { ["  \($0.words):", PlainWords.count($0.steps.count, "step"), names($0.steps)] }
            )
            .lines
        let told =
            all ? Told() : Told(changes: Set(explanation.causes.map(\.change)), labels: own(explanation))
        let rest = explanation.steps.map { step in
            (step.id, step.changes?.filter { !told.changes.contains($0) && !told.labels.contains($0.label) })
        }.filter { $0.1?.isEmpty != true }
        for (step, changes) in all ? rest[...] : rest.prefix(mostNamed) {
            lines += ["", "\(step)".plainForTerminal]
            if let changes {
                lines += TextTable(changes.map { ["  \($0.label)", $0.change] }).lines
            } else {
                lines.append("  the fields are not kept any more, so what differs cannot be told")
            }
        }
        if !all, rest.count > mostNamed {
            lines += ["", "and \(PlainWords.count(rest.count - mostNamed, "step")) more; --all names them"]
        }
        return PastRunText.text(lines)
    }

    private struct Told {
        var changes: Set<FieldComparison> = []
        var labels: Set<String> = []
    }

    private struct Common {
        var words: String
        var steps: [StepID]
    }

    private static func common(_ explanation: RunExplanation) -> [Common] {
        explanation.causes.map { Common(words: $0.change.words, steps: $0.steps) }
            + own(explanation).sorted().map { label in
                let steps = explanation.steps.filter { $0.changes?.contains { $0.label == label } == true }
                return Common(words: "\(label), in each another", steps: steps.map(\.id))
            }
    }

    /// Labels of fields that differ in many steps, and in none as in another.
    private static func own(_ explanation: RunExplanation) -> Set<String> {
        let shared = Set(explanation.causes.map(\.change.label))
        let labels = explanation.steps.flatMap { Set(($0.changes ?? []).map(\.label)) }
        let counts = Dictionary(grouping: labels, by: \.self).mapValues(\.count)
        return Set(counts.filter { $0.value >= fewestCounted && !shared.contains($0.key) }.keys)
    }

    private static func names(_ steps: [StepID]) -> String {
        let rest = steps.count - mostSteps
        let named = rest > 1 ? steps.prefix(mostSteps) : steps[...]
        return named.map(\.rawValue).joined(separator: ", ") + (rest > 1 ? " and \(rest) more" : "")
    }
}
