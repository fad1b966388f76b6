import Ethereum
import EthereumTypes
import Ledger
import Model

/// A call that is on record as made.
struct MadeCall: Sendable {
    let call: RegistryCall
    /// Whether the ledger has it under the name that its deployment has now.
    let isUnderItsName: Bool
    /// The registry's entry that has it, where the ledger does not.
    var entry: RegistryEntry?
}

extension EffectContext {
    /// The call of that name, or of one that it had before, and data that was made to an address; nil where none was.
    ///
    /// A call is made once for each address: whatever deployment, project or network it was made for, these are names that manifests
    /// change, and two deployments may be at one address. The registry is asked too: a plan has not taken over what it says.
    ///
    /// - Throws: ``StepFailure`` of the kind `blocked` where it may have been made under a name that the manifest has no longer.
    func made(
        _ action: CallAction,
        _ data: [UInt8],
        to address: Address,
        on network: OpenNetwork
    ) throws(StepFailure) -> MadeCall? {
        let hash = Keccak256.hash(data)
        for name in action.names {
            if let made = try made(action, as: name, hash, to: address, on: network) { return made }
        }
        try checkLostNames(of: action, hash, to: address, on: network)
        return nil
    }

    private func made(
        _ action: CallAction,
        as name: String,
        _ hash: Hash,
        to address: Address,
        on network: OpenNetwork
    ) throws(StepFailure) -> MadeCall? {
        let rows = try inLedger { () throws(LedgerError) in
            try ledger.callsMade(
                name: name,
                chainID: network.spec.chainID,
                genesisHash: network.genesis,
                address: address,
                callDataHash: hash
            )
        }
        let own = rows.first {
            ($0.project, $0.claim.deployment, $0.network) == (project, action.deployment, network.spec.name)
        }
        if let row = own ?? rows.first {
            return MadeCall(call: RegistryCall(row), isUnderItsName: own != nil)
        }
        let registered = registered(at: address, on: network).flatMap { entry in
            entry.calls.filter { $0.name == name && $0.callDataHash == hash }.map {
                MadeCall(call: $0, isUnderItsName: false, entry: entry)
            }
        }
        return registered.min { $0.call.run < $1.call.run }
    }

    /// Puts a call on record under its deployment's name, so that it stays known whatever becomes of the other record.
    func takeOver(
        _ made: MadeCall,
        _ action: CallAction,
        at address: Address,
        on network: OpenNetwork
    ) throws(StepFailure) {
        guard !made.isUnderItsName,
            case .known(let known) = try knowledge(of: action.deployment, on: network),
            known.entry.address == address
        else { return }
        try inLedger { () throws(LedgerError) in
            try ledger.adopt(made.call, of: known.entry, network: network.spec.name, run: run)
        }
    }

    /// What the registries that are read have at an address, of whatever project, name and status.
    func registered(at address: Address, on network: OpenNetwork) -> [RegistryEntry] {
        registry.values.flatMap { $0.entries(at: address) }.filter { $0.isOn(network) }
    }
}
