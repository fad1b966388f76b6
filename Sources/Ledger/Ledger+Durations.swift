import GRDB
package import Model

extension Ledger {
    /// Runs that durations are read from: every start of a run reads them, and a ledger only grows.
    private static let recentRuns = 30

    /// What each step of a project took the last time that it was performed to an end of its own, in whole milliseconds.
    ///
    /// Only the newest runs are looked at, and those that repeat another not at all. A step that was reused says nothing of what it takes. A refused one counts where its work was done: not where a
    /// policy judged a result that was there already, and not where a gate stood before any work.
    package func durations(project: String) throws(LedgerError) -> StepDurations {
        try read { database in
            let rows = try Row.fetchCursor(
                database,
                sql: """
                    SELECT jobs.step, jobs.status, jobs.fingerprint, jobs.finished_at - jobs.started_at AS took
                        FROM (SELECT id, started_at, rowid AS number FROM runs
                            WHERE project = ? AND repeats IS NULL ORDER BY started_at DESC, rowid DESC LIMIT ?) AS recent
                        CROSS JOIN jobs ON jobs.run = recent.id
                        WHERE jobs.started_at IS NOT NULL AND (jobs.status = 'succeeded'
                            OR (jobs.status = 'refused' AND jobs.fingerprint IS NOT NULL))
                        ORDER BY recent.started_at, recent.number
                    """,
                arguments: [project, Self.recentRuns]
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
