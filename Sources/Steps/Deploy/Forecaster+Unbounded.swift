import Model

extension Forecaster {
    /// Says where nothing tells whose account would send: what it sends has no bounds in the plan.
    ///
    /// Each signer of a network is spoken of once, and the reason of each deployment says it for the plan's file.
    func noteUnbounded(_ plan: Plan<Action>, _ forecasts: inout [DeploymentForecast]) async {
        let places = Dictionary(
            forecasts.enumerated().map { ($1.step, $0) }, uniquingKeysWith: { first, _ in first })
        var told: Set<String> = []
        for step in plan.steps {
            let (deployment, network, signer) = Self.sent(by: step.work)
            guard let place = deployment.flatMap({ places[$0] }), let network, let signer,
                Self.isSent(step.work, forecasts[place]), mayAsk(network),
                let open = try? await context.hub.open(network), await sender(signer, open) == nil
            else { continue }
            let words = "nothing bounds its cost, as nothing tells the account of signer '\(signer.name)'"
            if !forecasts[place].reason.hasSuffix(words) { forecasts[place].reason += "; \(words)" }
            guard told.insert("\(signer.name)@\(network.name)").inserted else { continue }
            context.notice(
                Diagnostic(
                    .warning,
                    "no-bounds",
                    "nothing tells the account of signer '\(signer.name)', so the plan bounds nothing that it sends on "
                        + "'\(network.name)': only 'fees' and 'budget' of the network and 'gasLimit' do",
                    at: signer.location,
                    hint:
                        "say its account beside the key (address: \"0x…\"), or make the plan where the key is"
                )
            )
        }
    }

    private static func sent(by work: Action) -> (deployment: StepID?, NetworkSpec?, SignerSpec?) {
        switch work {
        case .generate, .compile, .audit, .check, .factory, .verify: (nil, nil, nil)
        case .deploy(let action), .implementation(let action, _): (action.step, action.network, action.signer)
        case .beacon(let action): (action.step, action.network, action.deployment.signer)
        case .proxy(let action): (action.step, action.network, action.deployment.signer)
        case .call(let action): (action.deploy, action.network, action.signer)
        }
    }

    private static func isSent(_ work: Action, _ forecast: DeploymentForecast) -> Bool {
        guard !forecast.isStuck else { return false }
        if case .call(let action) = work { return forecast.calls.contains { $0.name == action.name } }
        return forecast.action != .keep
    }
}
