import Ethereum
import EthereumTypes
import Ledger
import Model

/// A call that was made and that a registry has in the wrong place, as after a merge that went wrong: under another contract, or with other
/// data.
///
/// The file is wrong then, and that the call is missing where it belongs says nothing.
extension EffectContext {
    /// Of so many transactions it is asked what they did, those first of which the same data is on record.
    private static let mostLookedInto = 1_024

    /// Looks, ahead of a call that is on no record, whether the transaction of another on record made it.
    ///
    /// What the ledger has was held against the chain before, and is not asked about.
    ///
    /// - Throws: ``StepFailure`` of the kind `blocked`, coded `registry-differs`, where one did.
    func requireNotMisplaced(
        _ action: CallAction,
        _ data: [UInt8],
        at address: Address,
        on network: OpenNetwork
    ) async throws(StepFailure) {
        guard action.unless == nil else { return }
        let hash = Keccak256.hash(data)
        var others: [(entry: RegistryEntry, call: RegistryCall)] = []
        for entry in registered(onChainOf: network) {
            others += try unknown(entry.calls, to: entry.address, on: network)
                .filter { entry.address != address || $0.callDataHash != hash }.map { (entry, $0) }
        }
        guard !others.isEmpty else { return }
        others.sort {
            ($0.call.callDataHash == hash ? 1 : 0, $0.call.block)
                > ($1.call.callDataHash == hash ? 1 : 0, $1.call.block)
        }
        let asked = others.prefix(Self.mostLookedInto)
        let records = try await hub.records(of: asked.map(\.call.transactionHash), on: network)
        let own = try inLedger { () throws(LedgerError) in
            try ledger.calls(to: address, on: network.spec.chainID, genesisHash: network.genesis)
        }
        let here = (own + registered(at: address, on: network).flatMap(\.calls))
            .filter { $0.callDataHash == hash }
        for (entry, call) in asked {
            let made = records[call.transactionHash]?.calls(to: address, hash) ?? 0
            let known = Set(here.filter { $0.transactionHash == call.transactionHash }.map(\.name)).count
            guard made > known else { continue }
            throw StepFailure(
                .blocked,
                code: "registry-differs",
                "the registry says of \(StepID.call(call.name, of: entry.name, on: network.spec.name)) that \(call.transactionHash) made "
                    + "it to \(entry.address), and the chain says that this is \(action.step.placed), made to \(address)",
                hint:
                    "take the registry's file from git again, or put the call where it belongs; nothing was sent"
            )
        }
    }
}

extension TransactionRecord {
    /// Whether a Safe may have called a contract in it: owners may have one act in any transaction, and its event says that it did.
    func mayBeSafes(to address: Address) -> Bool {
        receipt?.logs.contains(where: SafeReading.saysThatOneActed) ?? (transaction?.to != address)
    }

    /// How often it called a contract with data of a hash: itself, or as what a Safe was asked for.
    func calls(to address: Address, _ hash: Hash) -> Int {
        guard receipt?.status != .reverted, let transaction, let target = transaction.to else { return 0 }
        func isIt(_ to: Address, _ data: [UInt8]) -> Bool { to == address && Keccak256.hash(data) == hash }
        if isIt(target, transaction.input) { return 1 }
        guard mayBeSafes(to: address) else { return 0 }
        return SafeExecution.calls(askedFor: transaction.input).count { isIt($0.to, $0.data) }
    }
}
