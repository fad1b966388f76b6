import Ethereum
import EthereumTypes
import Ledger
import Model

/// What a run asks the owners of each Safe to do: one batch a Safe and chain, which grows step by step.
///
/// An actor because the steps that ask share no parent but the run itself.
actor SafeDesk {
    private var batches: [ChainOperation.Lane: SafeProposal] = [:]

    /// Puts a step's call at the end of a Safe's batch and keeps that for good; one after the other.
    ///
    /// - Parameters:
    ///   - call: What the Safe is to do for the step; a step that is tried again asks for the same once.
    ///   - lane: The Safe.
    ///   - begin: Reads the chain for a batch without calls.
    ///   - join: Makes sure that a batch which has calls can take another.
    ///   - keep: Makes the batch durable.
    /// - Returns: The batch so far.
    /// - Throws: What `begin`, `join` and `keep` throw; the call is in no batch then.
    func add(
        _ call: SafeProposal.StepCall,
        to lane: ChainOperation.Lane,
        begin: @Sendable () async throws(StepFailure) -> SafeProposal,
        join: @Sendable (SafeProposal) async throws(StepFailure) -> Void,
        keep: @Sendable (SafeProposal) throws(StepFailure) -> Void
    ) async throws(StepFailure) -> SafeProposal {
        if batches[lane] == nil {
            let begun = try await begin()
            // Another step may have been here meanwhile.
            if batches[lane] == nil { batches[lane] = begun }
        }
        if let batch = batch(of: lane), batch.calls.contains(where: { $0.step != call.step }) {
            try await join(batch)
        }
        guard var batch = batches[lane] else { preconditionFailure("it was begun") }
        batch.calls.removeAll { $0.step == call.step }
        batch.calls.append(call)
        try keep(batch)
        batches[lane] = batch
        return batch
    }

    /// A Safe's batch as its owners will see it; nil where it has no calls.
    func batch(of lane: ChainOperation.Lane) -> SafeProposal? {
        batches[lane].flatMap { $0.calls.isEmpty ? nil : $0 }
    }
}
