package import Model

extension Forecaster {
    /// Which keys a run would need and cannot have, each once; the reasons say what to set.
    ///
    /// - Parameters:
    ///   - plan: The plan.
    ///   - forecasts: What would be done.
    /// - Returns: A failure for each signer whose address nothing tells.
    package func missingKeys(
        _ plan: Plan<Action>,
        _ forecasts: [DeploymentForecast]
    ) async -> [StepFailure] {
        let byStep = Dictionary(
            forecasts.map { ($0.step, $0) }, uniquingKeysWith: { first, _ in first })
        var asked: Set<String> = []
        var missing: [StepFailure] = []
        for step in plan.steps {
            for (signer, signs) in Self.signers(of: step.work, byStep)
            where asked.insert("\(signer.name) \(signs)").inserted {
                do throws(StepFailure) {
                    if signs {
                        try await context.checkKey(of: signer)
                    } else {
                        _ = try await context.address(of: signer)
                    }
                } catch {
                    guard !missing.contains(error) else { continue }
                    missing.append(error)
                }
            }
        }
        return missing
    }

    /// Who signs what a step would send, and whose addresses are among its arguments.
    private static func signers(
        of work: Action,
        _ forecasts: [StepID: DeploymentForecast]
    ) -> [(SignerSpec, signs: Bool)] {
        func both(_ signer: SignerSpec?, _ read: [SignerSpec]) -> [(SignerSpec, signs: Bool)] {
            [signer].compactMap { $0.map { ($0, true) } } + read.map { ($0, false) }
        }
        func changes(_ step: StepID) -> DeploymentForecast? {
            forecasts[step].flatMap { $0.isStuck || $0.action == .keep ? nil : $0 }
        }
        switch work {
        case .generate, .compile, .audit, .check, .factory, .verify: return []
        case .deploy(let action), .implementation(let action, _):
            guard changes(action.step) != nil else { return [] }
            return both(action.signer, action.signersRead)
        case .beacon(let action):
            guard action.beacon.flatMap(changes) != nil else { return [] }
            return both(action.deployment.signer, action.deployment.signersRead)
        case .proxy(let action):
            guard let forecast = changes(action.step) else { return [] }
            let signer = forecast.action == .upgrade ? action.upgrader : action.deployment.signer
            return both(signer, action.deployment.signersRead)
        case .call(let action):
            guard forecasts[action.deploy]?.calls.contains(where: { $0.name == action.name }) == true else {
                return []
            }
            return both(action.signer, action.signersRead)
        }
    }
}
