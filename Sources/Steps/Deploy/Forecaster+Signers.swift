import EthereumTypes
import Model

/// The signers and the deployments whose addresses a plan approves.
extension Forecaster {
    /// The forecast with what it names of others: whose place it takes, and the signers and deployments whose addresses are in what
    /// it creates.
    ///
    /// - Parameters:
    ///   - forecast: What was found.
    ///   - action: The deployment.
    ///   - references: What its creation reads.
    ///   - view: What comes before it.
    /// - Returns: The forecast; as it was where nothing is created.
    func naming(
        _ forecast: DeploymentForecast,
        _ action: DeployAction,
        _ references: [Interpolated.Reference],
        _ view: ForecastView
    ) async -> DeploymentForecast {
        var forecast = await replacing(forecast, action)
        guard forecast.isCreation else { return forecast }
        forecast.signers = await signers(in: references, action.signersRead, on: action.network)
        forecast.deployments = Self.deployments(in: references, on: action.network, view)
        return forecast
    }

    /// The same of a beacon or a proxy, which whoever creates it owns unless the manifest says who does.
    func naming(
        _ forecast: DeploymentForecast,
        _ part: DeployAction,
        of action: ProxyAction,
        _ view: ForecastView
    ) async -> DeploymentForecast {
        var forecast = await naming(forecast, part, action.references(of: part.part), view)
        let isOwned = part.part == .beacon || action.spec.kind == .transparent
        if forecast.isCreation, isOwned, action.spec.owner == nil, forecast.sender == nil,
            let signer = action.deployment.signer
        {
            forecast.signers.append(ReadSigner(name: signer.name, address: nil))
        }
        return forecast
    }

    /// The signers that references read addresses of, each once.
    func signers(
        in references: [Interpolated.Reference],
        _ read: [SignerSpec],
        on network: NetworkSpec
    ) async -> [ReadSigner] {
        let names = Set(
            references.compactMap { reference -> String? in
                if case .signerAddress(let name) = reference { name } else { nil }
            })
        var signers: [ReadSigner] = []
        for signer in read where names.contains(signer.name) {
            let address = await address(of: signer, read: network)
            signers.append(ReadSigner(name: signer.name, address: address?.description))
        }
        return signers
    }

    /// The deployments that references read addresses of and that the plan does not make, each once.
    static func deployments(
        in references: [Interpolated.Reference],
        on network: NetworkSpec,
        _ view: ForecastView
    ) -> [ReadDeployment] {
        let read = Set(
            references.compactMap { reference -> String? in
                guard case .deploymentAddress(let name, let other) = reference else { return nil }
                let home = other ?? network.name
                let made = [DeploymentPart.contract, .proxy].map {
                    view.actions[.placing($0, of: name, on: home)]
                }
                return made.contains(.create) || made.contains(.replace) ? nil : "\(name)@\(home)"
            })
        return read.sorted().compactMap { place in
            view.addresses[place].map { ReadDeployment(name: place, address: $0.description) }
        }
    }

    /// Says which calls of the manifests a plan is made without.
    static func noteLeftOut(_ plan: Plan<Action>, _ forecasts: inout [DeploymentForecast]) {
        let asked = Set(plan.steps.map(\.id))
        var calls: [StepID: [String]] = [:]
        for step in plan.steps {
            let action: DeployAction
            switch step.work {
            case .deploy(let deployment): action = deployment
            case .proxy(let proxy): action = proxy.deployment
            case .generate, .compile, .audit, .check, .factory, .implementation, .beacon, .call, .verify:
                continue
            }
            calls[step.id] = action.calls.map(\.name).filter {
                !asked.contains(.call($0, of: action.deployment, on: action.network.name))
            }
        }
        for place in forecasts.indices { forecasts[place].leftOut = calls[forecasts[place].step] ?? [] }
    }

    /// Says of which signers a plan lacks the address that it would have to approve; each is spoken of once.
    func noteUnknown(_ plan: Plan<Action>, _ forecasts: [DeploymentForecast]) {
        let read = forecasts.filter { !$0.isStuck }.flatMap { $0.signers + $0.calls.flatMap(\.signers) }
        let unknown = Set(read.filter { $0.address == nil }.map(\.name))
        guard !unknown.isEmpty else { return }
        var places: [String: FileLocation] = [:]
        for signer in plan.steps.flatMap({ Self.named(by: $0.work) }) {
            places[signer.name] = signer.location
        }
        for name in unknown.sorted() {
            context.notice(
                Diagnostic(
                    .warning,
                    "no-address",
                    "nothing tells the address of signer '\(name)', which this plan would put on a chain: it cannot be approved, and "
                        + "'run --plan' refuses it",
                    at: places[name],
                    hint:
                        "say its account beside the key (address: \"0x…\"), or make the plan where the key is"
                )
            )
        }
    }

    private static func named(by work: Action) -> [SignerSpec] {
        switch work {
        case .generate, .compile, .audit, .check, .factory, .verify: []
        case .deploy(let action), .implementation(let action, _): action.signersRead
        case .beacon(let action), .proxy(let action):
            action.deployment.signersRead + [action.deployment.signer].compactMap(\.self)
        case .call(let action): action.signersRead
        }
    }
}
