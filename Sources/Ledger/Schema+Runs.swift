extension Schema {
    /// Who ran what, and how each step of it ended; times are milliseconds since 1970.
    static let runs = """
        CREATE TABLE users (
            name TEXT NOT NULL PRIMARY KEY,
            first_seen INTEGER NOT NULL,
            last_seen INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE runs (
            id TEXT NOT NULL PRIMARY KEY,
            project TEXT NOT NULL,
            user TEXT NOT NULL REFERENCES users (name),
            hyperkit_version TEXT NOT NULL,
            status TEXT NOT NULL DEFAULT 'running' CHECK (status IN
                ('running', 'succeeded', 'degraded', 'failed', 'refused', 'blocked', 'cancelled')),
            exit_code INTEGER,
            started_at INTEGER NOT NULL,
            finished_at INTEGER,
            duration_ms INTEGER,
            CHECK ((status = 'running') = (finished_at IS NULL))
        ) STRICT;
        CREATE INDEX runs_by_project ON runs (project, started_at);

        CREATE TABLE run_manifests (
            run TEXT NOT NULL REFERENCES runs (id),
            path TEXT NOT NULL,
            digest TEXT NOT NULL,
            PRIMARY KEY (run, path)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE jobs (
            run TEXT NOT NULL REFERENCES runs (id),
            position INTEGER NOT NULL,
            step TEXT NOT NULL,
            kind TEXT NOT NULL,
            status TEXT NOT NULL DEFAULT 'planned' CHECK (status IN
                ('planned', 'succeeded', 'reused', 'failed', 'refused', 'skipped', 'blocked', 'cancelled')),
            retries INTEGER NOT NULL DEFAULT 0 CHECK (retries >= 0),
            max_retries INTEGER NOT NULL CHECK (max_retries >= 0),
            fingerprint TEXT,
            reason TEXT,
            started_at INTEGER,
            finished_at INTEGER,
            error_code TEXT,
            error TEXT,
            error_hint TEXT,
            PRIMARY KEY (run, step),
            CHECK ((status = 'planned') = (finished_at IS NULL))
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX jobs_by_step ON jobs (step, status);
        """

    /// A run that had nothing to do names the run that its steps, findings and verdicts are recorded with.
    static let repeats = "ALTER TABLE runs ADD COLUMN repeats TEXT REFERENCES runs (id)"
}
