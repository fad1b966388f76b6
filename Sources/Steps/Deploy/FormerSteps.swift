import Model

/// What the steps of a run were called before their deployments and calls were renamed.
struct FormerSteps: Sendable {
    /// The names of now, by former ones.
    let now: [StepID: StepID]
    private let former: [StepID: [StepID]]

    /// - Parameters:
    ///   - deployments: Those of the run.
    ///   - calls: Those of the run.
    init(_ deployments: [DeployAction], _ calls: [CallAction]) {
        var former: [StepID: [StepID]] = [:]
        var formerly: [Place: [String]] = [:]
        for action in deployments where !action.formerly.isEmpty {
            formerly[Place(name: action.name, network: action.network.name)] = action.formerly
            former[action.step] = action.formerly.flatMap {
                StepID.placing(recordedAs: $0, on: action.network.name)
            }.filter { $0.kind == action.step.kind }
        }
        let own = Set(calls.map(\.step))
        for action in calls {
            let network = action.network.name
            let places =
                [action.deployment] + (formerly[Place(name: action.deployment, network: network)] ?? [])
            let steps = places.flatMap { place in
                action.names.map { StepID.call($0, of: place, on: network) }
            }
            let others = steps.filter { !own.contains($0) }
            if !others.isEmpty { former[action.step] = others }
        }
        self.former = former
        now = Dictionary(
            former.flatMap { step, names in names.map { ($0, step) } },
            uniquingKeysWith: { first, _ in first })
    }

    /// Those that a step had.
    func names(of step: StepID) -> [StepID] { former[step] ?? [] }

    private struct Place: Hashable {
        let name: String
        let network: String
    }
}
