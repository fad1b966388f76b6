import EthereumTypes
import Ledger
import Model

/// What is on record of a network beside what the steps of a run ask for by name; looked at once a run.
struct StandingRecords: Sendable {
    /// The project's deployments under names that the manifest has no longer.
    let lost: [RegistryEntry]
    /// Proxies on the network's chain, of whatever project, by their beacon.
    let beacons: [Address: [RegistryEntry]]
}

extension EffectContext {
    /// What else ledger and registries have of a network.
    ///
    /// - Throws: ``StepFailure`` where the ledger cannot be read.
    func standingRecords(on network: OpenNetwork) async throws(StepFailure) -> StandingRecords {
        try await hub.standingRecords(on: network) { () throws(StepFailure) in
            let entries = try entriesOnRecord(network).filter {
                $0.status == .current && !DeploymentPart.isBehind($0.name)
            }
            let ours = Set(entries.filter { $0.project == project }.map(\.name))
            var lost: [RegistryEntry] = []
            for name in ours.sorted() where isLost(name, on: network) {
                guard case .known(let known) = try knowledge(of: name, on: network) else { continue }
                lost.append(known.entry)
            }
            let behind = entries.filter { $0.proxy?.kind == .beacon && $0.proxy?.controller != nil }
            return StandingRecords(
                lost: lost, beacons: Dictionary(grouping: behind) { $0.proxy?.controller ?? .zero })
        }
    }

    /// Whether the manifest has no deployment of a name on a network, and none that had it.
    func isLost(_ name: String, on network: OpenNetwork) -> Bool {
        deploymentNames[network.spec.name].map { !$0.contains(name) } ?? false
    }
}
