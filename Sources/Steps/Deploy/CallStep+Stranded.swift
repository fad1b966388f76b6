import Ethereum
import EthereumTypes
import Ledger
import Model

/// What a call did that is not the one that was wanted.
extension CallStep {
    /// Puts a call on record that relied on an address which is lost: as made where it was made, or as what went nowhere.
    ///
    /// - Throws: ``StepFailure`` of the kind `blocked`, coded `sent-to-nothing`, where no contract was there.
    func leave(
        _ operation: ChainOperation,
        _ stranded: StepFailure,
        _ action: CallAction,
        _ network: OpenNetwork
    ) async throws(StepFailure) {
        guard let to = Self.target(of: operation) else { throw stranded }
        let code = try await network.code(of: to, at: operation.inclusion?.blockNumber)
        guard code.isEmpty else { return try record(operation, to, action) }
        let words =
            "the call sent \(operation.intent.value) wei to \(to), where no contract was: its creation was lost"
        try inLedger { () throws(LedgerError) in
            _ = try context.ledger.markStranded(operation.id, error: words)
        }
        throw StepFailure(
            .blocked,
            code: "sent-to-nothing",
            "\(action.step.placed): \(words); \(stranded.message)",
            hint:
                "see transaction \(operation.inclusion?.transactionHash.description ?? ""); the next run makes the call to the "
                + "contract that is there then"
        )
    }

    /// Makes durable that a call was made to an address.
    func record(
        _ operation: ChainOperation,
        _ to: Address,
        _ action: CallAction
    ) throws(StepFailure) {
        try inLedger { () throws(LedgerError) in
            _ = try context.ledger.markFinal(
                operation.id,
                leaving: CallClaim(
                    name: action.name,
                    deployment: action.deployment,
                    address: to,
                    function: action.function.value
                )
            )
        }
    }

    /// Whom an operation called.
    static func target(of operation: ChainOperation) -> Address? {
        operation.content?.to
    }
}
