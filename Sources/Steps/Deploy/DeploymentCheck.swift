package import EthereumTypes
import Foundation
package import Model

/// What a chain has where a registry or a ledger says that a deployment is.
package struct CheckedDeployment: Hashable, Sendable {
    package enum Finding: String, CaseIterable, Sendable {
        /// The code that was seen there when it was deployed.
        case same
        /// No code.
        case gone
        /// Other code.
        case differs
        /// A proxy that points to something else than is on record.
        case pointsElsewhere
        /// The network is another chain now.
        case otherChain
        /// There is code, and what was there before is not on record.
        case notCompared
    }

    package var network: String
    package var entry: RegistryEntry
    package var finding: Finding
    /// What its functions gave, of those that the manifest names.
    package var expectations: [CheckedExpectation] = []
    /// The code that a proxy runs now, where that is not what is on record.
    package var runs: Address?

    package init(network: String, entry: RegistryEntry, finding: Finding) {
        self.network = network
        self.entry = entry
        self.finding = finding
    }

    /// Whether a person must decide.
    package var isDrift: Bool {
        switch finding {
        case .gone, .differs, .pointsElsewhere, .otherChain: true
        case .same, .notCompared: expectations.contains { !$0.holds }
        }
    }
}

/// Compares records of deployments with the chain; sends nothing.
package struct DeploymentCheck: Sendable {
    private let hub: NetworkHub

    package init(_ hub: NetworkHub) { self.hub = hub }

    /// Looks at the code of each entry of one network, in the order of the entries.
    ///
    /// An entry of another chain than the network is now is left out where the same name is recorded on this one.
    ///
    /// - Throws: ``StepFailure`` where the network cannot be asked.
    package func check(
        _ entries: [RegistryEntry],
        on spec: NetworkSpec
    ) async throws(StepFailure) -> [CheckedDeployment] {
        let network = try await hub.open(spec)
        let isHere = { (entry: RegistryEntry) in
            entry.chainID == spec.chainID && entry.genesisHash == network.genesis
        }
        let here = Set(entries.filter(isHere).map(\.name))
        var checked: [CheckedDeployment] = []
        for entry in entries {
            guard isHere(entry) else {
                guard !here.contains(entry.name) else { continue }
                checked.append(CheckedDeployment(network: spec.name, entry: entry, finding: .otherChain))
                continue
            }
            let code = try await network.code(of: entry.address)
            var deployment = CheckedDeployment(
                network: spec.name, entry: entry, finding: Self.finding(entry, code))
            if let recorded = entry.proxy, !deployment.isDrift {
                let now = try await network.proxyState(
                    recorded.kind, at: entry.address, since: recorded.block)
                if now != recorded {
                    deployment.finding = .pointsElsewhere
                    deployment.runs = now.implementation
                }
            }
            checked.append(deployment)
        }
        return checked
    }

    private static func finding(_ entry: RegistryEntry, _ code: [UInt8]) -> CheckedDeployment.Finding {
        guard !code.isEmpty else { return .gone }
        let digest = Digest(of: code)
        if let deployed = entry.deployedCodeDigest { return digest == deployed ? .same : .differs }
        // What a constructor writes into the code is not in the artifact's digest, so a difference says nothing.
        return digest == entry.runtimeCodeDigest ? .same : .notCompared
    }
}
