import Engine
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

    /// Whether the same code is live, and as its checks say, on the network that this one comes after, by the ledger or the registry and
    /// by its chain.
    ///
    /// - Throws: ``StepFailure`` of the kind `blocked`, coded `not-live-first`.
    func checkLiveFirst(
        _ action: DeployAction,
        _ call: ConstructorCall,
        _ inputs: StepInputs
    ) async throws(StepFailure) {
        guard let check = LiveFirstCheck(context, action.liveFirst, before: action.network) else { return }
        try await check.requireCode(of: action, call)
        try await check.require(inputs, compiledBy: action.compile)
    }
}
