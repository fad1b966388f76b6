extension Schema {
    /// The storage layout of code that people were asked to put there: the source may have changed when they have.
    static let proposedLayouts = """
        ALTER TABLE proposals ADD COLUMN storage_layout TEXT CHECK (storage_layout IS NULL OR json_valid(storage_layout));
        CREATE TRIGGER proposals_keep_their_layout BEFORE UPDATE OF storage_layout ON proposals
            BEGIN SELECT RAISE(ABORT, 'what a proposal is for never changes'); END;
        """
}
