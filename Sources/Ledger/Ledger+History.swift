import GRDB
package import Model

extension Ledger {
    /// Every run, newest first.
    package func runs() throws(LedgerError) -> [PastRun] {
        try read { database in
            let counts = try Row.fetchAll(
                database, sql: "SELECT run, status, count(*) AS steps FROM jobs GROUP BY run, status")
            var steps: [String: [StepEnd.Status: Int]] = [:]
            var unended: [String: Int] = [:]
            for row in counts {
                let run: String = try row.value("run")
                if let status = StepEnd.Status(rawValue: try row.value("status")) {
                    steps[run, default: [:]][status] = try row.value("steps")
                } else {
                    unended[run] = try row.value("steps")
                }
            }
            return try Row.fetchAll(
                database, sql: "SELECT * FROM runs ORDER BY started_at DESC, rowid DESC"
            ).map { row in
                let id: String = try row.optional("repeats") ?? row.value("id")
                return try PastRun(row, steps: steps[id] ?? [:], unended: unended[id] ?? 0)
            }
        }
    }

    /// The steps of a run in plan order.
    ///
    /// - Throws: ``LedgerError/unknownRun(_:)``.
    package func jobs(of run: String) throws(LedgerError) -> [JobRow] {
        try read { database in
            try Self.requireRun(run, in: database)
            return try Self.jobs(of: run, in: database)
        }
    }

    static func jobs(of run: String, in database: Database) throws -> [JobRow] {
        try Row.fetchAll(
            database,
            sql: "SELECT * FROM jobs WHERE run = ? ORDER BY position",
            arguments: [try recorded(run, in: database)]
        ).map { try JobRow($0) }
    }

    /// The fingerprint of a step in the last run in which its work was done or reused, also where a policy then refused it.
    package func lastFingerprint(of step: StepID, project: String) throws(LedgerError) -> Digest? {
        try read { database in
            let row = try Row.fetchOne(
                database,
                sql: """
                    SELECT jobs.fingerprint FROM jobs JOIN runs ON runs.id = jobs.run
                        WHERE jobs.step = ? AND runs.project = ? AND jobs.status IN ('succeeded', 'reused', 'refused')
                        AND jobs.fingerprint IS NOT NULL
                        ORDER BY runs.started_at DESC, runs.rowid DESC LIMIT 1
                    """,
                arguments: [step.rawValue, project]
            )
            return try row?.parsed("fingerprint") { Digest($0) }
        }
    }
}

extension PastRun {
    init(_ row: Row, steps: [StepEnd.Status: Int], unended: Int) throws {
        var end: RunEnd?
        if let status = RunEnd.Status(rawValue: try row.value("status")) {
            end = RunEnd(
                status: status,
                exitCode: try row.value("exit_code"),
                finishedAt: try row.time("finished_at"),
                durationMilliseconds: try row.value("duration_ms")
            )
        }
        self.init(
            id: try row.value("id"),
            project: try row.value("project"),
            actor: try row.value("user"),
            hyperkitVersion: try row.value("hyperkit_version"),
            startedAt: try row.time("started_at"),
            end: end,
            steps: steps,
            unended: unended
        )
    }
}

extension JobRow {
    init(_ row: Row) throws {
        step = try row.parsed("step", StepID.init(_:))
        status = StepEnd.Status(rawValue: try row.value("status"))
        retries = try row.value("retries")
        maxRetries = try row.value("max_retries")
        fingerprint = try row.parsedIfThere("fingerprint") { Digest($0) }
        reason = try row.optional("reason")
        startedAt = try row.optional("started_at").map { Timestamp(milliseconds: $0) }
        finishedAt = try row.optional("finished_at").map { Timestamp(milliseconds: $0) }
        errorCode = try row.optional("error_code")
        error = try row.optional("error")
        errorHint = try row.optional("error_hint")
        skippedAfter = try row.parsedIfThere("skipped_after", StepID.init(_:))
    }
}
