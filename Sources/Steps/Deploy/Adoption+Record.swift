import Engine
import EthereumTypes
import Ledger
import Model

/// What is on record already of a contract that is adopted: who names it again does not say that nothing was done to it.
extension Adoption {
    /// An entry with all that ledger and registries have of its address: the calls that were made to it, the addresses that were
    /// there before, and, where it was made of the same code and arguments, how it came there.
    func withRecord(_ entry: RegistryEntry, _ network: OpenNetwork) throws(StepFailure) -> RegistryEntry {
        var entry = entry
        let known = try recorded(at: entry.address, network)
        let made = known.first { other in
            other.transactionHash != nil && other.initCodeDigest == entry.initCodeDigest
                && other.constructorArguments == entry.constructorArguments
                && (entry.transactionHash ?? other.transactionHash) == other.transactionHash
        }
        if let made {
            (entry.transactionHash, entry.block, entry.deployer) = (
                made.transactionHash, made.block, made.deployer
            )
            (entry.run, entry.isAdopted) = (made.run, made.isAdopted)
        }
        try remember(known, &entry, network)
        return entry
    }

    /// What is on record of a contract that the chain shows nothing of but that it is there, under the name that it is to have; nil
    /// where nothing is.
    func known(
        _ action: DeployAction,
        at address: Address,
        _ network: OpenNetwork
    ) throws(StepFailure) -> RegistryEntry? {
        let known = try recorded(at: address, network)
        let own = known.filter { $0.project == context.project && $0.name == action.name }
        let all = own + known.filter { $0.contract == action.contract.rawValue }
        guard var entry = all.first(where: { $0.transactionHash != nil }) ?? all.first else { return nil }
        (entry.project, entry.name, entry.status) = (context.project, action.name, .current)
        try remember(known, &entry, network)
        return entry
    }

    /// What ledger and registries have at an address, under whatever name.
    private func recorded(at address: Address, _ network: OpenNetwork) throws(StepFailure) -> [RegistryEntry]
    {
        let rows = try inLedger { () throws(LedgerError) in
            try context.ledger.deployments(
                at: address, on: network.spec.chainID, genesisHash: network.genesis)
        }
        return rows.compactMap(\.registryEntry) + context.registered(at: address, on: network)
    }

    private func remember(
        _ known: [RegistryEntry],
        _ entry: inout RegistryEntry,
        _ network: OpenNetwork
    ) throws(StepFailure) {
        let (address, name) = (entry.address, entry.name)
        let calls = try inLedger { () throws(LedgerError) in
            try context.ledger.calls(to: address, on: network.spec.chainID, genesisHash: network.genesis)
        }
        let rows = try inLedger { () throws(LedgerError) in
            try context.ledger.deployments(project: context.project, name: name, network: network.spec.name)
        }
        let before = rows.filter { $0.genesisHash == network.genesis }.compactMap(\.registryEntry)
        for other in known + before { entry.remember(other) }
        entry.remember(calls)
    }
}
