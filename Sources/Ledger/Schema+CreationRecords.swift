extension Schema {
    /// Which factory created a contract, and the libraries that its code calls, as JSON; NULL where there are none.
    ///
    /// The factories of what is on record already are read out of the transactions, where RLP has an address behind 0x94.
    static let creationRecords = """
        ALTER TABLE deployments ADD COLUMN creation TEXT CHECK (creation IS NULL OR json_valid(creation));
        UPDATE deployments SET creation = '{"factory":"deterministic-proxy","libraries":{}}'
            WHERE operation IN (SELECT id FROM transactions WHERE creates IS NOT NULL AND EXISTS (
                SELECT 1 FROM attempts WHERE operation = transactions.id
                    AND instr(raw, X'944e59b44847b379578588920ca78fbf26c0b4956c') > 0));
        UPDATE deployments SET creation = '{"factory":"createx","libraries":{}}'
            WHERE operation IN (SELECT id FROM transactions WHERE creates IS NOT NULL AND EXISTS (
                SELECT 1 FROM attempts WHERE operation = transactions.id
                    AND instr(raw, X'94ba5ed099633d3b313e4d5f7bdc1305d3c28ba5ed') > 0));
        """
}
