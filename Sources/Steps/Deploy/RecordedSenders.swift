import EthereumTypes
import Ledger
import Model

/// Who sent what is on record of a network, for a plan that is made where its key is not.
///
/// An actor, so that the record is looked through once a network.
actor RecordedSenders {
    private let context: EffectContext
    private var found: [String: Address?] = [:]

    init(_ context: EffectContext) { self.context = context }

    /// The one account that deployed what ledger and registry have of this project there; nil where that is none or several.
    func sender(on network: OpenNetwork) -> Address? {
        if let known = found[network.spec.name] { return known }
        let (chain, project) = (network.spec.chainID, context.project)
        // What cannot be read is said by the steps that need it.
        let rows = (try? context.ledger.currentDeployments(project: project)) ?? []
        let inLedger = rows.filter { $0.chainID == chain && $0.genesisHash == network.genesis }.map(
            \.deployer)
        let inRegistry = (context.registry[network.spec.name]?.entries ?? []).filter {
            $0.project == project && $0.chainID == chain && $0.genesisHash == network.genesis
                && $0.status == .current
        }.map(\.deployer)
        let senders = Set((inLedger + inRegistry).compactMap(\.self))
        let sender = senders.count == 1 ? senders.first : nil
        found[network.spec.name] = .some(sender)
        return sender
    }
}
