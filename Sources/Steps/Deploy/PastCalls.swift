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
    ///   - data: What would be sent; nil where an address in it is not known.
    ///   - address: Whom it is made to.
    ///   - network: Where.
    /// - Returns: Each once, sorted.
    /// - Throws: ``StepFailure`` where the ledger cannot be read.
    func past(
        _ action: CallAction,
        _ data: [UInt8]?,
        at address: Address,
        on network: OpenNetwork
    ) throws(StepFailure) -> [PastCall] {
        let wanted = data.map { Keccak256.hash($0) }
        let rows = try inLedger { () throws(LedgerError) in
            try ledger.calls(to: address, on: network.spec.chainID, genesisHash: network.genesis)
        }
        var past = (rows + registered(at: address, on: network).flatMap(\.calls))
            .filter { $0.name == action.name }
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
