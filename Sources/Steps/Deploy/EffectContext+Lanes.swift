import Ethereum
import EthereumTypes
import Ledger
import Model

/// The lanes of a run, and what they begin with.
extension EffectContext {
    /// The lane of a sender on a network.
    ///
    /// - Throws: ``StepFailure``, as of ``requireApart(_:on:)`` too.
    func lane(of sender: Address, on network: OpenNetwork) async throws(StepFailure) -> LaneDriver {
        if await hub.lane(of: sender, on: network) == nil { try await requireApart(sender, on: network) }
        let spec = network.spec
        if let lane = await hub.lane(of: sender, on: network) { return lane }
        let looked = await hub.sentCount(of: sender, on: network)
        let others = try await registeredNonces(of: sender, on: network)
        return try await hub.lane(of: sender, on: network) { lane throws(StepFailure) in
            // Ahead of the first signature: a disk may be full, and only who writes finds that out.
            if let obstacle = recordObstacle(spec) { throw obstacle }
            let rules = LaneRules(spec, patience: patience)
            // Ahead of all that is reserved: what is on its way counts for the run that takes it on.
            try inLedger { () throws(LedgerError) in
                try ledger.takeOver(
                    on: spec.name, chainID: spec.chainID, genesisHash: network.genesis, in: run)
            }
            let stored = try inLedger { () throws(LedgerError) in try ledger.openOperations(in: lane) }
            var record = try record(of: sender, on: network, looked: looked)
            record.unapproved = try unapproved(stored)
            record.nonces.formUnion(others)
            let settled = try inLedger { () throws(LedgerError) in try ledger.settledNonce(in: lane) }
            return LaneDriver(
                LanePerformer(
                    world: world,
                    ledger: ledger,
                    network: network,
                    sender: sender,
                    run: run,
                    rules: rules,
                    stepsAtWork: stepsAtWork
                ),
                Lane(
                    rules,
                    LaneContext(
                        run: run,
                        project: project,
                        network: spec.name,
                        lane: lane,
                        fees: spec.feeSettings,
                        needsApproval: spec.needsApproval,
                        location: spec.location,
                        mostGas: spec.limits.maxTransactionGas
                    ),
                    stored: stored,
                    settled: settled,
                    record: record,
                    at: world.elapsed()
                )
            )
        }
    }

    /// Of so many transactions of registries the nonces are asked for: two questions each.
    private static let mostRegistered = 1_024

    /// The nonces of what registries have that the ledger has not, of the newest so many: no address tells those of calls.
    func registeredNonces(of sender: Address, on network: OpenNetwork) async throws(StepFailure) -> Set<
        UInt64
    > {
        var places: [Hash: (isItsOwn: Bool, block: UInt64)] = [:]
        for entry in registered(onChainOf: network) {
            let isItsOwn = entry.deployer == sender
            if let hash = entry.transactionHash { places[hash] = (isItsOwn, entry.block ?? 0) }
            for call in entry.calls { places[call.transactionHash] = (isItsOwn, call.block) }
        }
        guard !places.isEmpty else { return [] }
        let own = try inLedger { () throws(LedgerError) in
            try ledger.signedHashes(of: network.lane(of: sender))
        }
        // Who made a call no registry says: most likely whoever deployed what it was made to.
        let newest = places.filter { !own.contains($0.key) }.sorted {
            ($0.value.isItsOwn ? 1 : 0, $0.value.block) > ($1.value.isItsOwn ? 1 : 0, $1.value.block)
        }
        let asked = newest.prefix(Self.mostRegistered).map(\.key)
        guard !asked.isEmpty else { return [] }
        let records = try await hub.records(of: asked, on: network)
        return Set(records.values.compactMap(\.transaction).filter { $0.sender == sender }.map(\.nonce))
    }

    /// Looks at what a lane would look at before it sends anything, as far as that is not on record.
    func look(at account: Address, on network: OpenNetwork) async throws(StepFailure) -> LaneStrangers {
        let count = try await network.transactionCount(of: account, at: .latest)
        var record = try record(of: account, on: network)
        record.nonces.formUnion(try await registeredNonces(of: account, on: network))
        record.began = count
        let lane = network.lane(of: account)
        let settled = try inLedger { () throws(LedgerError) in try ledger.settledNonce(in: lane) }
        var strangers = LaneStrangers(of: account, record)
        strangers.note(inBlocks: count, settled: settled)
        let nonces = strangers.unaccounted(below: count)
        if !nonces.isEmpty {
            let (found, unknown) = try await NonceSearch(network, account).strangers(with: nonces)
            strangers.note(found, unknown: unknown)
        }
        return strangers
    }

    /// What was signed before and is neither in the plan that is applied nor of a run that applied it.
    private func unapproved(_ stored: [ChainOperation]) throws(StepFailure) -> Set<ChainOperation.ID> {
        guard let approved else { return [] }
        let runs = try inLedger { () throws(LedgerError) in try ledger.runs(applying: approved.digest) }
        return Set(
            stored.filter { operation in
                !runs.contains(operation.intent.run)
                    && !operation.attempts.contains { approved.signedBefore.contains($0.hash.description) }
            }.map(\.id))
    }

    /// What ledger and registries have of an account, when its lane begins; what `run` left in the ledger is left out of it.
    func record(
        of sender: Address,
        on network: OpenNetwork,
        looked: SentCount? = nil,
        besides run: String? = nil
    ) throws(StepFailure) -> LaneRecord {
        let entries = registered(onChainOf: network)
        let lane = network.lane(of: sender)
        return LaneRecord(
            nonces: try inLedger { () throws(LedgerError) in try ledger.nonces(of: lane, besides: run) },
            addresses: try recordedAddresses(on: network),
            hashes: Set(
                entries.flatMap { [$0.transactionHash].compactMap(\.self) + $0.calls.map(\.transactionHash) }),
            knowsSender: entries.contains { $0.deployer == sender },
            began: looked?.inBlocks,
            weighed: looked.map { $0.unknownWaiting > 0 ? $0.withPool : 0 } ?? 0
        )
    }
}
