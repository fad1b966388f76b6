import Ledger
import Model

/// Proxies of one beacon: whoever upgrades one of them upgrades all.
extension UpgradeCheck {
    /// Makes sure that no other deployment of the manifest has the beacon of one that is about to be upgraded; of any other that has it
    /// the user is warned once.
    ///
    /// - Throws: ``StepFailure`` of the kind `blocked`, coded `shared-beacon`.
    func requireOwnBeacon(_ entry: RegistryEntry, _ state: ProxyState) async throws(StepFailure) {
        guard state.kind == .beacon, let beacon = state.controller else { return }
        let sharing = try await context.standingRecords(on: network).beacons[beacon] ?? []
        let others = sharing.filter { $0.address != entry.address }
        for other in others where try isDeployed(other) {
            throw StepFailure(
                .blocked,
                code: "shared-beacon",
                "\(subject) and \(other.name)@\(network.spec.name) have one beacon, \(beacon): both run the code that it names, and "
                    + "the manifest has code of its own for each",
                hint:
                    "keep one of the two in the manifest, and the other is upgraded with it; or give the other a new name, for a "
                    + "proxy with a beacon of its own; nothing was sent"
            )
        }
        for other in others { await warn(of: other) }
    }

    /// Whether it is what a deployment of the manifest is on the network.
    private func isDeployed(_ other: RegistryEntry) throws(StepFailure) -> Bool {
        guard other.project == context.project, !context.isLost(other.name, on: network),
            case .known(let known) = try context.knowledge(of: other.name, on: network)
        else { return false }
        return known.entry.isSameInstance(as: other)
    }

    private func warn(of other: RegistryEntry) async {
        let isOurs = other.project == context.project
        let whose = isOurs ? "'\(other.name)'" : "'\(other.name)' of project '\(other.project)'"
        guard await context.hub.isFirstWord(of: "beacon of \(subject) and \(other.address)", on: network)
        else { return }
        context.notice(
            Diagnostic(
                .warning,
                "shared-beacon",
                "an upgrade of \(subject) upgrades \(whose) at \(other.address) too: they have one beacon",
                hint: "make sure that it may run the new code: its storage is not compared"
            )
        )
    }
}
