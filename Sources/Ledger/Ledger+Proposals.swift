package import EthereumTypes
import GRDB
package import Model

extension Ledger {
    /// Notes what people are asked to send; an open proposal of the same step on the same chain is superseded by it.
    ///
    /// - Parameters:
    ///   - intent: What they are asked for.
    ///   - nonce: The nonce that it is asked for under.
    ///   - counted: Where a search for it begins, as ``Proposal/counted``.
    ///   - batchHash: What the owners of a Safe sign; all that this run has asked them for is part of that now.
    /// - Returns: The proposal, which is open.
    /// - Throws: ``LedgerError/unknownRun(_:)``.
    package func propose(
        _ intent: Proposal.Intent,
        nonce: UInt64,
        counted: UInt64,
        batchHash: Hash? = nil
    ) throws(LedgerError) -> Proposal {
        let time = now().milliseconds
        return try write { database in
            try Self.requireRun(intent.run, in: database)
            try database.execute(
                sql: """
                    UPDATE proposals SET state = 'superseded', updated_at = ? WHERE state = 'open'
                        AND project = ? AND step = ? AND chain_id = ? AND genesis_hash = ?
                    """,
                arguments: [time, intent.project, intent.step.rawValue] + Self.chain(intent.lane)
            )
            try database.execute(
                sql: """
                    INSERT INTO proposals (run, project, step, network, chain_id, genesis_hash, account, target,
                        value_wei, payload_hash, creates, nonce, counted, batch_hash, storage_layout, state, created_at,
                        updated_at)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'open', ?, ?)
                    """,
                arguments: [intent.run, intent.project, intent.step.rawValue, intent.network]
                    + Self.chain(intent.lane) + [
                        intent.lane.sender.description, intent.to?.description, intent.value.description,
                        intent.payloadHash.description, intent.creates?.description,
                        Column.integer(nonce, "nonce"), Column.integer(counted, "nonce"),
                        batchHash?.description,
                        intent.storageLayout.map { String(decoding: $0.json, as: UTF8.self) }, time, time,
                    ]
            )
            let id = database.lastInsertedRowID
            if let batchHash {
                try database.execute(
                    sql: """
                        UPDATE proposals SET batch_hash = ? WHERE state = 'open' AND run = ? AND chain_id = ?
                            AND genesis_hash = ? AND account = ?
                        """,
                    arguments: [batchHash.description, intent.run] + Self.chain(intent.lane) + [
                        intent.lane.sender.description
                    ]
                )
            }
            try append(
                actor: try Self.actor(of: intent.run, in: database),
                action: "proposal.open",
                subject: "\(intent.step.rawValue) #\(id)",
                detail: "\(intent.lane.sender) nonce \(nonce)",
                in: database
            )
            return try Proposal.fetch(id, in: database)
        }
    }

    /// What people were last asked to send for a step on a chain and may still send; nil where there is nothing.
    package func openProposal(
        of step: StepID,
        project: String,
        chainID: ChainID,
        genesisHash: Hash
    ) throws(LedgerError) -> Proposal? {
        try read { database in
            try Row.fetchOne(
                database,
                sql: """
                    SELECT * FROM proposals WHERE state = 'open' AND project = ? AND step = ? AND chain_id = ?
                        AND genesis_hash = ?
                    """,
                arguments: [
                    project, step.rawValue, Column.integer(chainID.rawValue, "chain id"),
                    genesisHash.description,
                ]
            ).map { try Proposal($0) }
        }
    }

    /// What people were asked for before in place of an open proposal, and may have sent instead; the newest first.
    package func proposals(supersededBy open: Proposal) throws(LedgerError) -> [Proposal] {
        let intent = open.intent
        return try read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT * FROM proposals WHERE state = 'superseded' AND project = ? AND step = ?
                        AND chain_id = ? AND genesis_hash = ? AND account = ? ORDER BY id DESC
                    """,
                arguments: [intent.project, intent.step.rawValue] + Self.chain(intent.lane) + [
                    intent.lane.sender.description
                ]
            ).map { try Proposal($0) }
        }
    }

    /// All that people were asked to send from an account, or before in its place, and that has not ended; the oldest first.
    package func unendedProposals(in lane: ChainOperation.Lane) throws(LedgerError) -> [Proposal] {
        try read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT * FROM proposals WHERE state IN ('open', 'superseded') AND chain_id = ?
                        AND genesis_hash = ? AND account = ? ORDER BY id
                    """,
                arguments: Self.chain(lane) + [lane.sender.description]
            ).map { try Proposal($0) }
        }
    }

    /// All that people were ever asked to send from an account, whatever became of it, by the names of now; the oldest first.
    package func proposals(in lane: ChainOperation.Lane) throws(LedgerError) -> [Proposal] {
        try read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT * FROM proposals WHERE chain_id = ? AND genesis_hash = ? AND account = ?
                        AND NOT (state = 'withdrawn' AND reason LIKE ? || '%') ORDER BY id
                    """,
                arguments: Self.chain(lane) + [lane.sender.description, Proposal.moved]
            ).map { try Proposal($0) }
        }
    }

    /// The transactions with which people did what an account was asked for.
    package func executions(in lane: ChainOperation.Lane) throws(LedgerError) -> [Hash] {
        try read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT DISTINCT transaction_hash FROM proposals WHERE state = 'executed' AND chain_id = ?
                        AND genesis_hash = ? AND account = ?
                    """,
                arguments: Self.chain(lane) + [lane.sender.description]
            ).map { try $0.parsed("transaction_hash", Hash.init(_:)) }
        }
    }

    /// All that people were asked to send from an account and may still send, by nonce.
    package func openProposals(in lane: ChainOperation.Lane) throws(LedgerError) -> [Proposal] {
        try read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT * FROM proposals WHERE state = 'open' AND chain_id = ? AND genesis_hash = ?
                        AND account = ? ORDER BY nonce, id
                    """,
                arguments: Self.chain(lane) + [lane.sender.description]
            ).map { try Proposal($0) }
        }
    }

    /// Says that a transaction of people did what was proposed, for good; what it left is recorded in the same database transaction.
    ///
    /// What else was proposed for the step is withdrawn with it.
    ///
    /// - Parameters:
    ///   - proposal: What was proposed; one that has ended already changes nothing.
    ///   - hash: The transaction.
    ///   - claim: What that left.
    ///   - run: Who found out.
    /// - Throws: ``LedgerError/unknownRun(_:)``.
    package func markExecuted(
        _ proposal: Proposal,
        by hash: Hash,
        leaving claim: ProposalClaim,
        run: String
    ) throws(LedgerError) {
        let time = now().milliseconds
        try write { database in
            try Self.requireRun(run, in: database)
            try database.execute(
                sql: """
                    UPDATE proposals SET state = 'executed', transaction_hash = ?, updated_at = ?
                        WHERE id = ? AND state IN ('open', 'superseded')
                    """,
                arguments: [hash.description, time, proposal.id]
            )
            guard database.changesCount == 1 else { return }
            let intent = proposal.intent
            try database.execute(
                sql: """
                    UPDATE proposals SET state = 'withdrawn', reason = ?, updated_at = ?
                        WHERE state IN ('open', 'superseded') AND project = ? AND step = ? AND chain_id = ?
                            AND genesis_hash = ? AND account = ?
                    """,
                arguments: ["\(hash) did it", time, intent.project, intent.step.rawValue]
                    + Self.chain(intent.lane) + [intent.lane.sender.description]
            )
            let network = intent.network
            switch claim {
            case .deployment(let entry, let gasUsed):
                _ = try Self.adopt(entry, network, run, time, gasUsed: gasUsed, in: database)
            case .call(let call, let entry):
                try Self.adopt(call, of: entry, network, run, time, in: database)
            case .upgrade(let claim):
                try Self.noteUpgrade(claim, by: proposal, run, time, in: database)
            }
            try append(
                actor: try Self.actor(of: run, in: database),
                action: "proposal.executed",
                subject: "\(proposal.intent.step.rawValue) #\(proposal.id)",
                detail: hash.description,
                in: database
            )
        }
    }

    /// Says that a proposal can no longer be sent, or no longer should, with what it took the place of.
    package func withdraw(_ proposal: Proposal, reason: String) throws(LedgerError) {
        let time = now().milliseconds
        try write { database in try Self.withdraw(proposal, reason, time, in: database) }
    }

    /// Says that an upgrade which was proposed was made by a transaction that nobody here knows; what the proxy runs now is
    /// recorded in the same database transaction.
    ///
    /// - Throws: ``LedgerError/unknownRun(_:)``.
    package func markUpgraded(
        _ proposal: Proposal,
        leaving claim: UpgradeClaim,
        run: String
    ) throws(LedgerError) {
        let time = now().milliseconds
        try write { database in
            try Self.requireRun(run, in: database)
            try Self.withdraw(proposal, "the proxy runs what it asks for", time, in: database)
            try Self.noteUpgrade(claim, by: proposal, run, time, in: database)
            try append(
                actor: try Self.actor(of: run, in: database),
                action: "proposal.found",
                subject: "\(proposal.intent.step.rawValue) #\(proposal.id)",
                detail: claim.proxy.implementation.description,
                in: database
            )
        }
    }

    private static func noteUpgrade(
        _ claim: UpgradeClaim,
        by proposal: Proposal,
        _ run: String,
        _ time: Int64,
        in database: Database
    ) throws {
        let intent = proposal.intent
        // Where another ledger's word was taken over meanwhile, that has it.
        _ = try upgrade(
            claim, project: intent.project, network: intent.network, chain(intent.lane), run, time,
            in: database)
    }

    private static func withdraw(
        _ proposal: Proposal,
        _ reason: String,
        _ time: Int64,
        in database: Database
    ) throws {
        try database.execute(
            sql: """
                UPDATE proposals SET state = 'withdrawn', reason = ?, updated_at = ?
                    WHERE id = ? AND state = 'open'
                """,
            arguments: [reason, time, proposal.id]
        )
        guard database.changesCount == 1 else { return }
        let intent = proposal.intent
        try database.execute(
            sql: """
                UPDATE proposals SET state = 'withdrawn', reason = ?, updated_at = ?
                    WHERE state = 'superseded' AND project = ? AND step = ? AND chain_id = ?
                        AND genesis_hash = ? AND account = ?
                """,
            arguments: [reason, time, intent.project, intent.step.rawValue] + chain(intent.lane) + [
                intent.lane.sender.description
            ]
        )
    }

    static func chain(_ lane: ChainOperation.Lane) throws -> StatementArguments {
        [try Column.integer(lane.chainID.rawValue, "chain id"), lane.genesisHash.description]
    }
}

/// What a proposal leaves behind when it was executed.
package enum ProposalClaim: Hashable, Sendable {
    case deployment(RegistryEntry, gasUsed: UInt64?)
    /// A call to the deployment of the entry.
    case call(RegistryCall, to: RegistryEntry)
    /// A proxy runs other code.
    case upgrade(UpgradeClaim)
}

extension Proposal {
    fileprivate static func fetch(_ id: Int64, in database: Database) throws -> Proposal {
        let row = try Row.fetchOne(database, sql: "SELECT * FROM proposals WHERE id = ?", arguments: [id])
        guard let row else { throw MalformedRow(detail: "a proposal is not there after it was written") }
        return try Proposal(row)
    }

    init(_ row: Row) throws {
        id = try row.value("id")
        intent = Intent(
            run: try row.value("run"),
            project: try row.value("project"),
            step: try row.parsed("step", StepID.init(_:)),
            network: try row.value("network"),
            lane: ChainOperation.Lane(
                chainID: try row.chainID("chain_id"),
                genesisHash: try row.parsed("genesis_hash", Hash.init(_:)),
                sender: try row.parsed("account", Column.address)
            ),
            to: try row.parsedIfThere("target", Column.address),
            value: try row.parsed("value_wei", Column.wei),
            payloadHash: try row.parsed("payload_hash", Hash.init(_:)),
            creates: try row.parsedIfThere("creates", Column.address),
            storageLayout: try row.jsonIfThere("storage_layout")
        )
        nonce = try row.number("nonce")
        counted = try row.number("counted")
        batchHash = try row.parsedIfThere("batch_hash", Hash.init(_:))
        state = try row.parsed("state", State.init(rawValue:))
        createdAt = try row.time("created_at")
    }
}
