import Engine
import Model
import Planning
import Reports
import Steps

extension RunState {
    /// What earlier runs signed on the networks that a plan changes, and that has no step in it.
    func left(by plan: Plan<Action>, hub: NetworkHub) -> LeftOperations {
        let networks = plan.steps.compactMap { step -> String? in
            switch step.work {
            case .deploy(let action), .implementation(let action, _): action.network.name
            case .beacon(let action), .proxy(let action): action.network.name
            case .call(let action): action.network.name
            case .generate, .compile, .audit, .check, .factory, .verify: nil
            }
        }
        return LeftOperations(
            effects(hub),
            networks: Set(networks).sorted(),
            wanted: { [self] in allSteps },
            compile: plan.steps.map(\.id).filter { $0.kind == .compile }
        )
    }
}

extension PlanV2.SignedBefore {
    init(_ left: LeftOperation) {
        self.init(
            id: left.step,
            network: left.network,
            run: left.run,
            nonce: left.nonce,
            transactionHash: left.transactionHash,
            valueWei: left.valueWei,
            state: left.state
        )
    }
}
