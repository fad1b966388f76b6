import GRDB
package import Model

/// A line of the log of who did what.
package struct LogEntry: Hashable, Sendable {
    package let time: Timestamp
    package let actor: String
    /// A word such as `operation.signed`.
    package let action: String
    package let subject: String
    package let detail: String
}

extension Ledger {
    /// Records what the tools said of a contract in a run, and the verdicts; the same contract again takes its place.
    ///
    /// - Throws: ``LedgerError/unknownRun(_:)``.
    package func record(_ audit: AuditFact, run: String) throws(LedgerError) {
        try write { database in try Self.insert(audit, run: run, in: database) }
    }

    static func insert(_ audit: AuditFact, run: String, in database: Database) throws {
        try requireRun(run, in: database)
        for table in ["security_audits", "audit_tools", "audit_verdicts"] {
            try database.cachedStatement(sql: "DELETE FROM \(table) WHERE run = ? AND contract = ?")
                .execute(arguments: [run, audit.contract])
        }
        for finding in audit.findings {
            try database.cachedStatement(
                sql: """
                    INSERT INTO security_audits (run, contract, finding_id, tool, rule, severity, confidence,
                        file, line, title, finding, recommendation, status)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """
            ).execute(arguments: [
                run, audit.contract, finding.id, finding.tool, finding.rule,
                finding.severity.rawValue, finding.confidence.rawValue, finding.location?.file,
                finding.location?.line, finding.title, finding.description, finding.recommendation,
                finding.status.rawValue,
            ])
        }
        for tool in audit.tools {
            try database.cachedStatement(
                sql: "INSERT OR REPLACE INTO audit_tools VALUES (?, ?, ?, ?, ?, ?, ?)"
            ).execute(arguments: [
                run, audit.contract, tool.name, tool.version, tool.digest?.description,
                tool.end.rawValue, tool.message,
            ])
        }
        for verdict in audit.verdicts {
            try database.cachedStatement(
                sql: "INSERT OR REPLACE INTO audit_verdicts VALUES (?, ?, ?, ?, ?, ?, ?)"
            ).execute(arguments: [
                // NULL would be no key: the empty name stands for every network.
                run, audit.contract, verdict.network ?? "", verdict.policy,
                verdict.codeDigest.description, verdict.passed,
                verdict.reasons.joined(separator: "\n"),
            ])
        }
    }

    /// Adds a line to the log of who did what; nothing in it is ever changed or removed.
    package func appendLog(
        actor: String,
        action: String,
        subject: String,
        detail: String
    ) throws(LedgerError) {
        try write { database in
            try append(actor: actor, action: action, subject: subject, detail: detail, in: database)
        }
    }

    /// The log, oldest first.
    package func log() throws(LedgerError) -> [LogEntry] {
        try read { database in
            try Row.fetchAll(database, sql: "SELECT * FROM audit_logs ORDER BY id").map { row in
                LogEntry(
                    time: try row.time("time"),
                    actor: try row.value("actor"),
                    action: try row.value("action"),
                    subject: try row.value("subject"),
                    detail: try row.value("detail")
                )
            }
        }
    }

    /// Adds to the log within the transaction that `database` is in.
    func append(
        actor: String,
        action: String,
        subject: String,
        detail: String,
        in database: Database
    ) throws {
        try database.executeKept(
            sql: "INSERT INTO audit_logs (time, actor, action, subject, detail) VALUES (?, ?, ?, ?, ?)",
            arguments: [now().milliseconds, actor, action, subject, detail]
        )
    }
}
