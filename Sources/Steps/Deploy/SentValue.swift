import Ethereum
import EthereumTypes
import Ledger
import Model

/// What a deployment was created with, where that cannot be done again.
extension EffectContext {
    /// What to say of a deployment that stays where its manifest names another `value` than was sent; empty where it is the same.
    ///
    /// The ledger knows what it sent itself; of what another machine sent the node is asked, where `asks` says so.
    func valueNote(
        of entry: RegistryEntry,
        now value: Wei,
        asks: Bool,
        on network: OpenNetwork
    ) async throws(StepFailure) -> String {
        guard let sent = try await valueSent(with: entry, asks: asks, on: network), sent != value else {
            return ""
        }
        return
            "; it was created with \(sent.ether()) ether, which is sent once only, and 'value' is \(value.ether()) "
            + "ether now"
    }

    /// nil where nobody tells.
    private func valueSent(
        with entry: RegistryEntry,
        asks: Bool,
        on network: OpenNetwork
    ) async throws(StepFailure) -> Wei? {
        let row = try current(entry.name, network)
        if let row, row.address == entry.address, let operation = row.operation {
            return try inLedger { () throws(LedgerError) in try ledger.operation(operation).intent.value }
        }
        guard asks, let hash = entry.transactionHash,
            let record = try? await hub.record(
                of: hash, on: network, among: { () throws(StepFailure) in [hash] }),
            let transaction = record.transaction
        else { return nil }
        // A factory passes on what it is sent; of other contracts nobody knows.
        let isFactory = Create2Factory.allCases.contains { $0.address == transaction.to }
        return transaction.to == nil || isFactory ? transaction.value : nil
    }
}
