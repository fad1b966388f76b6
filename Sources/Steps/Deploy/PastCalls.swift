import Ethereum
import EthereumTypes
import Ledger
import Model

extension EffectContext {
    /// What a call to an address comes after, as records have it: that it was made, with whatever data, and what is on its way or
    /// people were asked for, with other data than is wanted.
    ///
    /// An older plan must not put back what a newer one set.
    ///
    /// - Parameters:
    ///   - action: The call.
    ///   - function: The signature of what it calls.
    ///   - data: What would be sent; nil where an address in it is not known.
    ///   - address: Whom it is made to.
    ///   - network: Where.
    /// - Returns: Each once, sorted.
    /// - Throws: ``StepFailure`` where the ledger cannot be read.
    func past(
        _ action: CallAction,
        _ function: String,
        _ data: [UInt8]?,
        at address: Address,
        on network: OpenNetwork
    ) throws(StepFailure) -> [PastCall] {
        let wanted = data.map { Keccak256.hash($0) }
        // One that an older manifest does not know by its name yet is told by what it calls.
        let others = try callsOnRecord(
            under: try lostNames(action, at: address, on: network), at: address, on: network
        ).filter { $0.function == function }
        var past = (try callsOnRecord(under: action.names, at: address, on: network) + others)
            .map { PastCall(.made, $0.transactionHash.description, run: $0.run) }
        if let open = try unfinished(action.step, network), open.intent.payloadHash != wanted,
            CallStep.target(of: open) == address
        {
            past += open.attempts.map { PastCall(.made, $0.hash.description, run: open.intent.run) }
        }
        if !action.movesWithOthers, let open = try openProposal(of: action.step, on: network),
            open.intent.payloadHash != wanted, open.intent.to == address
        {
            past.append(PastCall(.asked, open.intent.run))
        }
        return PastCall.sorted(past)
    }
}

extension CallAction {
    /// Whether its data may be other data though the same is meant: that of an address that is only foreseen, which other people's
    /// transactions move.
    fileprivate var movesWithOthers: Bool {
        arguments.references.contains { if case .deploymentAddress = $0 { true } else { false } }
    }
}
