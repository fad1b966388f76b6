package import EthereumTypes
import Foundation
import GRDB
import Model

extension Ledger {
    /// What is deployed under a name on one chain; nil where this ledger knows of nothing.
    package func deployment(
        project: String,
        name: String,
        network: String,
        chainID: ChainID,
        genesisHash: Hash
    ) throws(LedgerError) -> DeploymentRow? {
        try read { database in
            try database.keptRow(
                sql: """
                    SELECT * FROM deployments WHERE status = 'current' AND project = ? AND name = ?
                        AND network = ? AND chain_id = ? AND genesis_hash = ?
                    """,
                arguments: [
                    project, name, network, Column.integer(chainID.rawValue, "chain id"),
                    genesisHash.description,
                ]
            ).map { try DeploymentRow($0) }
        }
    }

    /// Every deployment of a name on a network, on whatever chain that was then, newest first.
    package func deployments(
        project: String,
        name: String,
        network: String
    ) throws(LedgerError) -> [DeploymentRow] {
        try read { database in
            try database.keptRows(
                sql: """
                    SELECT * FROM deployments WHERE project = ? AND name = ? AND network = ? ORDER BY id DESC
                    """,
                arguments: [project, name, network]
            ).map { try DeploymentRow($0) }
        }
    }

    /// Every current deployment of a project, by network, chain and name.
    package func currentDeployments(project: String) throws(LedgerError) -> [DeploymentRow] {
        try read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT * FROM deployments WHERE project = ? AND status = 'current'
                        ORDER BY network, chain_id, genesis_hash, name
                    """,
                arguments: [project]
            ).map { try DeploymentRow($0) }
        }
    }

    /// Records a deployment that failed before there was a transaction, such as one whose gas cannot be estimated.
    ///
    /// - Parameters:
    ///   - claim: What would have been deployed.
    ///   - run: The run that tried.
    ///   - project: The project's name.
    ///   - network: The network's name.
    ///   - chainID: The chain.
    ///   - genesisHash: Where the chain could be asked.
    ///   - error: Why, in words.
    /// - Throws: ``LedgerError/unknownRun(_:)``.
    package func recordFailure(
        of claim: DeploymentClaim,
        run: String,
        project: String,
        network: String,
        chainID: ChainID,
        genesisHash: Hash?,
        error: String
    ) throws(LedgerError) {
        let time = now().milliseconds
        try write { database in
            try Self.requireRun(run, in: database)
            try database.execute(
                sql: """
                    INSERT INTO deployments (run, project, name, contract, network, chain_id, genesis_hash,
                        status, error, init_code_digest, runtime_code_digest, constructor_arguments, recorded_at)
                    VALUES (?, ?, ?, ?, ?, ?, ?, 'failed', ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    run, project, claim.name, claim.contract, network,
                    Column.integer(chainID.rawValue, "chain id"), genesisHash?.description, error,
                    claim.initCodeDigest.description, claim.runtimeCodeDigest.description,
                    Data(claim.constructorArguments), time,
                ]
            )
        }
    }
}

extension DeploymentRow {
    static func fetch(_ id: Int64, in database: Database) throws -> DeploymentRow {
        let row = try database.keptRow(sql: "SELECT * FROM deployments WHERE id = ?", arguments: [id])
        guard let row else { throw MalformedRow(detail: "deployment \(id) is not there") }
        return try DeploymentRow(row)
    }

    init(_ row: Row) throws {
        id = try row.value("id")
        run = try row.value("run")
        let made: String? = try row.optional("made_in")
        madeIn = made ?? run
        operation = try row.optional("operation").map { ChainOperation.ID($0) }
        isAdopted = made == nil && operation == nil
        project = try row.value("project")
        claim = DeploymentClaim(
            name: try row.value("name"),
            contract: try row.value("contract"),
            initCodeDigest: try row.parsed("init_code_digest") { Digest($0) },
            runtimeCodeDigest: try row.parsed("runtime_code_digest") { Digest($0) },
            constructorArguments: [UInt8](try row.value("constructor_arguments") as Data),
            creation: try row.jsonIfThere("creation") ?? .plain,
            deployedCodeDigest: try row.parsedIfThere("deployed_code_digest") { Digest($0) },
            proxy: try row.jsonIfThere("proxy"),
            storageLayout: try row.jsonIfThere("storage_layout")
        )
        network = try row.value("network")
        chainID = try row.chainID("chain_id")
        genesisHash = try row.parsedIfThere("genesis_hash", Hash.init(_:))
        status = try row.parsed("status", Status.init(rawValue:))
        address = try row.parsedIfThere("address", Column.address)
        deployer = try row.parsedIfThere("deployer", Column.address)
        gasUsed = try row.numberIfThere("gas_used")
        feePaid = try row.parsedIfThere("fee_paid_wei", Column.wei)
        transactionHash = try row.parsedIfThere("transaction_hash", Hash.init(_:))
        blockNumber = try row.numberIfThere("block_number")
        error = try row.optional("error")
        recordedAt = try row.time("recorded_at")
    }
}

extension CallRow {
    init(_ row: Row) throws {
        run = try row.value("run")
        project = try row.value("project")
        network = try row.value("network")
        callDataHash = try row.parsed("call_data_hash", Hash.init(_:))
        madeIn = try row.optional("made_in") ?? run
        operation = try row.optional("operation").map { ChainOperation.ID($0) }
        claim = CallClaim(
            name: try row.value("name"),
            deployment: try row.value("deployment"),
            address: try row.parsed("address", Column.address),
            function: try row.value("function")
        )
        transactionHash = try row.parsed("transaction_hash", Hash.init(_:))
        blockNumber = try row.number("block_number")
        gasUsed = try row.numberIfThere("gas_used")
        feePaid = try row.parsedIfThere("fee_paid_wei", Column.wei)
        recordedAt = try row.time("recorded_at")
    }
}
