import Ethereum
import EthereumTypes
import Model

extension DeployStep {
    /// What is about to be done, as a plan would say it.
    static func intent(
        _ action: DeployAction,
        _ call: ConstructorCall,
        _ decision: Decision
    ) -> DeploymentForecast {
        let (what, reason): (DeploymentForecast.Action, String) =
            switch decision {
            case .keep(let fact), .adopt(_, let fact): (.keep, fact.reason)
            case .create(let reason): (.create, reason)
            case .replace(let reason): (.replace, reason)
            }
        return DeploymentForecast(
            step: action.step,
            network: action.network.name,
            action: what,
            reason: reason,
            initCodeDigest: call.initCodeDigest,
            arguments: action.arguments.spelling,
            valueWei: action.value.description,
            unlinkedCodeDigest: call.unlinkedCodeDigest,
            libraries: action.creation.librariesSpelling,
            salt: action.creation.saltSpelling
        )
    }

    /// Whether the same code is live on the network that this one comes after, as the ledger or the registry and its chain say.
    ///
    /// - Throws: ``StepFailure`` of the kind `blocked`, coded `not-live-first`.
    func checkLiveFirst(_ action: DeployAction, _ call: ConstructorCall) async throws(StepFailure) {
        guard let first = action.liveFirst else { return }
        let network = try await context.hub.open(first)
        let knowledge = try context.knowledge(of: action.name, formerly: action.formerly, on: network)
        guard case .known(let known) = knowledge else {
            throw Self.notLive("it is not on '\(first.name)' yet", action)
        }
        let address = known.entry.address
        // Libraries are elsewhere on another network, and their addresses are in the digest.
        guard known.entry.initCodeDigest == call.initCodeDigest || call.unlinkedCodeDigest != nil else {
            throw Self.notLive("other code is on '\(first.name)', at \(address)", action)
        }
        guard call.isSame(elsewhere: try await network.code(of: address)) else {
            throw Self.notLive("'\(first.name)' has other code at \(address) than was deployed there", action)
        }
    }

    static func notLive(_ what: String, _ action: DeployAction) -> StepFailure {
        StepFailure(
            .blocked,
            code: "not-live-first",
            "network '\(action.network.name)' comes after '\(action.liveFirst?.name ?? "")', and \(what)",
            hint: "deploy \(action.name) there first; nothing was sent"
        )
    }
}
