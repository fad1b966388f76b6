package import EthereumTypes
import GRDB
import Model

/// One batch of a Safe at one service.
package struct Handover: Hashable, Sendable {
    /// The Safe, and the chain that it is on.
    package var lane: ChainOperation.Lane
    /// What its owners sign.
    package var batchHash: Hash
    /// In words that hold no key.
    package var service: String
    /// Whose signature was handed over with it.
    package var proposer: Address

    package init(lane: ChainOperation.Lane, batchHash: Hash, service: String, proposer: Address) {
        self.lane = lane
        self.batchHash = batchHash
        self.service = service
        self.proposer = proposer
    }
}

extension Ledger {
    /// Keeps that a service has a batch; the first run that saw it there stays the one on record.
    ///
    /// - Throws: ``LedgerError/unknownRun(_:)``.
    package func recordHandover(_ handover: Handover, run: String) throws(LedgerError) {
        let time = now().milliseconds
        try write { database in
            try Self.requireRun(run, in: database)
            try database.execute(
                sql: """
                    INSERT OR IGNORE INTO handovers (chain_id, genesis_hash, safe, batch_hash, service, proposer, run,
                        recorded_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: try handover.key + [handover.proposer.description, run, time]
            )
            guard database.changesCount == 1 else { return }
            try append(
                actor: try Self.actor(of: run, in: database),
                action: "proposal.handed-over",
                subject: "\(handover.lane.sender) \(handover.batchHash)",
                detail: handover.service,
                in: database
            )
        }
    }

    /// The run that handed a batch to a service, or found it there; nil where none is on record.
    package func handedOver(_ handover: Handover) throws(LedgerError) -> String? {
        try read { database in
            try String.fetchOne(
                database,
                sql: """
                    SELECT run FROM handovers WHERE chain_id = ? AND genesis_hash = ? AND safe = ?
                        AND batch_hash = ? AND service = ?
                    """,
                arguments: try handover.key
            )
        }
    }
}

extension Handover {
    fileprivate var key: StatementArguments {
        get throws {
            [
                try Column.integer(lane.chainID.rawValue, "chain id"), lane.genesisHash.description,
                lane.sender.description, batchHash.description, service,
            ]
        }
    }
}
