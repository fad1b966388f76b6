import Ethereum
import EthereumTypes
import Ledger
import Model

/// What may be on a chain though nothing here knows of it, since what it deployed would else be deployed again.
extension EffectContext {
    /// Looks, ahead of a creation, whether it may have been made already: a network that is changed by approved plans alone
    /// blocks, others warn once.
    ///
    /// - Throws: ``StepFailure`` of the kind `blocked`, coded `unknown-history` or `is-there`.
    func checkHistory(
        of sender: Address,
        ahead action: DeployAction,
        _ call: ConstructorCall,
        on network: OpenNetwork
    ) async throws(StepFailure) {
        guard !network.spec.isDevnet else { return }
        if network.spec.needsApproval {
            try await refuseUnknown(sender, ahead: action, on: network)
            try await refuseWhatIsThere(sender, ahead: action, call, on: network)
        }
        guard try !isKnown(sender, on: network), await hub.isFirstWord(of: sender, on: network) else {
            return
        }
        try await warn(of: sender, on: network)
    }

    /// Refuses where the sender had sent something when the plan was made, and nothing here knows of it.
    private func refuseUnknown(
        _ sender: Address,
        ahead action: DeployAction,
        on network: OpenNetwork
    ) async throws(StepFailure) {
        guard try !isKnown(sender, on: network, besides: run) else { return }
        let count = try await network.transactionCount(of: sender, at: .latest)
        guard count > 0, plannedNonce(of: sender, upTo: count) != 0 else { return }
        throw StepFailure(
            .blocked,
            code: "unknown-history",
            "\(Self.sent(count, by: sender, on: network)), and neither this state directory nor a registry knows "
                + "of any: \(action.step.subject) may be there already",
            hint:
                "bring back the state directory or the registry, or name what is there: hyperkit deployments adopt "
                + "\(action.step.subject) ADDRESS; nothing was sent"
        )
    }

    /// Refuses where the contract is where the plan foresaw it: the plan was applied before, and the record of it is lost.
    private func refuseWhatIsThere(
        _ sender: Address,
        ahead action: DeployAction,
        _ call: ConstructorCall,
        on network: OpenNetwork
    ) async throws(StepFailure) {
        guard let address = approved?[action.step]?.address.flatMap({ try? Address($0) }),
            try !recordedAddresses(on: network).contains(address),
            call.compare(try await network.code(of: address)) == .identical
        else { return }
        throw StepFailure(
            .blocked,
            code: "is-there",
            "\(sender) has created \(action.contract) on '\(network.spec.name)' at \(address), as the plan foresaw, and "
                + "neither this state directory nor a registry knows of it",
            hint:
                "bring back the state directory or the registry, or take it over: hyperkit deployments adopt "
                + "\(action.step.subject) \(address); nothing was sent"
        )
    }

    /// Whether anything that a sender did on a chain is on record; `run` is left out of it.
    private func isKnown(
        _ sender: Address,
        on network: OpenNetwork,
        besides run: String? = nil
    ) throws(StepFailure) -> Bool {
        let lane = ChainOperation.Lane(
            chainID: network.spec.chainID,
            genesisHash: network.genesis,
            sender: sender
        )
        let isInRegistry = (registry[network.spec.name]?.entries ?? []).contains {
            $0.deployer == sender && $0.chainID == lane.chainID && $0.genesisHash == lane.genesisHash
        }
        guard !isInRegistry else { return true }
        return try inLedger { () throws(LedgerError) in try ledger.knowsAny(of: lane, besides: run) }
    }

    private func recordedAddresses(on network: OpenNetwork) throws(StepFailure) -> Set<Address> {
        let rows = try inLedger { () throws(LedgerError) in
            try ledger.addresses(on: network.spec.chainID, genesisHash: network.genesis)
        }
        return rows.union((registry[network.spec.name]?.entries ?? []).map(\.address))
    }

    /// The sender's nonce when the plan was made, by the addresses that it foresaw; nil where they do not tell.
    ///
    /// Where that was 0 there was nothing yet that could be unknown.
    private func plannedNonce(of sender: Address, upTo count: UInt64) -> UInt64? {
        guard let approved else { return nil }
        let foreseen = approved.steps.compactMap { approved[$0] }
            .filter { $0.sender == sender.description }.compactMap(\.address)
        let addresses = Set(foreseen)
        return (0...count).first { addresses.contains(Address.created(by: sender, nonce: $0).description) }
    }

    private func warn(of sender: Address, on network: OpenNetwork) async throws(StepFailure) {
        let count = try await network.transactionCount(of: sender, at: .latest)
        guard count > 0 else { return }
        notice(
            Diagnostic(
                .warning,
                "unknown-history",
                "\(Self.sent(count, by: sender, on: network)), and neither this state directory nor a registry knows of any: "
                    + "what it deployed before is deployed again",
                hint: "bring back the state directory or the registry, or name what is there: "
                    + "hyperkit deployments adopt NAME@\(network.spec.name) ADDRESS"
            )
        )
    }

    private static func sent(_ count: UInt64, by sender: Address, on network: OpenNetwork) -> String {
        let sent = count == 1 ? "1 transaction" : "\(count) transactions"
        return "\(sender) has sent \(sent) on '\(network.spec.name)'"
    }
}
