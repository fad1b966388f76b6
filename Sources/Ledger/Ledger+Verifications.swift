package import EthereumTypes
import GRDB
package import Model

/// One source at one service.
package struct VerificationKey: Hashable, Sendable {
    package var chainID: ChainID
    package var genesisHash: Hash
    package var address: Address
    /// Of the init code without its arguments.
    package var initCodeDigest: Digest
    package var service: VerifierSpec.Service
    package var serviceURL: String

    package init(
        chainID: ChainID,
        genesisHash: Hash,
        address: Address,
        initCodeDigest: Digest,
        verifier: VerifierSpec
    ) {
        self.chainID = chainID
        self.genesisHash = genesisHash
        self.address = address
        self.initCodeDigest = initCodeDigest
        service = verifier.service
        serviceURL = verifier.url
    }
}

extension Ledger {
    /// Keeps that a service shows a source, so that it is not asked again.
    ///
    /// - Parameters:
    ///   - key: Which source where.
    ///   - message: What the service said of it.
    ///   - run: The run that heard it.
    /// - Throws: ``LedgerError/unknownRun(_:)``.
    package func recordVerified(_ key: VerificationKey, message: String, run: String) throws(LedgerError) {
        let time = now().milliseconds
        try write { database in
            try Self.requireRun(run, in: database)
            try database.execute(
                sql: """
                    INSERT OR REPLACE INTO verifications (chain_id, genesis_hash, address, init_code_digest,
                        service, service_url, run, message, recorded_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: try key.columns + [run, message, time]
            )
        }
    }

    /// The run that heard that a service shows a source, and what it heard; nil where none is on record.
    package func verified(_ key: VerificationKey) throws(LedgerError) -> (run: String, message: String)? {
        try read { database in
            let row = try Row.fetchOne(
                database,
                sql: """
                    SELECT run, message FROM verifications WHERE chain_id = ? AND genesis_hash = ?
                        AND address = ? AND init_code_digest = ? AND service = ? AND service_url = ?
                    """,
                arguments: try key.columns
            )
            return try row.map { (try $0.value("run"), try $0.value("message")) }
        }
    }
}

extension VerificationKey {
    fileprivate var columns: StatementArguments {
        get throws {
            [
                try Column.integer(chainID.rawValue, "chain id"), genesisHash.description,
                address.description,
                initCodeDigest.description, service.rawValue, serviceURL,
            ]
        }
    }
}
