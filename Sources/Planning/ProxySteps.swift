import EthereumTypes
import Model

/// The steps of a deployment behind a proxy: the code, the beacon where there is one, and the proxy itself.
enum ProxySteps {
    /// The steps in the order in which they are sent; the last is the one that the deployment's address comes from.
    ///
    /// - Parameters:
    ///   - action: The deployment as if it had no proxy.
    ///   - proxy: Its proxy.
    ///   - needs: What the code needs.
    ///   - after: What must have ended before the code is put there.
    ///   - reading: The steps that references read addresses of.
    ///   - claims: What each step takes.
    /// - Returns: Two steps, or three where there is a beacon.
    static func steps(
        _ action: DeployAction,
        _ proxy: ProxyAction,
        needs: [StepID],
        after: [StepID],
        reading: ([Interpolated.Reference]) -> [StepID],
        _ claims: [Claim]
    ) -> [Plan<Action>.Step] {
        var code = action
        code.part = .implementation
        code.name = DeploymentPart.implementation.recordName(of: action.name)
        code.formerly = action.formerly.map { DeploymentPart.implementation.recordName(of: $0) }
        // What is sent along is for the proxy, and so are the calls and what its functions must give.
        code.value = .zero
        code.calls = []
        code.expectations = []
        var steps = [
            Plan<Action>.Step(
                id: code.step,
                work: .implementation(code, behind: proxy),
                // What the proxy would be is looked for before anything is put there for it.
                needs: needs + [proxy.proxyCompile],
                after: after,
                claims: claims
            )
        ]
        var before = [code.step]
        if let beacon = proxy.beacon, let compile = proxy.beaconCompile {
            steps.append(
                Plan.Step(
                    id: beacon,
                    work: .beacon(proxy),
                    needs: before + [action.compile, compile, proxy.proxyCompile]
                        + reading(proxy.spec.owner?.references ?? []),
                    claims: claims
                )
            )
            before.append(beacon)
        }
        steps.append(
            Plan.Step(
                id: proxy.step,
                work: .proxy(proxy),
                needs: before + [action.compile, proxy.proxyCompile] + reading(proxy.spec.references),
                claims: claims
            )
        )
        return steps.map { step in
            Plan.Step(
                id: step.id,
                work: step.work,
                needs: Set(step.needs).sorted(),
                after: step.after,
                claims: step.claims
            )
        }
    }

    /// The compile steps of the contracts that proxies of these kinds are made of.
    static func compilations(for kinds: Set<ProxyKind>) -> [Plan<Action>.Step] {
        let contracts = Set(kinds.map(\.contract) + (kinds.contains(.beacon) ? [.upgradeableBeacon] : []))
        return ProxyContract.allCases.filter(contracts.contains).map { contract in
            Plan.Step(
                id: .compile(contract.name),
                work: .compile(
                    CompileAction(
                        contract: contract.name,
                        source: .proxies,
                        contractInFile: contract.rawValue,
                        settings: ProxyContract.settings,
                        pragmas: []
                    )
                )
            )
        }
    }
}

extension ProxyAction {
    /// The proxy of a deployment that would be `action` without one; `owner` upgrades it where that is another than who signs.
    init(_ action: DeployAction, _ spec: ProxySpec, owner: SignerSpec?) {
        var deployment = action
        deployment.part = .proxy
        // It is the code's.
        deployment.gasLimit = nil
        deployment.arguments = .none
        // Its libraries are the code's behind it.
        deployment.creation.libraries = []
        deployment.twins = []
        var spec = spec
        if let owner, spec.kind != .uups, spec.owner == nil {
            spec.owner = Interpolated(
                [.reference(.signerAddress(name: owner.name))], at: deployment.network.location)
        }
        self.init(
            deployment: deployment,
            spec: spec,
            proxyCompile: .compile(spec.kind.contract.name),
            beaconCompile: spec.kind == .beacon ? .compile(ProxyContract.upgradeableBeacon.name) : nil
        )
        self.owner = owner
    }
}

extension DeployAction {
    /// When a contract is put there anew that stays where it is while other contracts change.
    var lasting: DeploymentSpec.Redeploy { redeploy == .always ? .always : .never }
}

extension DeployAction.LaneMate {
    init(_ action: DeployAction, compile: StepID, redeploy: DeploymentSpec.Redeploy) {
        self.init(
            name: action.name,
            compile: compile,
            redeploy: redeploy,
            value: action.value,
            formerly: action.formerly,
            isSalted: action.creation.salt != nil
        )
    }
}
