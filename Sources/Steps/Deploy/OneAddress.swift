import Engine
import EthereumTypes
import Ledger
import Model

/// Deployments of one manifest that their salts would put at one address.
extension DeployStep {
    /// Refuses to take an address that another deployment of the plan has, or takes in this run.
    ///
    /// Code that a proxy runs has no state of its own: two proxies may run it.
    ///
    /// - Throws: ``StepFailure`` of the kind `blocked`, coded `one-address`.
    func requireOwn(
        _ address: Address,
        _ action: DeployAction,
        _ network: OpenNetwork
    ) async throws(StepFailure) {
        guard action.part == .contract || action.part == .proxy else { return }
        var other = try recorded(at: address, beside: action, network)
        if other == nil {
            let holder = await context.hub.holder(of: address, on: network, else: action.step)
            if holder != action.step { other = holder.subject }
        }
        guard let other else { return }
        throw StepFailure(
            .blocked,
            code: "one-address",
            "the salt of \(action.step.subject) gives \(address), which is that of \(other): they have the same code and arguments",
            hint: "give one of them another salt, or keep one with the calls of both; nothing was sent"
        )
    }

    /// The deployment of the plan that is on record at an address of the same network under another name; nil where none is.
    private func recorded(
        at address: Address,
        beside action: DeployAction,
        _ network: OpenNetwork
    ) throws(StepFailure) -> String? {
        let rows = try inLedger { () throws(LedgerError) in
            try context.ledger.deployments(
                at: address, on: network.spec.chainID, genesisHash: network.genesis)
        }.filter { $0.network == network.spec.name }
        let file = context.registry[network.spec.name]
        let entries = rows.compactMap(\.registryEntry) + (file?.entries(at: address) ?? [])
        let names = Set(entries.filter { isCurrent($0, network) }.map(\.name))
        let others = context.deployments.filter { other in
            other.network.name == network.spec.name && other.name != action.name
                && !action.formerly.contains(other.name) && names.contains(other.name)
        }
        return others.first?.step.subject
    }

    private func isCurrent(_ entry: RegistryEntry, _ network: OpenNetwork) -> Bool {
        entry.project == context.project && entry.status == .current && entry.isOn(network)
    }
}
