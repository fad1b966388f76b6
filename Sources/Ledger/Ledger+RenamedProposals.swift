import EthereumTypes
import GRDB
package import Model

/// What was asked for never changes: under another name the same is kept again, and what it was kept as before has ended.
extension Ledger {
    /// Has what people were asked for under the former name of a step go on under its name of now.
    ///
    /// Where something is open under several of its names, nothing of it moves.
    ///
    /// - Parameters:
    ///   - names: The names of now, by former ones.
    ///   - project: Whose steps they are.
    ///   - run: Who has them so.
    /// - Throws: ``LedgerError/unknownRun(_:)``.
    package func renameProposals(
        _ names: [StepID: StepID],
        project: String,
        run: String
    ) throws(LedgerError) {
        guard !names.isEmpty, try !read({ try Self.renamed(names, project, in: $0) }).isEmpty else { return }
        try write { database in
            try Self.requireRun(run, in: database)
            for (id, name) in try Self.renamed(names, project, in: database) {
                try move(id, to: name, on: nil, by: run, in: database)
            }
        }
    }

    /// Has what people were asked for go on as what another step asks for, with what it took the place of.
    ///
    /// - Parameters:
    ///   - proposal: What the step asks for too; it is open then. Where people were seen to have done it meanwhile, nothing of it moves.
    ///   - step: The step, of which nothing is open.
    ///   - network: What its network is called.
    ///   - run: Who asks.
    /// - Throws: ``LedgerError/unknownRun(_:)``.
    package func takeUp(
        _ proposal: Proposal,
        as step: StepID,
        on network: String,
        run: String
    ) throws(LedgerError) {
        let intent = proposal.intent
        try write { database in
            try Self.requireRun(run, in: database)
            let ids = try Int64.fetchAll(
                database,
                sql: """
                    SELECT id FROM proposals WHERE (id = :id AND state != 'executed')
                        OR (state IN ('open', 'superseded') AND project = :project AND step = :step
                            AND chain_id = :chain AND genesis_hash = :genesis AND account = :account)
                        ORDER BY id = :id, id
                    """,
                arguments: [
                    "id": proposal.id, "project": intent.project, "step": intent.step.rawValue,
                    "chain": try Column.integer(intent.lane.chainID.rawValue, "chain id"),
                    "genesis": intent.lane.genesisHash.description,
                    "account": intent.lane.sender.description,
                ])
            for id in ids {
                let state: Proposal.State = id == proposal.id ? .open : .superseded
                try move(id, to: step, on: network, as: state, by: run, in: database)
            }
        }
    }

    private func move(
        _ id: Int64,
        to step: StepID,
        on network: String?,
        as state: Proposal.State? = nil,
        by run: String,
        in database: Database
    ) throws {
        let time = now().milliseconds
        try database.execute(
            sql: """
                INSERT INTO proposals (run, project, step, network, chain_id, genesis_hash, account, target,
                    value_wei, payload_hash, creates, nonce, counted, batch_hash, storage_layout, created_at,
                    updated_at, state)
                SELECT run, project, :step, ifnull(:network, network), chain_id, genesis_hash, account, target,
                    value_wei, payload_hash, creates, nonce, counted, batch_hash, storage_layout, created_at,
                    :time, ifnull(:state, state) FROM proposals WHERE id = :id
                """,
            arguments: [
                "id": id, "step": step.rawValue, "network": network, "time": time, "state": state?.rawValue,
            ]
        )
        try database.execute(
            sql: """
                UPDATE proposals SET state = 'withdrawn', reason = ?, updated_at = ?
                    WHERE id = ? AND state IN ('open', 'superseded')
                """,
            arguments: ["\(Proposal.moved)\(step)", time, id]
        )
        if database.changesCount == 0 {
            // It was taken back, which is no longer why it has ended.
            try database.execute(
                sql: "UPDATE proposals SET reason = ?, updated_at = ? WHERE id = ?",
                arguments: ["\(Proposal.moved)\(step)", time, id]
            )
        }
        try append(
            actor: try Self.actor(of: run, in: database),
            action: "proposal.move",
            subject: "\(step) #\(id)",
            detail: "",
            in: database
        )
    }

    /// What has not ended under a former name, the oldest first, and its name of now; nothing of those that are asked for under several.
    private static func renamed(
        _ names: [StepID: StepID],
        _ project: String,
        in database: Database
    ) throws -> [(id: Int64, name: StepID)] {
        let all = try database.keptRows(
            sql: """
                SELECT id, step, chain_id, genesis_hash FROM proposals
                    WHERE project = ? AND state IN ('open', 'superseded') ORDER BY id
                """,
            arguments: [project]
        ).map { row in
            let step = try row.parsed("step", StepID.init(_:))
            return Renamed(
                id: try row.value("id"), step: step,
                place: Renamed.Place(
                    name: names[step] ?? step, chain: try row.value("chain_id"),
                    genesis: try row.value("genesis_hash")))
        }
        let askedAs = Dictionary(grouping: all, by: \.place).mapValues { Set($0.map(\.step)) }
        return all.filter { $0.step != $0.place.name && askedAs[$0.place]?.count == 1 }
            .map { (id: $0.id, name: $0.place.name) }
    }

    private struct Renamed {
        let id: Int64
        let step: StepID
        let place: Place

        struct Place: Hashable {
            let name: StepID
            let chain: Int64
            let genesis: String
        }
    }
}
