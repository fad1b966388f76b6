import Model

/// The check steps of a project, and which of them stand before what.
struct CheckSteps {
    let steps: [Plan<Action>.Step]
    private let gated: [CheckSpec.Gate: [StepID]]

    init(_ manifest: Manifest, _ snapshot: Snapshot) {
        steps = manifest.checks.map { check in
            Plan.Step(
                id: .check(check.name),
                work: .check(CheckAction(check, inputs: snapshot.checks[check.name] ?? []))
            )
        }
        var gated: [CheckSpec.Gate: [StepID]] = [:]
        for check in manifest.checks {
            for gate in check.gates { gated[gate, default: []].append(.check(check.name)) }
        }
        self.gated = gated
    }

    /// The checks that every step of a kind needs, in the manifest's order.
    func gating(_ gate: CheckSpec.Gate) -> [StepID] { gated[gate] ?? [] }

    /// The kinds of step that a step belongs to: a check to those that it gates, any other to its own.
    ///
    /// So `--until audit` leaves a check out that stands before deployments alone, and a run that deploys nothing,
    /// since it names no network, does it all the same.
    static func kinds(of step: Plan<Action>.Step) -> [StepID.Kind] {
        switch step.work {
        case .generate, .compile, .audit, .factory, .implementation, .beacon, .proxy, .deploy, .call, .verify:
            [step.id.kind]
        case .check(let action): action.gates.map(\.kind)
        }
    }
}
