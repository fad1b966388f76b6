extension Schema {
    /// Which source was shown where: of one address of one chain, by the code that it was compiled to.
    static let verifications = """
        CREATE TABLE verifications (
            chain_id INTEGER NOT NULL CHECK (chain_id > 0),
            genesis_hash TEXT NOT NULL,
            address TEXT NOT NULL,
            init_code_digest TEXT NOT NULL,
            service TEXT NOT NULL,
            service_url TEXT NOT NULL,
            run TEXT NOT NULL REFERENCES runs (id),
            message TEXT NOT NULL,
            recorded_at INTEGER NOT NULL,
            PRIMARY KEY (chain_id, genesis_hash, address, init_code_digest, service, service_url)
        ) STRICT, WITHOUT ROWID;
        """
}
