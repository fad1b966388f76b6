extension Schema {
    /// The journal of transactions: one row an operation, one attempt each time something was signed for it.
    ///
    /// The rules that keep money safe are held here too, so that no other program and no mistake of ours gets past them.
    /// Wei are decimal text: SQLite's numbers have 63 bits.
    static let journal = """
        CREATE TABLE transitions (
            before TEXT NOT NULL,
            after TEXT NOT NULL,
            PRIMARY KEY (before, after)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE transactions (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            run TEXT NOT NULL REFERENCES runs (id),
            project TEXT NOT NULL,
            step TEXT NOT NULL,
            kind TEXT NOT NULL CHECK (kind IN ('deploy', 'call')),
            network TEXT NOT NULL,
            chain_id INTEGER NOT NULL CHECK (chain_id > 0),
            genesis_hash TEXT NOT NULL,
            sender TEXT NOT NULL,
            payload_hash TEXT NOT NULL,
            spend_reserved_wei TEXT NOT NULL CHECK (spend_reserved_wei GLOB '[0-9]*'),
            state TEXT NOT NULL CHECK (state IN ('planned', 'nonce', 'signed', 'sent', 'included', 'final',
                'reverted', 'foreign', 'blocked', 'withdrawn')),
            nonce INTEGER CHECK (nonce >= 0),
            included_hash TEXT,
            block_hash TEXT,
            block_number INTEGER,
            succeeded INTEGER CHECK (succeeded IN (0, 1)),
            gas_used INTEGER,
            fee_paid_wei TEXT CHECK (fee_paid_wei GLOB '[0-9]*'),
            address TEXT,
            foreign_hash TEXT,
            error TEXT,
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL,
            CHECK (nonce IS NOT NULL OR state IN ('planned', 'blocked', 'withdrawn')),
            CHECK (state NOT IN ('included', 'final', 'reverted') OR (included_hash IS NOT NULL
                AND block_hash IS NOT NULL AND block_number IS NOT NULL AND succeeded IS NOT NULL)),
            CHECK (state <> 'final' OR succeeded = 1),
            CHECK (state <> 'reverted' OR succeeded = 0),
            CHECK (state <> 'foreign' OR foreign_hash IS NOT NULL)
        ) STRICT;
        CREATE UNIQUE INDEX one_nonce_one_operation ON transactions (chain_id, genesis_hash, sender, nonce)
            WHERE nonce IS NOT NULL AND state <> 'withdrawn';
        CREATE UNIQUE INDEX one_unfinished_operation ON transactions (project, step, chain_id, genesis_hash)
            WHERE state IN ('planned', 'nonce', 'signed', 'sent', 'included', 'blocked');
        CREATE INDEX transactions_by_run ON transactions (run);

        CREATE TABLE attempts (
            operation INTEGER NOT NULL REFERENCES transactions (id),
            ordinal INTEGER NOT NULL CHECK (ordinal >= 1),
            hash TEXT NOT NULL,
            raw BLOB NOT NULL,
            predicted_address TEXT,
            created_at INTEGER NOT NULL,
            PRIMARY KEY (operation, ordinal),
            UNIQUE (operation, hash)
        ) STRICT, WITHOUT ROWID;

        CREATE TRIGGER attempts_stay BEFORE UPDATE ON attempts
            BEGIN SELECT RAISE(ABORT, 'a signed attempt never changes'); END;
        CREATE TRIGGER attempts_are_kept BEFORE DELETE ON attempts
            BEGIN SELECT RAISE(ABORT, 'a signed attempt is never removed'); END;
        CREATE TRIGGER attempts_are_not_replaced BEFORE INSERT ON attempts
            WHEN EXISTS (SELECT 1 FROM attempts WHERE operation = NEW.operation
                AND (ordinal = NEW.ordinal OR hash = NEW.hash))
            BEGIN SELECT RAISE(ABORT, 'a signed attempt is never replaced'); END;
        CREATE TRIGGER attempts_need_a_nonce BEFORE INSERT ON attempts
            WHEN NOT EXISTS (SELECT 1 FROM transactions
                WHERE id = NEW.operation AND state IN ('nonce', 'signed', 'sent'))
            BEGIN SELECT RAISE(ABORT, 'an attempt is signed for a reserved nonce'); END;

        CREATE TRIGGER transactions_start_planned BEFORE INSERT ON transactions WHEN NEW.state <> 'planned'
            BEGIN SELECT RAISE(ABORT, 'an operation starts as planned'); END;
        CREATE TRIGGER transactions_are_not_replaced BEFORE INSERT ON transactions
            WHEN EXISTS (SELECT 1 FROM transactions WHERE id = NEW.id OR (project = NEW.project
                AND step = NEW.step AND chain_id = NEW.chain_id AND genesis_hash = NEW.genesis_hash
                AND state IN ('planned', 'nonce', 'signed', 'sent', 'included', 'blocked')))
            BEGIN SELECT RAISE(ABORT, 'an operation is never replaced'); END;
        CREATE TRIGGER transactions_are_kept BEFORE DELETE ON transactions
            BEGIN SELECT RAISE(ABORT, 'an operation is never removed'); END;
        CREATE TRIGGER transactions_keep_their_intent BEFORE UPDATE OF id, run, project, step, kind, network,
            chain_id, genesis_hash, sender, payload_hash, spend_reserved_wei, created_at ON transactions
            BEGIN SELECT RAISE(ABORT, 'what an operation is for never changes'); END;
        CREATE TRIGGER transactions_keep_their_nonce BEFORE UPDATE OF nonce ON transactions
            WHEN OLD.nonce IS NOT NULL AND NEW.nonce IS NOT OLD.nonce
            BEGIN SELECT RAISE(ABORT, 'an operation keeps its nonce'); END;
        CREATE TRIGGER transactions_follow_the_order BEFORE UPDATE OF state ON transactions
            WHEN NEW.state <> OLD.state AND NOT EXISTS
                (SELECT 1 FROM transitions WHERE before = OLD.state AND after = NEW.state)
            BEGIN SELECT RAISE(ABORT, 'this transition is not allowed'); END;
        CREATE TRIGGER transactions_sign_before_they_send BEFORE UPDATE OF state ON transactions
            WHEN NEW.state IN ('signed', 'sent', 'included', 'final', 'reverted', 'foreign')
                AND NOT EXISTS (SELECT 1 FROM attempts WHERE operation = NEW.id)
            BEGIN SELECT RAISE(ABORT, 'nothing was signed for this operation'); END;
        CREATE TRIGGER transactions_are_not_withdrawn_once_signed BEFORE UPDATE OF state ON transactions
            WHEN NEW.state IN ('planned', 'nonce', 'withdrawn') AND NEW.state <> OLD.state
                AND EXISTS (SELECT 1 FROM attempts WHERE operation = NEW.id)
            BEGIN SELECT RAISE(ABORT, 'something was signed for this operation'); END;
        """

    /// What budgets count: the value that goes along, and what an operation costs or may cost in whole gwei, rounded up.
    static let spending = """
        ALTER TABLE transactions ADD COLUMN value_wei TEXT NOT NULL DEFAULT '0' CHECK (value_wei GLOB '[0-9]*');
        ALTER TABLE transactions ADD COLUMN spend_gwei INTEGER NOT NULL DEFAULT 0 CHECK (spend_gwei >= 0);
        CREATE INDEX transactions_by_network ON transactions (network, created_at);
        CREATE TRIGGER transactions_keep_their_value BEFORE UPDATE OF value_wei ON transactions
            BEGIN SELECT RAISE(ABORT, 'what an operation is for never changes'); END;
        """
}
