import Engine
import Ethereum
import EthereumTypes
import Ledger
import Model

/// What may be on a chain though nothing here knows of it, since what was done before would else be done again.
extension EffectContext {
    /// Looks, ahead of what is done once only, whether it may have been done already; nobody looks on a devnet.
    ///
    /// `progress` hears what is waited for.
    ///
    /// - Throws: As ``checkHistory(ahead:by:on:besides:waiting:)``, and where the sender's secret is not there.
    func checkHistory(
        ahead deed: OnceOnly?,
        on network: OpenNetwork,
        _ progress: StepProgress
    ) async throws(StepFailure) {
        guard let deed, !network.spec.isDevnet else { return }
        let account = try await address(of: deed.signer, on: network)
        try await checkHistory(ahead: deed, by: account, on: network) { progress($0) }
    }

    /// Looks, as above, for a plan too: a network that is changed by approved plans alone blocks, others warn once.
    ///
    /// What the account has in the pool, and nothing is on record of, may be what is to be done: the run waits until blocks have
    /// it, as does the look before an approved plan is applied. One that makes a plan does not.
    ///
    /// - Parameters:
    ///   - deed: What is done once only; nil: nothing is.
    ///   - account: Who does it; nil where that is not known, as for a plan without secrets.
    ///   - network: Where.
    ///   - known: Where else contracts are that are accounted for, as a plan knows that puts nothing on record.
    ///   - say: Hears what is waited for.
    /// - Throws: ``StepFailure`` of the kind `blocked`: `is-there` where it was found, `recorded-elsewhere` where other
    ///   names have it, `unknown-history` where that cannot be known.
    func checkHistory(
        ahead deed: OnceOnly?,
        by account: Address?,
        on network: OpenNetwork,
        besides known: Set<Address> = [],
        waiting say: (@Sendable (String) -> Void)? = nil
    ) async throws(StepFailure) {
        guard let deed, !network.spec.isDevnet else { return }
        try await checkNames(ahead: deed, by: account, on: network)
        guard let account else { return }
        switch deed.kind {
        case .placed(let compiled):
            let creations = try await unknownCreations(
                of: account, on: network, waiting: say ?? whatIsWaitedFor)
            if creations.waiting > 0 {
                let doubt = HistoryDoubt(waiting: creations.waiting, deed, account, network.spec)
                if network.spec.needsApproval { throw doubt.failure }
                if await hub.isFirstWord(of: "pool of \(account)", on: network) { notice(doubt.warning) }
            }
            guard creations.transactions > 0 else { return }
            let code = try ArtifactCode(compiled: compiled)
            var found = try await addresses(of: code, among: creations, on: network)
            found.removeAll(where: known.contains)
            let trace = HistoryTrace(
                deed: deed, account: account, network: network.spec, creations: creations, found: found)
            guard let doubt = trace.doubt else { return }
            if network.spec.needsApproval, doubt.isGrave { throw doubt.failure }
            if await hub.isFirstWord(of: deed.subject, on: network) { notice(doubt.warning) }
        case .salted, .call, .asked:
            try await checkCount(ahead: deed, by: account, on: network)
        }
    }

    /// Tells the user what is waited for; nil where a plan is made, which says what it sees.
    private var whatIsWaitedFor: (@Sendable (String) -> Void)? {
        guard approved != nil else { return nil }
        return { [notice] words in notice(Diagnostic(.note, "pending-transactions", words)) }
    }

    // MARK: What nothing on the chain tells of

    /// Decides by how much an account did before anything of it was on record.
    private func checkCount(
        ahead deed: OnceOnly,
        by account: Address,
        on network: OpenNetwork
    ) async throws(StepFailure) {
        let isCall = deed.isCall
        if network.spec.needsApproval {
            if !isCall, try isKnown(account, on: network, besides: run) || wasNew(account) { return }
        } else {
            if !isCall, try isKnown(account, on: network) { return }
            // Of a registry that knows another chain it was said when the network was opened.
            guard try recordedElsewhere(network) == nil,
                await hub.isFirstWord(of: account.description, on: network)
            else { return }
        }
        let count = try await unknownCount(deed, account, on: network)
        guard count > 0 else { return }
        let doubt = HistoryDoubt(counting: count, deed, account, network.spec)
        if network.spec.needsApproval { throw doubt.failure }
        notice(doubt.warning)
    }

    /// What an account did before anything of it was on record; what waits for a block is done.
    ///
    /// A Safe counts what its owners executed: the nonce of its account counts what it created.
    private func unknownCount(
        _ deed: OnceOnly,
        _ account: Address,
        on network: OpenNetwork
    ) async throws(StepFailure) -> UInt64 {
        if case .asked(let block) = deed.kind {
            // Of a Safe it was seen that its events do not tell what it did.
            guard !deed.isSafe else { return 1 }
            let seen = try inLedger { () throws(LedgerError) in
                try ledger.noncesSeen(of: deed.step, project: project, in: network.lane(of: account))
            }
            return try await unknownCount(of: account, since: block, besides: seen, on: network)
        }
        let lane = network.lane(of: account)
        let first = try inLedger { () throws(LedgerError) in try ledger.firstNonce(of: lane) }
        guard first != 0 else { return 0 }
        guard !deed.isSafe else {
            let count = try await SafeReading(network: network, safe: account).nonce()
            return min(count, first ?? count)
        }
        let count = try await network.transactionCount(of: account, at: .pending)
        let unknown = try await unknownNonces(of: account, in: 0..<min(count, first ?? count), on: network)
        // Where the node does not tell, the lane blocks what is changed by plans alone.
        guard deed.isCall, network.spec.needsApproval, !unknown.isEmpty else { return UInt64(unknown.count) }
        let looked = try await noncesLookedAt(of: account, on: network)
        return unknown.allSatisfy(looked.contains) ? 0 : UInt64(unknown.count)
    }

    /// The nonces whose transactions a run looks at before it sends anything for an account: one that makes a call is taken over.
    private func noncesLookedAt(
        of account: Address,
        on network: OpenNetwork
    ) async throws(StepFailure) -> Range<UInt64> {
        let lane = network.lane(of: account)
        let inBlocks = try await network.transactionCount(of: account, at: .latest)
        // The lane may have begun before this run sent anything.
        var record = try record(of: account, on: network, besides: run)
        record.nonces.formUnion(try await registeredNonces(of: account, on: network))
        let all = try inLedger { () throws(LedgerError) in try ledger.nonces(of: lane) }
        let count = min(inBlocks, all.subtracting(record.nonces).min() ?? inBlocks)
        return LaneStrangers.first(of: record, account, at: count, began: count).nonce..<count
    }

    /// How many transactions an account sent since a block that nothing is on record of, whatever they did; `seen`: the nonces of those
    /// that are known to have done something else.
    ///
    /// Where the node has no state of that block any more, all count that the account ever sent.
    private func unknownCount(
        of account: Address,
        since block: UInt64?,
        besides seen: Set<UInt64>,
        on network: OpenNetwork
    ) async throws(StepFailure) -> UInt64 {
        let count = try await network.transactionCount(of: account, at: .pending)
        var first: UInt64 = 0
        if let block, block > 0,
            let before = try? await network.transactionCount(of: account, at: .number(block - 1))
        {
            first = before
        }
        guard first < count else { return 0 }
        let unknown = try await unknownNonces(of: account, in: first..<count, on: network)
        return UInt64(unknown.count { !seen.contains($0) })
    }

    /// The nonces of an account, within some, of which neither the ledger nor a registry knows what they were used for.
    private func unknownNonces(
        of account: Address,
        in nonces: Range<UInt64>,
        on network: OpenNetwork
    ) async throws(StepFailure) -> [UInt64] {
        let lane = network.lane(of: account)
        let known = try inLedger { () throws(LedgerError) in try ledger.nonces(of: lane) }
        var unknown = nonces.filter { !known.contains($0) }
        // Hashes are made of no more than need be.
        if unknown.count <= UnknownCreations.most {
            let addresses = try recordedAddresses(on: network)
            unknown.removeAll { addresses.contains(Address.created(by: account, nonce: $0)) }
        }
        guard !unknown.isEmpty else { return [] }
        let left = try entriesOnRecord(network).flatMap { entry in
            entry.calls.map(\.transactionHash) + [entry.transactionHash].compactMap(\.self)
        }
        let executed = try inLedger { () throws(LedgerError) in try ledger.executions(in: lane) }
        let records = try await network.records(Array(Set(left + executed))).get()
        let used = records.values.compactMap(\.transaction).filter { $0.sender == account }.map(\.nonce)
        unknown.removeAll(where: Set(used).contains)
        return unknown
    }

    /// Whether anything that an account did on a chain is on record; `run` is left out of it.
    private func isKnown(
        _ account: Address,
        on network: OpenNetwork,
        besides run: String? = nil
    ) throws(StepFailure) -> Bool {
        guard !registered(onChainOf: network).contains(where: { $0.deployer == account }) else { return true }
        let lane = network.lane(of: account)
        return try inLedger { () throws(LedgerError) in try ledger.knowsAny(of: lane, besides: run) }
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
