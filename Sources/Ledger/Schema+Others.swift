extension Schema {
    /// Which attempts somebody else signed: what they cost is none of a run's cost.
    static let others = """
        ALTER TABLE attempts ADD COLUMN is_others INTEGER NOT NULL DEFAULT 0 CHECK (is_others IN (0, 1));
        """
}
