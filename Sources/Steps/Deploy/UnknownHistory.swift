import Ethereum
import EthereumTypes
import Ledger
import Model

/// What is done once only, and may have been done by a run that nothing here knows of.
struct OnceOnly: Sendable {
    enum Kind: Sendable {
        /// A contract that no salt leads to.
        case contract
        /// A call that nothing on the chain tells of.
        case call
    }

    let kind: Kind
    let step: StepID
    /// Whoever did it would be this one; nil: a devnet's first account.
    let signer: SignerSpec?

    fileprivate var isSafe: Bool { if case .safe? = signer?.form { true } else { false } }
}

/// What may be on a chain though nothing here knows of it, since what was done before would else be done again.
extension EffectContext {
    /// A contract that may be there already; nil where that is on record, or the address that its salt gives says it.
    ///
    /// The address of a proxy says nothing: one that was made with earlier code is elsewhere. Nor does that of its beacon; that
    /// of its code says all of the code.
    func onceOnly(_ action: DeployAction, on network: OpenNetwork) throws(StepFailure) -> OnceOnly? {
        guard action.creation.salt == nil || action.part == .proxy || action.part == .beacon else {
            return nil
        }
        if case .known = try knowledge(of: action.name, formerly: action.formerly, on: network) { return nil }
        return OnceOnly(kind: .contract, step: action.step, signer: action.signer)
    }

    /// A call to a contract that was there before this run, which may have been made already; nil where records go back to the
    /// contract's creation, or `unless` tells.
    ///
    /// Of what was taken over, by its salt or by a person's word, no record has the calls that were made before.
    func onceOnly(
        _ action: CallAction,
        at address: Address,
        on network: OpenNetwork
    ) throws(StepFailure) -> OnceOnly? {
        guard action.unless == nil, try !knowsCreation(of: address, on: network) else { return nil }
        return OnceOnly(kind: .call, step: action.step, signer: action.signer)
    }

    /// Looks, ahead of what is done once only, whether it may have been done already: a network that is changed by approved
    /// plans alone blocks, others warn once.
    ///
    /// - Throws: As ``refuseUnknown(_:by:on:)``.
    func checkHistory(ahead deed: OnceOnly?, on network: OpenNetwork) async throws(StepFailure) {
        guard let deed, !network.spec.isDevnet else { return }
        let account = try await address(of: deed.signer, on: network)
        try await refuseUnknown(deed, by: account, on: network)
        if deed.kind == .contract, try isKnown(account, on: network) { return }
        // Of a registry that knows another chain it was said when the network was opened.
        guard try recordedElsewhere(network) == nil else { return }
        guard await hub.isFirstWord(of: account, on: network) else { return }
        let count = try await unknownCount(deed, account, on: network)
        guard count > 0 else { return }
        notice(
            Diagnostic(
                .warning,
                "unknown-history",
                "\(deed.history(count, of: account, on: network)), and neither this state directory nor a registry knows of any: "
                    + deed.consequence,
                hint: "bring back the state directory or the registry, or \(deed.remedy)"
            )
        )
    }

    /// Refuses where an account had done something when the plan was made, and nothing here knows of it; says nothing elsewhere.
    ///
    /// - Parameters:
    ///   - deed: What is done once only; nil: nothing is.
    ///   - account: Who does it; nil where that is not known, as for a plan without secrets.
    ///   - network: Where.
    /// - Throws: ``StepFailure`` of the kind `blocked`, coded `unknown-history`.
    func refuseUnknown(
        _ deed: OnceOnly?,
        by account: Address?,
        on network: OpenNetwork
    ) async throws(StepFailure) {
        guard let deed, let account, network.spec.needsApproval, !network.spec.isDevnet else { return }
        if deed.kind == .contract {
            guard try !isKnown(account, on: network, besides: run), !wasNew(account) else { return }
        }
        let count = try await unknownCount(deed, account, on: network)
        guard count > 0 else { return }
        throw StepFailure(
            .blocked,
            code: "unknown-history",
            "\(deed.history(count, of: account, on: network)), and neither this state directory nor a registry knows of any: "
                + deed.fear,
            hint: "bring back the state directory or the registry, or \(deed.remedy); nothing was sent"
        )
    }

    /// Refuses where a contract is where the plan foresaw it: the plan was applied before, and the record of it is lost.
    ///
    /// - Throws: ``StepFailure`` of the kind `blocked`, coded `is-there`.
    func refuseWhatIsThere(
        ahead action: DeployAction,
        _ call: ConstructorCall,
        on network: OpenNetwork
    ) async throws(StepFailure) {
        guard network.spec.needsApproval, !network.spec.isDevnet, action.creation.salt == nil,
            let address = approved?[action.step]?.address.flatMap({ try? Address($0) }),
            try !recordedAddresses(on: network).contains(address),
            call.compare(try await network.code(of: address)) == .identical
        else { return }
        throw StepFailure(
            .blocked,
            code: "is-there",
            "\(action.contract) is on '\(network.spec.name)' at \(address), as the plan foresaw, and "
                + "neither this state directory nor a registry knows of it",
            hint:
                "bring back the state directory or the registry, or take it over: hyperkit deployments adopt "
                + "\(action.step.subject) \(address); nothing was sent"
        )
    }

    /// What an account did before anything of it was on record.
    ///
    /// A Safe counts what its owners executed: the nonce of its account counts what it created.
    private func unknownCount(
        _ deed: OnceOnly,
        _ account: Address,
        on network: OpenNetwork
    ) async throws(StepFailure) -> UInt64 {
        let lane = network.lane(of: account)
        let first = try inLedger { () throws(LedgerError) in try ledger.firstNonce(of: lane) }
        guard first != 0 else { return 0 }
        let count =
            deed.isSafe
            ? try await SafeReading(network: network, safe: account).nonce()
            : try await network.transactionCount(of: account, at: .latest)
        return min(count, first ?? count)
    }

    /// Whether anything that an account did on a chain is on record; `run` is left out of it.
    private func isKnown(
        _ account: Address,
        on network: OpenNetwork,
        besides run: String? = nil
    ) throws(StepFailure) -> Bool {
        guard !registered(on: network).contains(where: { $0.deployer == account }) else { return true }
        let lane = network.lane(of: account)
        return try inLedger { () throws(LedgerError) in try ledger.knowsAny(of: lane, besides: run) }
    }

    private func knowsCreation(of address: Address, on network: OpenNetwork) throws(StepFailure) -> Bool {
        let entries = registered(on: network)
        guard !entries.contains(where: { $0.address == address && $0.transactionHash != nil }) else {
            return true
        }
        return try inLedger { () throws(LedgerError) in
            try ledger.knowsCreation(of: address, on: network.spec.chainID, genesisHash: network.genesis)
        }
    }

    private func recordedAddresses(on network: OpenNetwork) throws(StepFailure) -> Set<Address> {
        let rows = try inLedger { () throws(LedgerError) in
            try ledger.addresses(on: network.spec.chainID, genesisHash: network.genesis)
        }
        return rows.union(registered(on: network).map(\.address))
    }

    /// What the committed registry has of a chain, of any project.
    private func registered(on network: OpenNetwork) -> [RegistryEntry] {
        (registry[network.spec.name]?.entries ?? []).filter {
            $0.chainID == network.spec.chainID && $0.genesisHash == network.genesis
        }
    }

    /// Whether an account had sent nothing when the plan was made, by the addresses that it foresaw: there was nothing yet that
    /// could be unknown.
    private func wasNew(_ account: Address) -> Bool {
        guard let approved else { return false }
        let first = Address.created(by: account, nonce: 0).description
        return approved.steps.contains {
            approved[$0]?.sender == account.description && approved[$0]?.address == first
        }
    }
}

extension OnceOnly {
    fileprivate func history(_ count: UInt64, of account: Address, on network: OpenNetwork) -> String {
        let transactions = count == 1 ? "1 transaction" : "\(count) transactions"
        return isSafe
            ? "Safe \(account) has executed \(transactions) on '\(network.spec.name)'"
            : "\(account) has sent \(transactions) on '\(network.spec.name)'"
    }

    fileprivate var fear: String {
        switch kind {
        case .contract: "\(step.subject) may be there already"
        case .call: "\(step) may have been made already"
        }
    }

    fileprivate var consequence: String {
        switch kind {
        case .contract: "what it deployed before is deployed again"
        case .call: "\(step) is made again where it was made before"
        }
    }

    fileprivate var remedy: String {
        switch kind {
        case .contract: "name what is there: hyperkit deployments adopt \(step.subject) ADDRESS"
        case .call: "give the call an 'unless', or take it out of the manifest where it was made"
        }
    }
}
