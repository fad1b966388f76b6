package import Engine
import Ethereum
package import EthereumTypes
import Foundation
import Ledger
package import Model

extension Adoption {
    /// The registry's entries for a proxy that is there already: its own, that of the code which it runs, that of its beacon.
    ///
    /// The proxy may be anybody's, as long as it keeps what it points to where EIP-1967 says; the code must be the artifact's.
    /// Its storage layout is the artifact's then, and since when it points there is not known but that it does now.
    ///
    /// - Parameters:
    ///   - code: The code behind the deployment's proxy.
    ///   - proxy: The deployment.
    ///   - address: The proxy's address.
    ///   - inputs: What the code's compile step stored.
    /// - Returns: The entries, each with all that is on record of its contract.
    /// - Throws: ``StepFailure`` of the kind `blocked` where there is no such proxy, it runs other code, or the name is taken.
    package func entries(
        for code: DeployAction,
        behind proxy: ProxyAction,
        at address: Address,
        inputs: StepInputs
    ) async throws(StepFailure) -> [RegistryEntry] {
        let network = try await context.hub.open(proxy.network)
        try refuseTaken(proxy.deployment, address, network)
        let kind = proxy.spec.kind
        let block = try await network.height(.latest)
        let state = try await network.proxyState(at: address, since: block)
        guard state.implementation != .zero, state.kind == kind else {
            let what =
                state.implementation == .zero
                ? "its slot names no code" : "by its slots it is \(state.kind.rawValue)"
            throw StepFailure(
                .blocked,
                code: "no-proxy",
                "what is at \(address) on '\(proxy.network.name)' is no \(kind.rawValue) proxy: \(what)",
                hint: "name the proxy's address, and its kind in the manifest"
            )
        }
        var own = try await entry(proxy.deployment, at: address, network)
        own.proxy = state
        own.storageLayout = try StorageLayout(compiled: try inputs[code.compile])
        let found = FoundContract(address: state.implementation)
        var entries = [own, try await entry(for: code, found, replacing: true, inputs: inputs)]
        if let beacon = state.controller, let compile = proxy.beaconCompile {
            entries.append(
                try await entry(proxy.beaconDeployment(compiledBy: compile), at: beacon, network))
        }
        return entries
    }

    /// What is on record of a contract at its address; where nothing is known but that it is there, its code stands for
    /// how it was made.
    private func entry(
        _ action: DeployAction,
        at address: Address,
        _ network: OpenNetwork
    ) async throws(StepFailure) -> RegistryEntry {
        if let known = try known(action, at: address, network) { return known }
        let digest = Digest(of: try await network.code(of: address))
        let entry = RegistryEntry(
            project: context.project,
            name: action.name,
            contract: action.contract.rawValue,
            chainID: action.network.chainID,
            genesisHash: network.genesis,
            address: address,
            initCodeDigest: digest,
            runtimeCodeDigest: digest,
            deployedCodeDigest: digest,
            constructorArguments: [],
            run: nil,
            isAdopted: true
        )
        return try withRecord(entry, network)
    }
}
