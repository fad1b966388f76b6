import EthereumTypes
import Model

/// The signers whose addresses a plan approves.
extension Forecaster {
    /// The forecast with what it names of others: whose place it takes, and the signers whose addresses are in what it creates.
    ///
    /// - Parameters:
    ///   - forecast: What was found.
    ///   - action: The deployment.
    ///   - references: What its creation reads.
    /// - Returns: The forecast; as it was where nothing is created.
    func naming(
        _ forecast: DeploymentForecast,
        _ action: DeployAction,
        _ references: [Interpolated.Reference]
    ) async -> DeploymentForecast {
        var forecast = await replacing(forecast, action)
        guard forecast.isCreation else { return forecast }
        forecast.signers = await signers(in: references, action.signersRead, on: action.network)
        return forecast
    }

    /// The same of a beacon or a proxy, which whoever creates it owns unless the manifest says who does.
    func naming(
        _ forecast: DeploymentForecast,
        _ part: DeployAction,
        of action: ProxyAction
    ) async -> DeploymentForecast {
        var forecast = await naming(forecast, part, action.references(of: part.part))
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
