extension Schema {
    /// The ways to what is on record of an address, or of a name, whatever it was called by: each call and each creation asks.
    static let places = """
        CREATE INDEX calls_by_address ON calls (address);
        CREATE INDEX current_deployments_by_name ON deployments (name, chain_id) WHERE status = 'current';
        """
}
