import GRDB
package import Model

extension Ledger {
    /// A step in every run that planned it or repeated one that did, newest first, of whatever project.
    package func history(of step: StepID) throws(LedgerError) -> [StepInRun] {
        try read { database in
            let rows = try Row.fetchAll(
                database,
                sql: """
                    SELECT jobs.*, runs.id AS run_id, runs.project AS project, runs.started_at AS run_started_at
                        FROM runs CROSS JOIN jobs ON jobs.run = coalesce(runs.repeats, runs.id) AND jobs.step = ?
                        ORDER BY runs.started_at DESC, runs.rowid DESC
                    """,
                arguments: [step.rawValue]
            )
            return try rows.map { row in
                StepInRun(
                    run: try row.value("run_id"),
                    project: try row.value("project"),
                    startedAt: try row.time("run_started_at"),
                    step: PastRunDetail.Step(try JobRow(row))
                )
            }
        }
    }

    /// The ids of every step that was ever planned, sorted.
    package func stepIDs() throws(LedgerError) -> [StepID] {
        try read { database in
            try Row.fetchAll(database, sql: "SELECT DISTINCT step FROM jobs ORDER BY step")
                .map { try $0.parsed("step", StepID.init(_:)) }
        }
    }

    /// When fingerprints were last used by runs that repeated another as a whole, which touches no entry of a cache.
    package func repeatedUses() throws(LedgerError) -> [Digest: Timestamp] {
        try read { database in
            let rows = try Row.fetchAll(
                database,
                sql: """
                    SELECT jobs.fingerprint, max(repeated.used) AS used
                        FROM (SELECT repeats, max(started_at) AS used FROM runs WHERE repeats IS NOT NULL
                            GROUP BY repeats) AS repeated
                        JOIN jobs ON jobs.run = repeated.repeats
                        WHERE jobs.fingerprint IS NOT NULL GROUP BY jobs.fingerprint
                    """
            )
            let uses = try rows.map { row in
                (try row.parsed("fingerprint") { Digest($0) }, try row.time("used"))
            }
            return Dictionary(uses, uniquingKeysWith: max)
        }
    }
}
