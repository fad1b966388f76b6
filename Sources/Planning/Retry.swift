package import Model

/// What of a recorded run is done again: each step that did not end well, as far as there still is one.
package struct Retry: Sendable {
    /// The run that is taken up.
    package let run: String
    /// What the plan has of it.
    package let steps: Set<StepID>
    /// What the manifests no longer have, sorted.
    package let gone: [StepID]
    /// What is on networks that the command does not name, sorted.
    package let notNamed: [StepID]

    /// - Parameters:
    ///   - past: The recorded run.
    ///   - whole: Everything that the manifests have, on all networks.
    ///   - request: What the command asks for.
    package init(of past: PastRunDetail, in whole: Plan<Action>, _ request: PlanRequest) {
        run = past.run.id
        let left = past.steps.filter(\.isLeft).map(\.id).sorted()
        gone = left.filter { whole[$0] == nil }
        notNamed = left.filter { whole[$0]?.network.map { !request.names($0) } ?? false }
        steps = Set(left).subtracting(gone).subtracting(notNamed)
    }

    /// Whether all of the run ended well.
    package var isEmpty: Bool { steps.isEmpty && gone.isEmpty && notNamed.isEmpty }

    /// What the user should know: whose steps these are, and what of it is not done again.
    package var notes: [Diagnostic] {
        let about = Diagnostic(.note, "retry", "this run does again what did not succeed in run \(run)")
        let lost = gone.map { step in
            Diagnostic(
                .warning, "gone-step",
                "\(step) did not succeed in run \(run), and the manifests no longer have it")
        }
        let networks = Dictionary(grouping: notNamed) { step in
            String(step.subject.drop { $0 != "@" }.dropFirst().prefix { $0 != "/" })
        }
        let unnamed = networks.sorted { $0.key < $1.key }.map { network, steps in
            Diagnostic(
                .warning,
                "not-named",
                "\(steps.count == 1 ? "\(steps[0]) is" : "\(steps.count) steps of run \(run) are") not tried again: "
                    + "the command does not name '\(network)'",
                hint: "name it as well: --network \(network)"
            )
        }
        return (steps.isEmpty ? [] : [about]) + lost + unnamed
    }
}

extension PastRunDetail.Step {
    /// Whether it is still to be done; one that never ended is, too.
    fileprivate var isLeft: Bool {
        switch status {
        case .succeeded, .reused: false
        case .failed, .refused, .skipped, .blocked, .cancelled, nil: true
        }
    }
}
