/// How long steps took when they were last performed: what an order of work and a guess of the time left are made from.
package struct StepDurations: Hashable, Sendable {
    /// Of steps that were performed, not of those that a stored result stood in for.
    package let steps: [StepID: Duration]
    /// The middle of what the steps of a kind took; of an even number the lower of the two.
    package let medians: [StepID.Kind: Duration]

    package init(_ steps: [StepID: Duration] = [:]) {
        self.steps = steps
        medians = Dictionary(grouping: steps, by: \.key.kind).mapValues { steps in
            steps.map(\.value).sorted()[(steps.count - 1) / 2]
        }
    }

    /// What a step took the last time; else what steps of its kind take, else what they usually take anywhere.
    package func estimate(_ step: StepID) -> Duration {
        steps[step] ?? medians[step.kind] ?? step.kind.usualDuration
    }
}

extension StepID.Kind {
    /// Measured on a machine with two cores and a devnet; only their proportions matter.
    fileprivate var usualDuration: Duration {
        switch self {
        case .generate: .milliseconds(10)
        case .compile: .milliseconds(60)
        case .audit: .milliseconds(400)
        case .factory, .implementation, .beacon, .proxy, .deploy, .call: .milliseconds(40)
        // A service compiles what it is given when its turn comes.
        case .verify: .seconds(10)
        // A suite of tests, more often than a script.
        case .check: .seconds(5)
        }
    }
}
