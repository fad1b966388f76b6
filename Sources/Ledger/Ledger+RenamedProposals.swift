import EthereumTypes
import GRDB
package import Model

extension Ledger {
    /// Has what people were asked for under the former name of a step go on under its name of now.
    ///
    /// What was asked for never changes: the same is kept again, under the new name, and the old one has ended. Where something is open
    /// under the new name already, people may have sent either.
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
        guard !names.isEmpty,
            try !read({ database in try Self.renamed(names, project, in: database) }).isEmpty
        else { return }
        let time = now().milliseconds
        try write { database in
            try Self.requireRun(run, in: database)
            for (id, name) in try Self.renamed(names, project, in: database) {
                try database.execute(
                    sql: """
                        INSERT INTO proposals (run, project, step, network, chain_id, genesis_hash, account, target,
                            value_wei, payload_hash, creates, nonce, counted, batch_hash, storage_layout, created_at,
                            updated_at, state)
                        SELECT run, project, :name, network, chain_id, genesis_hash, account, target,
                            value_wei, payload_hash, creates, nonce, counted, batch_hash, storage_layout, created_at,
                            :time, CASE WHEN EXISTS (SELECT 1 FROM proposals AS other WHERE other.state = 'open'
                                AND other.project = one.project AND other.step = :name AND other.chain_id = one.chain_id
                                AND other.genesis_hash = one.genesis_hash) THEN 'superseded' ELSE state END
                        FROM proposals AS one WHERE id = :id
                        """,
                    arguments: ["id": id, "name": name.rawValue, "time": time]
                )
                try database.execute(
                    sql: "UPDATE proposals SET state = 'withdrawn', reason = ?, updated_at = ? WHERE id = ?",
                    arguments: ["it is \(name) now", time, id]
                )
                try append(
                    actor: try Self.actor(of: run, in: database),
                    action: "proposal.rename",
                    subject: "\(name) #\(id)",
                    detail: "",
                    in: database
                )
            }
        }
    }

    /// What has not ended under a former name, the oldest first, and its name of now.
    private static func renamed(
        _ names: [StepID: StepID],
        _ project: String,
        in database: Database
    ) throws -> [(id: Int64, name: StepID)] {
        try database.keptRows(
            sql:
                "SELECT id, step FROM proposals WHERE project = ? AND state IN ('open', 'superseded') ORDER BY id",
            arguments: [project]
        ).compactMap { row in
            let step = try row.parsed("step", StepID.init(_:))
            return try names[step].map { (id: try row.value("id"), name: $0) }
        }
    }
}
