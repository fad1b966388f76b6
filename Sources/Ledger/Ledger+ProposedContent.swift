package import EthereumTypes
import GRDB
package import Model

/// Proposals by what they are for, whoever asked.
extension Ledger {
    /// What people were asked for with some content and may still send, or was taken back since nothing needed it, whatever it is for; the
    /// newest first.
    ///
    /// - Parameters:
    ///   - address: Whom it is sent to; nil: a contract is created.
    ///   - payloadHash: As ``Proposal/Intent/payloadHash``.
    ///   - value: What is sent along.
    ///   - project: Who asked.
    ///   - chainID: The chain.
    ///   - genesisHash: The hash of its block 0.
    /// - Returns: Those of whatever account and step.
    /// - Throws: ``LedgerError`` where the file cannot be read.
    package func proposals(
        to address: Address?,
        payloadHash: Hash,
        value: Wei,
        project: String,
        on chainID: ChainID,
        genesisHash: Hash
    ) throws(LedgerError) -> [Proposal] {
        try read { database in
            try database.keptRows(
                sql: """
                    SELECT * FROM proposals WHERE payload_hash = ? AND target IS ? AND value_wei = ? AND project = ?
                        AND chain_id = ? AND genesis_hash = ?
                        AND (state IN ('open', 'superseded') OR state = 'withdrawn' AND reason = ?) ORDER BY id DESC
                    """,
                arguments: [
                    payloadHash.description, address?.description, value.description, project,
                    Column.integer(chainID.rawValue, "chain id"), genesisHash.description, Proposal.notNeeded,
                ]
            ).map { try Proposal($0) }
        }
    }

    /// What people were asked to send to an address with that data, or to create with it, and may still send, whatever it is for, oldest
    /// first.
    package func openProposals(
        to address: Address?,
        payloadHash: Hash,
        on chainID: ChainID,
        genesisHash: Hash
    ) throws(LedgerError) -> [Proposal] {
        try read { database in
            try database.keptRows(
                sql: """
                    SELECT * FROM proposals WHERE state = 'open' AND payload_hash = ? AND target IS ?
                        AND chain_id = ? AND genesis_hash = ? ORDER BY id
                    """,
                arguments: [
                    payloadHash.description, address?.description,
                    Column.integer(chainID.rawValue, "chain id"), genesisHash.description,
                ]
            ).map { try Proposal($0) }
        }
    }

    /// The nonces that a step was asked for under and that something else was seen to have used, or the same to no effect.
    package func noncesSeen(
        of step: StepID,
        project: String,
        in lane: ChainOperation.Lane
    ) throws(LedgerError) -> Set<UInt64> {
        try read { database in
            Set(
                try Row.fetchAll(
                    database,
                    sql: """
                        SELECT nonce FROM proposals WHERE state = 'withdrawn' AND project = ? AND step = ?
                            AND chain_id = ? AND genesis_hash = ? AND account = ? AND (reason = ? OR reason LIKE '%' || ?)
                        """,
                    arguments: [project, step.rawValue] + Self.chain(lane) + [
                        lane.sender.description, Proposal.overtaken, Proposal.reverted,
                    ]
                ).map { try $0.number("nonce") })
        }
    }
}
