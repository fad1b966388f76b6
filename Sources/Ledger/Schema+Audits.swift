extension Schema {
    /// What audits said, and the log of who did what, which only grows.
    static let audits = """
        CREATE TABLE security_audits (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            run TEXT NOT NULL REFERENCES runs (id),
            contract TEXT NOT NULL,
            finding_id TEXT NOT NULL,
            tool TEXT NOT NULL,
            rule TEXT NOT NULL,
            severity TEXT NOT NULL CHECK (severity IN ('informational', 'low', 'medium', 'high', 'critical')),
            confidence TEXT NOT NULL CHECK (confidence IN ('low', 'medium', 'high')),
            file TEXT,
            line INTEGER,
            title TEXT NOT NULL,
            finding TEXT NOT NULL,
            recommendation TEXT NOT NULL,
            status TEXT NOT NULL CHECK (status IN ('open', 'suppressed', 'baseline'))
        ) STRICT;
        CREATE INDEX security_audits_by_run ON security_audits (run, contract);

        CREATE TABLE audit_tools (
            run TEXT NOT NULL REFERENCES runs (id),
            contract TEXT NOT NULL,
            tool TEXT NOT NULL,
            version TEXT NOT NULL,
            digest TEXT,
            status TEXT NOT NULL CHECK (status IN ('ok', 'failed', 'timedOut', 'unsupported', 'missing')),
            message TEXT,
            PRIMARY KEY (run, contract, tool)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE audit_verdicts (
            run TEXT NOT NULL REFERENCES runs (id),
            contract TEXT NOT NULL,
            network TEXT NOT NULL,
            policy TEXT NOT NULL,
            code_digest TEXT NOT NULL,
            passed INTEGER NOT NULL CHECK (passed IN (0, 1)),
            reasons TEXT NOT NULL,
            PRIMARY KEY (run, contract, network, policy)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE audit_logs (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            time INTEGER NOT NULL,
            actor TEXT NOT NULL,
            action TEXT NOT NULL,
            subject TEXT NOT NULL,
            detail TEXT NOT NULL
        ) STRICT;
        CREATE TRIGGER audit_logs_are_not_replaced BEFORE INSERT ON audit_logs
            WHEN EXISTS (SELECT 1 FROM audit_logs WHERE id = NEW.id)
            BEGIN SELECT RAISE(ABORT, 'the audit log only grows'); END;
        CREATE TRIGGER audit_logs_stay BEFORE UPDATE ON audit_logs
            BEGIN SELECT RAISE(ABORT, 'the audit log only grows'); END;
        CREATE TRIGGER audit_logs_are_kept BEFORE DELETE ON audit_logs
            BEGIN SELECT RAISE(ABORT, 'the audit log only grows'); END;
        """
}
