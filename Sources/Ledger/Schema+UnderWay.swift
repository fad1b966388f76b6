extension Schema {
    /// The way to what is not finished by its data: each call asks, ahead of what it sends.
    static let underWay = """
        CREATE INDEX unfinished_by_payload ON transactions (payload_hash, run)
            WHERE state IN ('planned', 'nonce', 'signed', 'sent', 'included', 'blocked');
        CREATE INDEX open_proposals_by_payload ON proposals (payload_hash) WHERE state = 'open';
        """
}
