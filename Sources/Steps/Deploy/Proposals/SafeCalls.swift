import Ethereum
import EthereumTypes
import Ledger
import Model

/// What a Safe says of a call that nothing here has on record, as on a machine that lost its state.
enum UnrecordedCall: Sendable {
    /// It was executed, and no step has that on record.
    case made(SafeHistory.Execution)
    case notMade
    /// It is not the Safe's, or the Safe's history does not reach back far enough, or tells only a part.
    case untold
}

extension EffectContext {
    /// Looks whether a Safe made a call since the contract is there; claims it for the step.
    ///
    /// - Parameters:
    ///   - action: A call that is about to be asked for.
    ///   - address: The contract's.
    ///   - data: What it is called with.
    ///   - network: Where.
    /// - Returns: What is known of it.
    /// - Throws: ``StepFailure`` of the kind `blocked`, coded `not-confirmed`, where it was made and is not deep enough yet.
    func unrecorded(
        _ action: CallAction,
        at address: Address,
        _ data: [UInt8],
        on network: OpenNetwork
    ) async throws(StepFailure) -> UnrecordedCall {
        // What was asked for and is still open was looked up already.
        guard case .safe(let safe, _)? = action.signer?.form, action.unless == nil,
            try openProposal(of: action.step, on: network) == nil
        else { return .untold }
        let lane = network.lane(of: safe)
        let reading = SafeReading(network: network, safe: safe)
        let moment = try await safes.history(of: lane, by: reading, back: nil)
        guard moment.nonce > 0 || moment.hasModules else { return .notMade }
        var start: UInt64 = 0
        if case .known(let known) = try knowledge(of: action.deployment, on: network),
            known.entry.address == address, let block = known.entry.block
        {
            start = block
        }
        // A node that keeps old states says at once that nothing was executed since.
        if !moment.hasModules, start > 0, let before = try? await reading.nonce(at: start - 1),
            before == moment.nonce
        {
            return .notMade
        }
        let history: SafeHistory
        do throws(StepFailure) {
            history = try await safes.history(of: lane, by: reading, since: start, from: moment)
        } catch {
            // Nodes keep few events; what is unknown then is for the rule of unknown histories.
            return .untold
        }
        let found = await safes.claim(
            SafeAttribution.Operation(
                to: address, value: action.value, payloadHash: Keccak256.hash(data)),
            as: action.name,
            of: lane,
            in: history,
            try proposals(of: lane),
            besides: try callsOnRecord(network)
        )
        switch found {
        case .at(let place):
            guard let receipt = history.executions[place].receipt else { return .untold }
            try await requireDepth(of: receipt, network)
            return .made(history.executions[place])
        case .unsure: return .untold
        case .nowhere: break
        }
        // Without the newest execution it is not known that the events are all there.
        let count = UInt64(history.executions.count)
        guard count > 0 || history.nonce == 0, count <= history.nonce,
            history.use(from: history.nonce - count, since: start) == .told
        else { return .untold }
        return .notMade
    }
}

extension SafeDesk {
    /// What a Safe executed since a block, with at least its newest execution: that proves that nothing behind it is missing.
    fileprivate func history(
        of lane: ChainOperation.Lane,
        by reading: SafeReading,
        since block: UInt64,
        from moment: SafeHistory
    ) async throws(StepFailure) -> SafeHistory {
        // What modules do takes no nonce, so that no number of executions says that there are no more.
        let most = moment.hasModules ? nil : moment.nonce
        let known = try await history(
            of: lane, by: reading, back: SafeReading.Reach(block: block, executions: most))
        guard known.executions.isEmpty, moment.nonce > 0 else { return known }
        return try await history(of: lane, by: reading, back: SafeReading.Reach(block: 0, executions: 1))
    }
}
