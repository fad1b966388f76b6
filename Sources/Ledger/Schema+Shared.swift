extension Schema {
    /// A nonce that another transaction used may be that of an operation that this transaction did.
    static let shared = """
        DROP INDEX one_nonce_one_operation;
        CREATE UNIQUE INDEX one_nonce_one_operation ON transactions (chain_id, genesis_hash, sender, nonce)
            WHERE nonce IS NOT NULL AND state NOT IN ('withdrawn', 'foreign');
        """
}
