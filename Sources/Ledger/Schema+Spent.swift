extension Schema {
    /// Whose budget counts what an earlier run left, what an operation cost in the end, and the ways to what counts for a day.
    static let spent = """
        CREATE TABLE taken_over (
            run TEXT NOT NULL REFERENCES runs (id),
            operation INTEGER NOT NULL REFERENCES transactions (id),
            PRIMARY KEY (run, operation)
        ) STRICT, WITHOUT ROWID;
        ALTER TABLE transactions ADD COLUMN cost_wei TEXT CHECK (cost_wei GLOB '[0-9]*');
        DROP INDEX transactions_by_network;
        CREATE INDEX transactions_by_change ON transactions (network, updated_at);
        CREATE INDEX transactions_on_their_way ON transactions (network, state)
            WHERE state IN ('signed', 'sent', 'included', 'blocked');
        """
}
