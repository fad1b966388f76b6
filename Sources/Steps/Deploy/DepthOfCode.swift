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
        let rules = LaneRules(network.spec, patience: patience)
        guard !rules.isDeepAtOnce, rules.confirmations != .blocks(1) else { return }
        let seen = try await untilSeen(
            within: progress == nil ? .zero : rules.patience,
            atMostApart: rules.longestPoll,
            waiting: { progress?("waiting until what is at \(address) is deep enough") }
        ) { () async throws(StepFailure) -> Bool? in
            try await isThere(address, on: network, rules) ? true : nil
        }
        guard seen == nil else { return }
        throw StepFailure(
            .blocked,
            code: "not-confirmed",
            "\(subject) is at \(address) on '\(network.spec.name)', not yet deep enough to be taken over",
            hint: "run again: a block that goes away would take it along"
        )
    }

    /// Whether the newest block that stays has code at an address; a node that has no state of that block does not tell.
    private func isThere(
        _ address: Address,
        on network: OpenNetwork,
        _ rules: LaneRules
    ) async throws(StepFailure) -> Bool {
        guard let block = try await network.deepest(rules) else { return false }
        return try await !network.code(of: address, at: block).isEmpty
    }
}
