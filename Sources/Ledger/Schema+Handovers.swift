extension Schema {
    /// Which batch of a Safe was handed to which service, for its owners to find.
    static let handovers = """
        CREATE TABLE handovers (
            chain_id INTEGER NOT NULL CHECK (chain_id > 0),
            genesis_hash TEXT NOT NULL,
            safe TEXT NOT NULL,
            batch_hash TEXT NOT NULL,
            service TEXT NOT NULL,
            proposer TEXT NOT NULL,
            run TEXT NOT NULL REFERENCES runs (id),
            recorded_at INTEGER NOT NULL,
            PRIMARY KEY (chain_id, genesis_hash, safe, batch_hash, service)
        ) STRICT, WITHOUT ROWID;
        """
}
