extension Schema {
    /// The ways to creations that have not come to a good end, and to what is at an address: lanes ask for them with every look.
    static let unsettled = """
        CREATE INDEX unsettled_creations ON transactions (chain_id, genesis_hash) WHERE kind = 'deploy'
            AND state IN ('signed', 'sent', 'included', 'blocked', 'foreign', 'reverted');
        CREATE INDEX deployments_by_address ON deployments (address);
        """
}
