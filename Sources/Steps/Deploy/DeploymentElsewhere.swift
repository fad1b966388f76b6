import Engine
import EthereumTypes
import Ledger
import Model

/// Deployments on networks that are no part of a plan, whose addresses its steps refer to: they are read, and nothing is sent there.
extension EffectContext {
    /// Where a deployment is that a step on `network` refers to: as its own step says, or, elsewhere, its record.
    func address(
        of name: String,
        on home: String,
        from network: String,
        _ inputs: StepInputs
    ) async throws(StepFailure) -> Address {
        let isStep = inputs.has(.deploy(name, on: home)) || inputs.has(.proxy(name, on: home))
        guard home == network || isStep else { return try await recordedAddress(of: name, on: home) }
        return try Self.address(of: try Self.deployment(name, on: home, inputs))
    }

    /// Where ledger or registry have a deployment, once its chain has shown that it is there.
    ///
    /// - Throws: ``StepFailure`` of the kind `blocked`: coded `not-on-record` where neither knows it, and what
    ///   ``confirm(_:on:)`` throws; whatever opening the network throws.
    func recordedAddress(of name: String, on home: String) async throws(StepFailure) -> Address {
        guard let spec = networks[home] else { throw Self.notOnRecord(name, home) }
        let network = try await hub.open(spec)
        guard case .known(let known) = try knowledge(of: name, on: network) else {
            throw Self.notOnRecord(name, home)
        }
        switch known.source {
        case .ledger: try await confirmCode(of: known.entry, said: "on record", on: network)
        case .registry, .formerName: _ = try await confirm(known.entry, on: network)
        }
        return known.entry.address
    }

    static func notOnRecord(_ name: String, _ home: String) -> StepFailure {
        StepFailure(
            .blocked,
            code: "not-on-record",
            "it needs the address of \(name)@\(home), which is no part of this run, and neither the state directory nor the "
                + "registry knows of any on the chain of '\(home)'",
            hint: "deploy it first, or with this run: name its network as well: --network \(home)"
        )
    }
}

extension Forecaster {
    /// Finds out where the deployments are that are referred to on networks that are no part of the plan.
    ///
    /// - Throws: What a run would throw.
    func lookElsewhere(
        _ references: [Interpolated.Reference],
        from network: NetworkSpec,
        _ view: inout ForecastView
    ) async throws(StepFailure) {
        for case .deploymentAddress(let name, let home?) in references where home != network.name {
            let steps = [DeploymentPart.contract, .proxy].map { StepID.placing($0, of: name, on: home) }
            let key = "\(name)@\(home)"
            guard view.addresses[key] == nil, steps.allSatisfy({ view.actions[$0] == nil }) else { continue }
            guard let spec = context.networks[home], mayAsk(spec) else {
                throw EffectContext.notOnRecord(name, home)
            }
            view.addresses[key] = try await context.recordedAddress(of: name, on: home)
        }
    }
}
