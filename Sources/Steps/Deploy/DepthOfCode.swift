import Engine
import Ethereum
import EthereumTypes
import Model

/// How deep below the head a contract is that no operation of the ledger created: nobody here sees when its block goes away.
extension EffectContext {
    /// Makes sure that what is taken over is as deep as what is sent must be before it counts.
    ///
    /// - Parameters:
    ///   - address: Where it is.
    ///   - network: Which.
    ///   - subject: What it is, for the message.
    ///   - progress: Hears that it is waited for; nil: it is looked at once.
    /// - Throws: ``StepFailure`` of the kind `blocked`, coded `not-confirmed`, where no block that stays has it by then.
    func requireDeep(
        _ address: Address,
        on network: OpenNetwork,
        _ subject: String,
        waiting progress: StepProgress?
    ) async throws(StepFailure) {
        let isDeep = try await untilDeep(
            on: network,
            within: progress == nil ? .zero : patience,
            waiting: { progress?("waiting until what is at \(address) is deep enough") }
        ) { (block) async throws(StepFailure) in
            // A node that has no state of that block does not tell.
            try await !network.code(of: address, at: block).isEmpty
        }
        guard !isDeep else { return }
        throw StepFailure(
            .blocked,
            code: "not-confirmed",
            "\(subject) is at \(address) on '\(network.spec.name)', not yet deep enough to be taken over",
            hint: "run again: a block that goes away would take it along"
        )
    }

    /// Waits until something holds in the newest block that is deep enough to stay; at once where every block is.
    ///
    /// - Parameters:
    ///   - network: Which.
    ///   - patience: How long; more where the network waits for finality. Zero: it is looked at once.
    ///   - waiting: Hears once that it does not hold yet.
    ///   - holds: Looks at a block.
    /// - Returns: Whether it did by then.
    /// - Throws: What `holds` throws; ``StepFailure`` where the node cannot be spoken to, or the run is interrupted.
    func untilDeep(
        on network: OpenNetwork,
        within patience: Duration,
        waiting: () -> Void,
        _ holds: (UInt64) async throws(StepFailure) -> Bool
    ) async throws(StepFailure) -> Bool {
        let rules = LaneRules(network.spec, patience: patience)
        guard !rules.isDeepAtOnce, rules.confirmations != .blocks(1) else { return true }
        let seen = try await untilSeen(
            within: patience == .zero ? .zero : rules.patience,
            atMostApart: rules.longestPoll,
            waiting: waiting
        ) { () async throws(StepFailure) -> Bool? in
            var head = ChainHead(latest: 0)
            switch rules.confirmations {
            case .blocks: head.latest = try await network.height(.latest)
            case .finalized: head.finalized = try await network.height(.finalized)
            }
            guard let block = rules.deepest(below: head) else { return nil }
            return try await holds(block) ? true : nil
        }
        return seen != nil
    }
}
