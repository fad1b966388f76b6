import Model

/// The step that has the sources of a deployment shown.
enum VerifySteps {
    /// Nobody waits for it, and it has no place among the sender's transactions.
    ///
    /// - Parameters:
    ///   - action: The deployment as if it had no proxy.
    ///   - proxy: Its proxy; nil: it has none.
    ///   - libraries: The steps that addresses of its libraries come from.
    ///   - signersRead: The signers that they come from.
    /// - Returns: One step for all the deployment's contracts.
    static func step(
        of action: DeployAction,
        behind proxy: ProxyAction?,
        reading libraries: [StepID],
        _ signersRead: [SignerSpec]
    ) -> Plan<Action>.Step {
        let verify = VerifyAction(
            deployment: action.name,
            network: action.network,
            contracts: contracts(of: action, behind: proxy),
            signersRead: signersRead
        )
        let needs = verify.contracts.flatMap { [$0.compile, $0.deploy] } + libraries
        return Plan.Step(
            id: verify.step, work: .verify(verify), needs: Set(needs).sorted(), claims: [.verifier])
    }

    private static func contracts(
        of action: DeployAction,
        behind proxy: ProxyAction?
    ) -> [VerifyAction.Contract] {
        let libraries = action.creation.libraries
        guard let proxy else {
            return [.init(compile: action.compile, deploy: action.step, libraries: libraries)]
        }
        var contracts = [
            VerifyAction.Contract(
                .implementation, compile: action.compile, deploy: proxy.implementation, libraries: libraries)
        ]
        if let beacon = proxy.beacon, let compile = proxy.beaconCompile {
            contracts.append(.init(.beacon, compile: compile, deploy: beacon))
        }
        contracts.append(.init(.proxy, compile: proxy.proxyCompile, deploy: proxy.step))
        if proxy.spec.kind == .transparent {
            contracts.append(.init(.admin, compile: proxy.proxyCompile, deploy: proxy.step))
        }
        return contracts
    }
}
