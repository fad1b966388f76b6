import GRDB
package import Model

extension Ledger {
    /// What each step of a project took the last time that it was performed to an end of its own, in whole milliseconds.
    ///
    /// A step that was reused says nothing of what it takes. A refused one counts where its work was done: not where a
    /// policy judged a result that was there already, and not where a gate stood before any work.
    package func durations(project: String) throws(LedgerError) -> StepDurations {
        try read { database in
            let rows = try Row.fetchCursor(
                database,
                sql: """
                    SELECT jobs.step, jobs.status, jobs.fingerprint, jobs.finished_at - jobs.started_at AS took
                        FROM runs CROSS JOIN jobs ON jobs.run = runs.id
                        WHERE runs.project = ? AND jobs.started_at IS NOT NULL AND (jobs.status = 'succeeded'
                            OR (jobs.status = 'refused' AND jobs.fingerprint IS NOT NULL))
                        ORDER BY runs.started_at, runs.rowid
                    """,
                arguments: [project]
            )
            var latest: [String: Int64] = [:]
            var done: Set<String> = []
            while let row = try rows.next() {
                if let fingerprint: String = try row.optional("fingerprint") {
                    let isNew = done.insert(fingerprint).inserted
                    if !isNew, try row.value("status") == StepEnd.Status.refused.rawValue { continue }
                }
                latest[try row.value("step")] = try row.value("took")
            }
            let steps = try latest.map { text, took in
                guard let step = StepID(text) else {
                    throw MalformedRow(detail: "a row's 'step' is '\(text)'")
                }
                return (step, Duration.milliseconds(max(0, took)))
            }
            return StepDurations(Dictionary(uniqueKeysWithValues: steps))
        }
    }
}
