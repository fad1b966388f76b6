import Ethereum
import EthereumTypes
import Ledger
import Model

/// What a run asks the owners of each Safe to do: one batch a Safe and chain, which grows step by step.
///
/// An actor because the steps that ask share no parent but the run itself.
actor SafeDesk {
    private typealias Reading = Task<Result<SafeHistory, StepFailure>, Never>

    private var batches: [ChainOperation.Lane: SafeProposal] = [:]
    private var moments: [ChainOperation.Lane: Reading] = [:]
    private var histories: [ChainOperation.Lane: Reading] = [:]
    private var claims: [ChainOperation.Lane: Set<SafeAttribution.Claim>] = [:]

    /// What a Safe executed before the one moment at which this run looks at it.
    ///
    /// What is looked up and what is asked for then rest on the same nonce: what owners execute meanwhile used that nonce, and
    /// what is asked for again under it can never be executed.
    ///
    /// - Parameters:
    ///   - lane: The Safe.
    ///   - reading: Asks the chain.
    ///   - reach: How far back it is wanted; nil: not at all.
    /// - Returns: The history, with at least what was wanted.
    /// - Throws: ``StepFailure`` where the node does not say it.
    func history(
        of lane: ChainOperation.Lane,
        by reading: SafeReading,
        back reach: SafeReading.Reach?
    ) async throws(StepFailure) -> SafeHistory {
        let moment =
            moments[lane]
            ?? Reading {
                await Self.result { () async throws(StepFailure) in try await reading.moment() }
            }
        moments[lane] = moment
        let start: SafeHistory
        do throws(StepFailure) { start = try await moment.value.get() } catch {
            if moments[lane] == moment { moments[lane] = nil }
            throw error
        }
        guard let reach else { return start }
        let before = histories[lane]
        let next = Reading {
            // One that could not be read is begun anew, from the same moment.
            let known = (try? await before?.value.get()) ?? start
            return await Self.result { () async throws(StepFailure) in
                try await reading.history(known, back: reach)
            }
        }
        histories[lane] = next
        return try await next.value.get()
    }

    private static func result(
        _ read: () async throws(StepFailure) -> SafeHistory
    ) async -> Result<SafeHistory, StepFailure> {
        do throws(StepFailure) { return .success(try await read()) } catch { return .failure(error) }
    }

    /// What is found of a call among those that no step claims.
    enum Unclaimed: Sendable {
        /// Its place in the history.
        case at(Int)
        /// All such calls are claimed, or there is none.
        case nowhere
        /// Records do not tell whether it is claimed.
        case unsure
    }

    /// Finds an execution with a call that no step claims, and claims it for one.
    ///
    /// - Parameters:
    ///   - operation: The call.
    ///   - name: The call's name, which the claim is for.
    ///   - lane: The Safe.
    ///   - history: What it executed.
    ///   - proposals: What its owners were asked for.
    ///   - recorded: The calls on record.
    /// - Returns: Where it is.
    func claim(
        _ operation: SafeAttribution.Operation,
        as name: String,
        of lane: ChainOperation.Lane,
        in history: SafeHistory,
        _ proposals: [Proposal],
        besides recorded: Set<SafeAttribution.Claim>
    ) -> Unclaimed {
        let claimed = claims[lane, default: []]
        let mine = claimed.first {
            $0.name == name && $0.address == operation.to && $0.callDataHash == operation.payloadHash
                && $0.value == operation.value
        }
        if let mine {
            return history.executions.firstIndex { $0.transaction == mine.transaction }.map { .at($0) }
                ?? .nowhere
        }
        // What this run has taken on record itself counts once.
        let others = recorded.filter { one in !claimed.contains { $0.isSame(as: one) } }
        let attribution = SafeAttribution(history, of: proposals, besides: others.union(claimed))
        guard let to = operation.to else { return .nowhere }
        if attribution.isUnsure(of: operation) { return .unsure }
        guard let place = attribution.unclaimed(operation) else { return .nowhere }
        claims[lane, default: []].insert(
            SafeAttribution.Claim(
                name: name, address: to, callDataHash: operation.payloadHash,
                transaction: history.executions[place].transaction, value: operation.value))
        return .at(place)
    }

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
