extension Schema {
    /// Claims that a registry told of: made in another state directory's run, renamed or forgotten, with the code that was seen.
    ///
    /// SQLite changes no CHECK of a table that is there, so the tables are made anew.
    static let registry = """
        CREATE TABLE next_deployments (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            run TEXT NOT NULL REFERENCES runs (id),
            operation INTEGER REFERENCES transactions (id),
            project TEXT NOT NULL,
            name TEXT NOT NULL,
            contract TEXT NOT NULL,
            network TEXT NOT NULL,
            chain_id INTEGER NOT NULL CHECK (chain_id > 0),
            genesis_hash TEXT,
            status TEXT NOT NULL CHECK (status IN ('current', 'replaced', 'renamed', 'forgotten', 'failed')),
            address TEXT,
            deployer TEXT,
            gas_used INTEGER,
            fee_paid_wei TEXT CHECK (fee_paid_wei GLOB '[0-9]*'),
            transaction_hash TEXT,
            block_number INTEGER,
            error TEXT,
            init_code_digest TEXT NOT NULL,
            runtime_code_digest TEXT NOT NULL,
            constructor_arguments BLOB NOT NULL,
            recorded_at INTEGER NOT NULL,
            deployed_code_digest TEXT,
            made_in TEXT,
            CHECK ((status = 'failed') = (error IS NOT NULL)),
            CHECK (status = 'failed' OR (address IS NOT NULL AND genesis_hash IS NOT NULL))
        ) STRICT;
        INSERT INTO next_deployments SELECT *, NULL, NULL FROM deployments;
        DROP TABLE deployments;
        ALTER TABLE next_deployments RENAME TO deployments;
        CREATE UNIQUE INDEX one_current_deployment
            ON deployments (project, name, network, chain_id, genesis_hash) WHERE status = 'current';
        CREATE INDEX deployments_by_name ON deployments (project, name, network);

        CREATE TABLE next_calls (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            run TEXT NOT NULL REFERENCES runs (id),
            operation INTEGER UNIQUE REFERENCES transactions (id),
            project TEXT NOT NULL,
            deployment TEXT NOT NULL,
            name TEXT NOT NULL,
            network TEXT NOT NULL,
            chain_id INTEGER NOT NULL,
            genesis_hash TEXT NOT NULL,
            address TEXT NOT NULL,
            function TEXT NOT NULL,
            call_data_hash TEXT NOT NULL,
            transaction_hash TEXT NOT NULL,
            block_number INTEGER NOT NULL,
            gas_used INTEGER,
            fee_paid_wei TEXT CHECK (fee_paid_wei GLOB '[0-9]*'),
            recorded_at INTEGER NOT NULL,
            made_in TEXT
        ) STRICT;
        INSERT INTO next_calls SELECT *, NULL FROM calls;
        DROP TABLE calls;
        ALTER TABLE next_calls RENAME TO calls;
        CREATE INDEX calls_by_name ON calls (project, deployment, network, name);
        """
}
