import Model
import Synchronization

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
        for action in calls {
            let network = action.network.name
            let old = formerly[Place(name: action.deployment, network: network)] ?? []
            // What another call of the deployment is called now is that one's.
            let names = [action.name] + action.formerly.filter { !action.declared.contains($0) }
            let steps = ([action.deployment] + old).flatMap { place in
                names.map { StepID.call($0, of: place, on: network) }
            }.filter { $0 != action.step }
            if !steps.isEmpty { former[action.step] = steps }
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

/// The steps of the whole manifest, also of what is no part of a run; they are made when somebody first asks.
///
/// A class with a lock because steps that ask share no parent but the run itself.
final class ManifestSteps: Sendable {
    private let make: @Sendable () -> Set<StepID>?
    private let made = Mutex<Set<StepID>??>(nil)

    init(_ make: @escaping @Sendable () -> Set<StepID>?) { self.make = make }

    /// nil where the manifest cannot be planned as a whole.
    var all: Set<StepID>? {
        made.withLock { made in
            if let made { return made }
            let all = make()
            made = .some(all)
            return all
        }
    }
}
