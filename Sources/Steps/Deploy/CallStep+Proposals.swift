import Engine
import Ethereum
import EthereumTypes
import Ledger
import Model

extension CallStep {
    /// What people sent as an earlier run had proposed goes on record; nil where nothing was sent, or something else is wanted now.
    func settleProposed(
        _ action: CallAction,
        _ data: [UInt8],
        _ address: Address,
        _ network: OpenNetwork,
        _ fact: inout CallFact
    ) async throws(StepFailure) -> Performed? {
        guard let execution = try await context.execution(of: action.step, on: network) else { return nil }
        let (proposal, receipt) = (execution.proposal, execution.receipt)
        guard let to = proposal.intent.to,
            case .known(let known) = try context.knowledge(of: action.deployment, on: network)
        else { return nil }
        // Another contract may be there now; the call was made to the one that it was proposed for.
        var entry = known.entry
        entry.address = to
        let call = RegistryCall(
            name: action.name,
            function: fact.function,
            callDataHash: proposal.intent.payloadHash,
            transactionHash: receipt.transactionHash,
            block: receipt.blockNumber,
            run: proposal.intent.run
        )
        try inLedger { () throws(LedgerError) in
            try context.ledger.markExecuted(
                proposal, by: receipt.transactionHash, leaving: .call(call, to: entry), run: context.run)
        }
        guard to == address, proposal.intent.payloadHash == Keccak256.hash(data) else { return nil }
        fact.isMade = true
        fact.reason = execution.reason
        fact.transactionHash = receipt.transactionHash.description
        fact.blockNumber = receipt.blockNumber
        fact.gasUsed = receipt.gasUsed
        fact.feePaidWei = execution.feePaid?.description
        return try Self.performed(fact)
    }
}
