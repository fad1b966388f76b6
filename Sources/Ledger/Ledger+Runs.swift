import GRDB
package import Model

/// A step of a run as the ledger keeps it.
package struct JobRow: Hashable, Sendable {
    package let step: StepID
    /// nil where it has not ended.
    package let status: StepEnd.Status?
    package let retries: Int
    package let maxRetries: Int
    package let fingerprint: Digest?
    package let reason: String?
    package let startedAt: Timestamp?
    package let finishedAt: Timestamp?
    package let errorCode: String?
    package let error: String?
    package let errorHint: String?
    /// The step because of which it was skipped; nil where it was not, or in runs from before that was kept.
    package let skippedAfter: StepID?
}

/// A step that ended.
package struct JobEnd: Hashable, Sendable {
    package var step: StepID
    package var end: StepEnd
    package var finishedAt: Timestamp

    package init(step: StepID, end: StepEnd, finishedAt: Timestamp) {
        self.step = step
        self.end = end
        self.finishedAt = finishedAt
    }
}

extension Ledger {
    /// Records that a run starts, who runs it and what it means to do.
    ///
    /// - Parameters:
    ///   - run: What is known of it.
    ///   - steps: In plan order.
    ///   - maxRetries: How often a step may be tried again.
    /// - Throws: ``LedgerError``, also where there is a run of that id already.
    package func begin(_ run: RunHeader, steps: [PlannedStep], maxRetries: Int) throws(LedgerError) {
        try write { database in
            try Self.insert(run, repeats: nil, in: database)
            let insertion = try database.makeStatement(
                sql: "INSERT INTO jobs (run, position, step, kind, max_retries) VALUES (?, ?, ?, ?, ?)"
            )
            for (position, step) in steps.enumerated() {
                try insertion.execute(arguments: [
                    run.id, position, step.id.rawValue, step.id.kind.rawValue, maxRetries,
                ])
            }
            try append(
                actor: run.actor, action: "run.started", subject: run.id,
                detail: "\(run.project), \(steps.count) steps", in: database)
        }
    }

    /// The runs that applied a plan.
    package func runs(applying plan: Digest) throws(LedgerError) -> Set<String> {
        try read { database in
            Set(
                try String.fetchAll(
                    database, sql: "SELECT id FROM runs WHERE plan_digest = ?", arguments: [plan.description])
            )
        }
    }

    /// Records how steps ended and what audits said, all or nothing; what is recorded survives a kill.
    ///
    /// - Throws: ``LedgerError/unknownJob(run:step:)`` where a step was not planned; then none is recorded.
    package func record(_ jobs: [JobEnd], audits: [AuditFact] = [], run: String) throws(LedgerError) {
        try write { database in
            for audit in audits { try Self.insert(audit, run: run, in: database) }
            let update = try database.makeStatement(
                sql: """
                    UPDATE jobs SET status = ?, retries = ?, fingerprint = ?, reason = ?, started_at = ?,
                        finished_at = ?, error_code = ?, error = ?, error_hint = ?, skipped_after = ?
                        WHERE run = ? AND step = ?
                    """
            )
            for job in jobs {
                let finished = job.finishedAt.milliseconds
                try update.execute(arguments: [
                    job.end.status.rawValue, max(0, job.end.attempts - 1), job.end.fingerprint?.description,
                    job.end.reason, finished - job.end.durationMilliseconds, finished, job.end.failure?.code,
                    job.end.failure?.message, job.end.failure?.hint, job.end.skippedAfter?.rawValue, run,
                    job.step.rawValue,
                ])
                guard database.changesCount == 1 else {
                    throw LedgerError.unknownJob(run: run, step: job.step)
                }
            }
        }
    }

    /// Records how a run ended.
    ///
    /// - Throws: ``LedgerError/unknownRun(_:)``.
    package func finish(_ run: String, _ end: RunEnd) throws(LedgerError) {
        try write { database in
            try Self.requireRun(run, in: database)
            try Self.update(run, end, in: database)
            try append(
                actor: try Self.actor(of: run, in: database), action: "run.finished", subject: run,
                detail: end.status.rawValue, in: database)
        }
    }

    /// Who started a run, for the log.
    static func actor(of run: String, in database: Database) throws -> String {
        let row = try database.keptRow(sql: "SELECT user FROM runs WHERE id = ?", arguments: [run])
        return row?["user"] ?? "unknown"
    }

    /// Records a whole run that had nothing to do: its steps are those of `earlier`, each reused.
    ///
    /// - Throws: ``LedgerError/unknownRun(_:)`` where there is no run `earlier`.
    package func record(_ run: RunHeader, _ end: RunEnd, repeating earlier: String) throws(LedgerError) {
        try write { database in
            try Self.requireRun(earlier, in: database)
            try Self.insert(run, repeats: earlier, in: database)
            try append(
                actor: run.actor, action: "run.started", subject: run.id,
                detail: "\(run.project), nothing to do since \(earlier)", in: database)
            try Self.update(run.id, end, in: database)
            try append(
                actor: run.actor, action: "run.finished", subject: run.id, detail: end.status.rawValue,
                in: database)
        }
    }

    private static func insert(_ run: RunHeader, repeats: String?, in database: Database) throws {
        let seen = run.startedAt.milliseconds
        try database.execute(
            sql: """
                INSERT INTO users (name, first_seen, last_seen) VALUES (?, ?, ?)
                    ON CONFLICT (name) DO UPDATE SET last_seen = max(last_seen, excluded.last_seen)
                """,
            arguments: [run.actor, seen, seen]
        )
        try database.execute(
            sql: """
                INSERT INTO runs (id, project, user, hyperkit_version, started_at, repeats, plan_digest)
                    VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                run.id, run.project, run.actor, run.hyperkitVersion, seen, repeats,
                run.planDigest?.description,
            ]
        )
        for file in run.manifests {
            try database.execute(
                sql: "INSERT INTO run_manifests (run, path, digest) VALUES (?, ?, ?)",
                arguments: [run.id, file.path, file.digest.description]
            )
        }
    }

    private static func update(_ run: String, _ end: RunEnd, in database: Database) throws {
        try database.execute(
            sql: "UPDATE runs SET status = ?, exit_code = ?, finished_at = ?, duration_ms = ? WHERE id = ?",
            arguments: [
                end.status.rawValue, end.exitCode, end.finishedAt.milliseconds, end.durationMilliseconds, run,
            ]
        )
    }

    /// The run that a run's steps are recorded with: itself, or the one that it repeats.
    static func recorded(_ run: String, in database: Database) throws -> String {
        try String.fetchOne(
            database, sql: "SELECT coalesce(repeats, id) FROM runs WHERE id = ?", arguments: [run]) ?? run
    }

    /// Whether a run is on record.
    package func knows(_ run: String) throws(LedgerError) -> Bool {
        try read { database in try Self.isThere(run, in: database) }
    }

    static func requireRun(_ run: String, in database: Database) throws {
        guard try isThere(run, in: database) else { throw LedgerError.unknownRun(run) }
    }

    private static func isThere(_ run: String, in database: Database) throws -> Bool {
        let question = try database.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM runs WHERE id = ?)")
        return try Bool.fetchOne(question, arguments: [run]) ?? false
    }
}
