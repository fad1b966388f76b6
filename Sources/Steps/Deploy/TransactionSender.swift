import Engine
import Ethereum
import EthereumTypes
import Ledger
import Model

/// An operation in a block that is deep enough; not yet final in the ledger.
struct Settlement: Sendable {
    var operation: ChainOperation
    /// Why it is there for nothing: it goes on record as what it did, and its step ends with this.
    var stranded: StepFailure?
}

/// Takes one operation of a step through its lane, and tells the engine how far it is.
struct TransactionSender: Sendable {
    let network: OpenNetwork
    let lane: LaneDriver
    let progress: StepProgress
    /// Hears what the report keeps.
    let notice: @Sendable (Diagnostic) -> Void
    /// What steps that need this one can use as soon as a block has it.
    let usable: @Sendable (ChainOperation) throws(StepFailure) -> [Performed.NewOutput]?

    /// Signs and sends what is asked for, behind all that the lane has before it.
    ///
    /// - Returns: The operation, included in a block that is deep enough; not yet final in the ledger.
    func settle(_ request: TransactionRequest, signedBy signer: any TransactionSigner)
        async throws(StepFailure)
        -> Settlement
    {
        try await follow(await lane.submit(LaneRequest(transaction: request, signer: signer)))
    }

    /// Takes an operation that an earlier run signed to its end.
    ///
    /// - Parameters:
    ///   - operation: What is stored of it.
    ///   - signer: Who can sign a replacement that pays more; nil: only what is signed is sent.
    ///   - terms: What that is to be known by, and may cost.
    ///   - unwanted: Why it is not to come into a block any more, where none has it; nil: it is.
    /// - Returns: The operation, as of ``settle(_:signedBy:)``.
    /// - Throws: ``StepFailure`` of the kind `blocked` where it waits for a person.
    func resume(
        _ operation: ChainOperation,
        signer: (any TransactionSigner)?,
        as terms: SignedTerms,
        unwanted: StepFailure?
    ) async throws(StepFailure) -> Settlement {
        try await follow(await lane.attach(operation.id, signer: signer, as: terms, unwanted: unwanted))
    }

    /// Waits for an operation of which a block has something; nothing is sent for it.
    ///
    /// - Returns: The operation, as of ``settle(_:signedBy:)``; nil where no block has it.
    /// - Throws: ``StepFailure`` where it came to another end, as where another transaction has its nonce for good.
    func watch(_ operation: ChainOperation) async throws(StepFailure) -> Settlement? {
        do throws(StepFailure) {
            return try await follow(await lane.watch(operation.id, proving: true))
        } catch {
            guard error.code == Lane.inNoBlock.code else { throw error }
            return nil
        }
    }

    private func follow(_ notices: AsyncStream<LaneNotice>) async throws(StepFailure) -> Settlement {
        for await notice in notices {
            switch notice {
            case .placed: try progress.handedOver()
            case .included(let operation):
                if let outputs = try usable(operation) { try progress.usable(outputs) }
            case .confirmed(let operation): return Settlement(operation: operation)
            case .stranded(let operation, let failure):
                return Settlement(operation: operation, stranded: failure)
            case .failed(let failure): throw failure
            case .warned(let diagnostic): self.notice(diagnostic)
            case .said(let words): progress(words)
            }
        }
        throw .cancelled
    }
}

extension Hash {
    /// The start and the end, for progress.
    var short: String { "\(description.prefix(6))…\(description.suffix(4))" }
}

/// Turns the ledger's errors into a step's failure.
func inLedger<Value>(_ body: () throws(LedgerError) -> Value) throws(StepFailure) -> Value {
    do {
        return try body()
    } catch {
        throw error.failure
    }
}
