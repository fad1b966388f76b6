import GRDB
package import Model

extension Ledger {
    /// A step in every run that planned it, newest first, of whatever project.
    package func history(of step: StepID) throws(LedgerError) -> [StepInRun] {
        try read { database in
            let rows = try Row.fetchAll(
                database,
                sql: """
                    SELECT jobs.*, runs.project AS project, runs.started_at AS run_started_at
                        FROM jobs JOIN runs ON runs.id = jobs.run WHERE jobs.step = ?
                        ORDER BY runs.started_at DESC, runs.rowid DESC
                    """,
                arguments: [step.rawValue]
            )
            return try rows.map { row in
                StepInRun(
                    run: try row.value("run"),
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
}
