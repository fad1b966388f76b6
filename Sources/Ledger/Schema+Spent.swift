extension Schema {
    /// Whose budget counts what an earlier run left, and the ways to what counts for a day.
    static let spent = """
        CREATE TABLE taken_over (
            run TEXT NOT NULL REFERENCES runs (id),
            operation INTEGER NOT NULL REFERENCES transactions (id),
            PRIMARY KEY (run, operation)
        ) STRICT, WITHOUT ROWID;
        DROP INDEX transactions_by_network;
        CREATE INDEX transactions_by_change ON transactions (network, updated_at);
        CREATE INDEX transactions_on_their_way ON transactions (network, state)
            WHERE state IN ('signed', 'sent', 'included', 'blocked');
        """
}
