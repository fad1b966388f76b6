package import EthereumTypes
import Foundation
import GRDB
package import Model

extension Ledger {
    /// Takes over a deployment that a run with another ledger made, with the calls that were made to it.
    ///
    /// What was current under its name on its chain is kept as replaced.
    ///
    /// - Parameters:
    ///   - entry: What the registry says of it, after the chain has agreed.
    ///   - network: The network's name.
    ///   - run: The run that takes it over.
    ///   - gasUsed: What its receipt says, where the node has that.
    /// - Returns: The row, which is current.
    /// - Throws: ``LedgerError/unknownRun(_:)``.
    package func adopt(
        _ entry: RegistryEntry,
        network: String,
        run: String,
        gasUsed: UInt64? = nil
    ) throws(LedgerError) -> DeploymentRow {
        let time = now().milliseconds
        return try write { database in
            try Self.requireRun(run, in: database)
            return try Self.adopt(entry, network, run, time, gasUsed: gasUsed, in: database)
        }
    }

    /// Writes an entry down as what is current, in the transaction that `database` is in.
    static func adopt(
        _ entry: RegistryEntry,
        _ network: String,
        _ run: String,
        _ time: Int64,
        gasUsed: UInt64?,
        in database: Database
    ) throws -> DeploymentRow {
        let chainID = try Column.integer(entry.chainID.rawValue, "chain id")
        try database.execute(
            sql: """
                UPDATE deployments SET status = 'replaced' WHERE status = 'current' AND project = ?
                    AND name = ? AND network = ? AND chain_id = ? AND genesis_hash = ?
                """,
            arguments: [entry.project, entry.name, network, chainID, entry.genesisHash.description]
        )
        try database.execute(
            sql: """
                INSERT INTO deployments (run, project, name, contract, network, chain_id, genesis_hash,
                    status, address, deployer, gas_used, transaction_hash, block_number, init_code_digest,
                    runtime_code_digest, deployed_code_digest, constructor_arguments, recorded_at, made_in)
                VALUES (?, ?, ?, ?, ?, ?, ?, 'current', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                run, entry.project, entry.name, entry.contract, network, chainID,
                entry.genesisHash.description, entry.address.description, entry.deployer?.description,
                gasUsed.map { try Column.integer($0, "gas used") }, entry.transactionHash?.description,
                entry.block.map { try Column.integer($0, "block number") },
                entry.initCodeDigest.description, entry.runtimeCodeDigest.description,
                entry.deployedCodeDigest?.description, Data(entry.constructorArguments), time,
                entry.isAdopted ? nil : entry.run,
            ]
        )
        let id = database.lastInsertedRowID
        try note(entry.proxy, entry.storageLayout, of: id, in: database)
        try note(entry.creation, of: id, in: database)
        let row = try DeploymentRow.fetch(id, in: database)
        for call in entry.calls { try adopt(call, of: entry, network, run, time, in: database) }
        return row
    }

    /// Writes a call down that was made to a deployment and is on no record, where it is not known yet.
    ///
    /// - Throws: ``LedgerError/unknownRun(_:)``.
    package func adopt(
        _ call: RegistryCall,
        of entry: RegistryEntry,
        network: String,
        run: String
    ) throws(LedgerError) {
        let time = now().milliseconds
        try write { database in
            try Self.requireRun(run, in: database)
            try Self.adopt(call, of: entry, network, run, time, in: database)
        }
    }

    /// Writes a call down that was made, where it is not known yet.
    static func adopt(
        _ call: RegistryCall,
        of entry: RegistryEntry,
        _ network: String,
        _ run: String,
        _ time: Int64,
        in database: Database
    ) throws {
        let known: StatementArguments = [
            entry.project, entry.name, call.name, network,
            try Column.integer(entry.chainID.rawValue, "chain id"), entry.genesisHash.description,
            entry.address.description, call.callDataHash.description, call.transactionHash.description,
        ]
        try database.execute(
            sql: """
                INSERT INTO calls (project, deployment, name, network, chain_id, genesis_hash, address,
                    call_data_hash, transaction_hash, run, function, block_number, recorded_at, made_in)
                SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ? WHERE NOT EXISTS (SELECT 1 FROM calls
                    WHERE project = ? AND deployment = ? AND name = ? AND network = ? AND chain_id = ?
                    AND genesis_hash = ? AND address = ? AND call_data_hash = ? AND transaction_hash = ?)
                """,
            arguments: known + [
                run, call.function, try Column.integer(call.block, "block number"), time, call.run,
            ] + known
        )
    }

    /// Takes a current deployment over under another name; the row of the old name is kept as renamed.
    ///
    /// - Returns: The row of the new name, with what is known of the old one and its calls.
    /// - Throws: ``LedgerError/unknownRun(_:)``.
    package func rename(
        _ row: DeploymentRow,
        to name: String,
        run: String
    ) throws(LedgerError) -> DeploymentRow {
        let time = now().milliseconds
        return try write { database in
            try Self.requireRun(run, in: database)
            let id = try Self.copy(row.id, name: name, run, time, in: database)
            try Self.note(row.claim.proxy, row.claim.storageLayout, of: id, in: database)
            try database.execute(
                sql: """
                    INSERT INTO calls (run, project, deployment, name, network, chain_id, genesis_hash, address,
                        function, call_data_hash, transaction_hash, block_number, gas_used, fee_paid_wei,
                        recorded_at, made_in)
                    SELECT ?, calls.project, ?, calls.name, calls.network, calls.chain_id, calls.genesis_hash,
                        calls.address, calls.function, calls.call_data_hash, calls.transaction_hash,
                        calls.block_number, calls.gas_used, calls.fee_paid_wei, ?,
                        coalesce(calls.made_in, calls.run)
                    FROM calls JOIN deployments ON calls.project = deployments.project
                        AND calls.deployment = deployments.name AND calls.network = deployments.network
                        AND calls.chain_id = deployments.chain_id
                        AND calls.genesis_hash = deployments.genesis_hash
                        AND calls.address = deployments.address
                    WHERE deployments.id = ?
                    """,
                arguments: [run, name, time, row.id]
            )
            try database.execute(
                sql: "UPDATE deployments SET status = 'renamed' WHERE id = ?", arguments: [row.id])
            return try DeploymentRow.fetch(id, in: database)
        }
    }

    /// Says that a deployment no longer counts; its row is kept as forgotten.
    package func forget(_ row: DeploymentRow, actor: String) throws(LedgerError) {
        try write { database in
            try database.execute(
                sql: "UPDATE deployments SET status = 'forgotten' WHERE id = ? AND status = 'current'",
                arguments: [row.id]
            )
            try append(
                actor: actor, action: "deployment.forgotten", subject: "\(row.claim.name)@\(row.network)",
                detail: row.address?.description ?? "", in: database)
        }
    }

    /// All deployments of a project that were ever on a network, on whatever chain that was then, newest first, each with the calls that were made to it.
    package func registryHistory(
        project: String,
        network: String
    ) throws(LedgerError) -> [RegistryEntry] {
        try read { database in
            let calls = try Row.fetchAll(
                database,
                sql: "SELECT * FROM calls WHERE project = ? AND network = ? ORDER BY id",
                arguments: [project, network]
            )
            var made: [[String]: [RegistryCall]] = [:]
            for row in calls {
                let place = try ["deployment", "genesis_hash", "address"].map { try row.value($0) as String }
                made[place, default: []].append(RegistryCall(try CallRow(row)))
            }
            let rows = try Row.fetchAll(
                database,
                sql: """
                    SELECT * FROM deployments WHERE project = ? AND network = ? AND status <> 'failed'
                        ORDER BY id DESC
                    """,
                arguments: [project, network]
            )
            return try rows.compactMap { row in
                var entry = try DeploymentRow(row).registryEntry
                if let found = entry {
                    let place = [found.name, found.genesisHash.description, found.address.description]
                    entry?.calls = made[place] ?? []
                }
                return entry
            }
        }
    }

    /// Whether this ledger knows of anything that a sender ever sent on a chain, or was asked to send; but for what one run did.
    package func knowsAny(
        of lane: ChainOperation.Lane,
        besides run: String? = nil
    ) throws(LedgerError) -> Bool {
        try read { database in
            let here: StatementArguments = [
                try Column.integer(lane.chainID.rawValue, "chain id"), lane.genesisHash.description,
                lane.sender.description, run,
            ]
            return try Bool.fetchOne(
                database,
                sql: """
                    SELECT EXISTS (SELECT 1 FROM transactions
                            WHERE chain_id = ? AND genesis_hash = ? AND sender = ? AND run IS NOT ?)
                        OR EXISTS (SELECT 1 FROM deployments
                            WHERE chain_id = ? AND genesis_hash = ? AND deployer = ? AND run IS NOT ?)
                        OR EXISTS (SELECT 1 FROM proposals
                            WHERE chain_id = ? AND genesis_hash = ? AND account = ? AND run IS NOT ?)
                    """,
                arguments: here + here + here
            ) ?? false
        }
    }

    /// The least nonce that anything on record has which a sender signed on a chain, or was asked for; nil where nothing has one.
    ///
    /// What came before it was sent when this ledger was not there yet. A nonce that is free again, or that somebody else used, says
    /// nothing of that.
    package func firstNonce(of lane: ChainOperation.Lane) throws(LedgerError) -> UInt64? {
        try read { database in
            let here: StatementArguments = [
                try Column.integer(lane.chainID.rawValue, "chain id"), lane.genesisHash.description,
                lane.sender.description,
            ]
            let least = try Int64.fetchOne(
                database,
                sql: """
                    SELECT min(nonce) FROM (
                        SELECT nonce FROM transactions WHERE chain_id = ? AND genesis_hash = ? AND sender = ?
                            AND state NOT IN ('withdrawn', 'foreign')
                        UNION ALL
                        SELECT nonce FROM proposals WHERE chain_id = ? AND genesis_hash = ? AND account = ?
                            AND state <> 'withdrawn')
                    """,
                arguments: here + here
            )
            return least.map { UInt64($0) }
        }
    }

    /// The nonces of an account of which this ledger knows what was sent with them, or may be.
    ///
    /// Not those that are free again or that somebody else used. What people executed may have another nonce than it was asked for
    /// under, and is on record by then. What `run` left is left out.
    package func nonces(
        of lane: ChainOperation.Lane,
        besides run: String? = nil
    ) throws(LedgerError) -> Set<UInt64> {
        try read { database in
            let here: StatementArguments = [
                try Column.integer(lane.chainID.rawValue, "chain id"), lane.genesisHash.description,
                lane.sender.description, run,
            ]
            let nonces = try Int64.fetchAll(
                database,
                sql: """
                    SELECT nonce FROM transactions WHERE chain_id = ? AND genesis_hash = ? AND sender = ?
                        AND run IS NOT ? AND nonce IS NOT NULL AND state NOT IN ('withdrawn', 'foreign')
                    UNION
                    SELECT nonce FROM proposals WHERE chain_id = ? AND genesis_hash = ? AND account = ?
                        AND run IS NOT ? AND state = 'open'
                    """,
                arguments: here + here
            )
            return Set(nonces.map { UInt64($0) })
        }
    }

    /// The transactions that were signed for an account, whatever became of them.
    package func signedHashes(of lane: ChainOperation.Lane) throws(LedgerError) -> Set<Hash> {
        try read { database in
            let hashes = try String.fetchAll(
                database,
                sql: """
                    SELECT hash FROM attempts WHERE operation IN (
                        SELECT id FROM transactions WHERE chain_id = ? AND genesis_hash = ? AND sender = ?)
                    """,
                arguments: [
                    try Column.integer(lane.chainID.rawValue, "chain id"), lane.genesisHash.description,
                    lane.sender.description,
                ]
            )
            return Set(hashes.compactMap { Hash($0) })
        }
    }

    /// Whether it is on record that a run put a contract of any project at an address: all that was done to it since is too.
    package func knowsCreation(
        of address: Address,
        on chainID: ChainID,
        genesisHash: Hash
    ) throws(LedgerError) -> Bool {
        try read { database in
            try Bool.fetchOne(
                database,
                sql: """
                    SELECT EXISTS (SELECT 1 FROM deployments WHERE chain_id = ? AND genesis_hash = ?
                        AND address = ? AND transaction_hash IS NOT NULL
                        AND (operation IS NOT NULL OR made_in IS NOT NULL))
                    """,
                arguments: [
                    try Column.integer(chainID.rawValue, "chain id"), genesisHash.description,
                    address.description,
                ]
            ) ?? false
        }
    }

    /// Every address that deployments of any project have or had on a chain.
    package func addresses(on chainID: ChainID, genesisHash: Hash) throws(LedgerError) -> Set<Address> {
        try read { database in
            let rows = try database.keptRows(
                sql:
                    "SELECT DISTINCT address FROM deployments WHERE chain_id = ? AND genesis_hash = ? AND address IS NOT NULL",
                arguments: [try Column.integer(chainID.rawValue, "chain id"), genesisHash.description]
            )
            return Set(try rows.map { try $0.parsed("address", Column.address) })
        }
    }
}

extension DeploymentRow {
    /// What a registry keeps of it, without calls; nil where it failed.
    package var registryEntry: RegistryEntry? {
        guard let address, let genesisHash, let status = RegistryEntry.Status(rawValue: status.rawValue)
        else { return nil }
        return RegistryEntry(
            project: project,
            name: claim.name,
            contract: claim.contract,
            chainID: chainID,
            genesisHash: genesisHash,
            status: status,
            address: address,
            transactionHash: transactionHash,
            block: blockNumber,
            deployer: deployer,
            initCodeDigest: claim.initCodeDigest,
            runtimeCodeDigest: claim.runtimeCodeDigest,
            deployedCodeDigest: claim.deployedCodeDigest,
            constructorArguments: claim.constructorArguments,
            creation: claim.creation,
            run: madeIn,
            isAdopted: isAdopted,
            proxy: claim.proxy,
            storageLayout: claim.storageLayout
        )
    }
}
