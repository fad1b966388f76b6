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
        if try !context.isOnRecord(action, data, to: address, on: network) {
            try context.takeUpLost(
                SafeAttribution.Operation(
                    to: address, value: action.value, payloadHash: Keccak256.hash(data)),
                as: action.step, on: network)
        }
        let found = try await context.execution(of: action.step, on: network, seen: action.unless != nil)
        guard let execution = found else { return nil }
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
        fact.gasUsed = execution.gasUsed
        fact.feePaidWei = execution.feePaid?.description
        return try Self.performed(fact)
    }

    /// Refuses to go ahead of the call that the manifest has before this one.
    ///
    /// - Throws: ``StepFailure`` as of ``EffectContext/requireThere(_:_:before:on:)``.
    func requirePrevious(
        of action: CallAction,
        _ inputs: StepInputs,
        before account: Address,
        on network: OpenNetwork
    ) throws(StepFailure) {
        guard let previous = action.previous else { return }
        let fact = try WireJSON.decode(CallFact.self, from: try inputs[previous].bytes(EffectOutput.call))
        guard fact.isAsked else { return }
        try context.requireExecuted(previous, before: account, on: network)
    }

    /// What a Safe executed and nothing here knew of goes on record as this run found it.
    func takeOver(
        _ execution: SafeHistory.Execution,
        _ action: CallAction,
        _ data: [UInt8],
        _ address: Address,
        _ network: OpenNetwork,
        _ fact: inout CallFact
    ) throws(StepFailure) -> Performed {
        if case .known(let known) = try context.knowledge(of: action.deployment, on: network) {
            var entry = known.entry
            entry.address = address
            let call = RegistryCall(
                name: action.name,
                function: fact.function,
                callDataHash: Keccak256.hash(data),
                transactionHash: execution.transaction,
                block: execution.block,
                run: context.run
            )
            try inLedger { () throws(LedgerError) in
                try context.ledger.adopt(call, of: entry, network: network.spec.name, run: context.run)
            }
        }
        fact.isMade = true
        fact.reason = "the Safe had executed it in \(execution.transaction), which was on no record"
        fact.transactionHash = execution.transaction.description
        fact.blockNumber = execution.block
        return try Self.performed(fact)
    }
}
