extension Schema {
    /// What people were asked to send; nothing here was signed by a run.
    static let proposals = """
        CREATE TABLE proposals (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            run TEXT NOT NULL REFERENCES runs (id),
            project TEXT NOT NULL,
            step TEXT NOT NULL,
            network TEXT NOT NULL,
            chain_id INTEGER NOT NULL CHECK (chain_id > 0),
            genesis_hash TEXT NOT NULL,
            account TEXT NOT NULL,
            target TEXT,
            value_wei TEXT NOT NULL CHECK (value_wei GLOB '[0-9]*'),
            payload_hash TEXT NOT NULL,
            creates TEXT,
            nonce INTEGER NOT NULL CHECK (nonce >= 0),
            counted INTEGER NOT NULL CHECK (counted >= 0),
            batch_hash TEXT,
            state TEXT NOT NULL CHECK (state IN ('open', 'superseded', 'executed', 'withdrawn')),
            transaction_hash TEXT,
            reason TEXT,
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL,
            CHECK ((state = 'executed') = (transaction_hash IS NOT NULL)),
            CHECK ((state = 'withdrawn') = (reason IS NOT NULL))
        ) STRICT;
        CREATE UNIQUE INDEX one_open_proposal ON proposals (project, step, chain_id, genesis_hash)
            WHERE state = 'open';
        CREATE TRIGGER proposals_are_kept BEFORE DELETE ON proposals
            BEGIN SELECT RAISE(ABORT, 'a proposal is never removed'); END;
        CREATE TRIGGER proposals_keep_their_intent BEFORE UPDATE OF id, run, project, step, network, chain_id,
            genesis_hash, account, target, value_wei, payload_hash, creates, nonce, created_at ON proposals
            BEGIN SELECT RAISE(ABORT, 'what a proposal is for never changes'); END;
        CREATE TRIGGER proposals_stay_ended BEFORE UPDATE OF state ON proposals
            WHEN OLD.state NOT IN ('open', 'superseded')
            BEGIN SELECT RAISE(ABORT, 'this proposal has ended'); END;
        """
}
