extension Schema {
    /// The contract that a factory is asked for; it is part of the intent, since no receipt names it.
    static let creations = """
        ALTER TABLE transactions ADD COLUMN creates TEXT;
        CREATE TRIGGER transactions_keep_what_they_create BEFORE UPDATE OF creates ON transactions
            BEGIN SELECT RAISE(ABORT, 'what an operation is for never changes'); END;
        """
}
