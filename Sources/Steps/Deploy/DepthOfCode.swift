import Engine
import Ethereum
import EthereumTypes
import Model

/// How deep below the head a contract is that no operation of the ledger created: nobody here sees when its block goes away.
extension EffectContext {
    /// Waits until what is taken over is as deep as what is sent must be before it counts.
    ///
    /// - Parameters:
    ///   - address: Where it is.
    ///   - network: Which.
    ///   - subject: What it is, for the message.
    ///   - patience: How long; zero: it is looked at once.
    ///   - progress: Hears that it waits.
    /// - Throws: ``StepFailure`` of the kind `blocked`, coded `not-confirmed`, where no block that stays has it by then.
    func requireDeep(
        _ address: Address,
        on network: OpenNetwork,
        _ subject: String,
        within patience: Duration,
        progress: StepProgress = StepProgress()
    ) async throws(StepFailure) {
        let rules = LaneRules(network.spec, patience: patience)
        guard !rules.isDeepAtOnce, rules.confirmations != .blocks(1) else { return }
        let end = world.elapsed() + (patience == .zero ? .zero : rules.patience)
        while try await !isDeep(address, on: network, rules.confirmations) {
            progress("waiting until what is at \(address) is deep enough")
            guard world.elapsed() < end, (try? await world.sleep(rules.longestPoll)) != nil else {
                throw StepFailure(
                    .blocked,
                    code: "not-confirmed",
                    "\(subject) is at \(address) on '\(network.spec.name)', not yet deep enough to be taken over",
                    hint: "run again: a block that goes away would take it along"
                )
            }
        }
    }

    /// Whether the newest block that stays has code at an address; a node that has no state of that block does not tell.
    private func isDeep(
        _ address: Address,
        on network: OpenNetwork,
        _ confirmations: NetworkSpec.Confirmations
    ) async throws(StepFailure) -> Bool {
        let block: BlockReference
        switch confirmations {
        case .blocks(let wanted):
            let height = try await network.height(.latest)
            block = .number(height + 1 > UInt64(wanted) ? height + 1 - UInt64(wanted) : 0)
        case .finalized: block = .finalized
        }
        do throws(RPCFailure) {
            return try await !network.rpc.code(of: address, at: block).isEmpty
        } catch {
            if case .node = error { return true }
            throw StepFailure(error, on: network.spec)
        }
    }
}
