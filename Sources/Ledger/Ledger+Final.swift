import EthereumTypes
import Foundation
import GRDB
import Model

extension Ledger {
    /// Says that a deployment is deep enough and there is code; the claim is recorded in the same database transaction.
    ///
    /// The deployment that was current under this name on this chain is kept as replaced.
    ///
    /// - Parameters:
    ///   - id: The operation.
    ///   - claim: What it leaves.
    ///   - yields: Whether one of the same name that a later block has stays current: it took this one's place.
    /// - Returns: Its row.
    /// - Throws: ``LedgerError/contradiction(_:detail:)`` where it is no deployment or has no address;
    ///   ``LedgerError/notAllowed(_:from:to:)`` where no block has it or it reverted.
    package func markFinal(
        _ id: ChainOperation.ID,
        leaving claim: DeploymentClaim,
        yieldingToLater yields: Bool = false
    ) throws(LedgerError) -> DeploymentRow {
        try write(.withNext) { database in
            let operation = try ChainOperation.fetch(id, in: database)
            let inclusion = try successful(operation, .deploy)
            guard inclusion.address != nil else {
                throw LedgerError.contradiction(id, detail: "its receipt names no contract address")
            }
            let done = try move(operation, to: .final, nil, in: database)
            let chainID = try Column.integer(done.intent.chainID.rawValue, "chain id")
            let place: StatementArguments = [
                done.intent.project, claim.name, done.intent.network, chainID,
                done.intent.genesisHash.description,
            ]
            let isCurrent = """
                status = 'current' AND project = ? AND name = ? AND network = ? AND chain_id = ?
                    AND genesis_hash = ?
                """
            let later: Int64? =
                try yields
                ? database.keptRow(
                    sql: "SELECT max(block_number) FROM deployments WHERE \(isCurrent)", arguments: place
                )?[0] : nil
            if let later, later > (try Column.integer(inclusion.blockNumber, "block number")) {
                return try insert(claim, of: done, status: .replaced, error: nil, in: database)
            }
            try database.executeKept(
                sql: "UPDATE deployments SET status = 'replaced' WHERE \(isCurrent)", arguments: place)
            return try insert(claim, of: done, status: .current, error: nil, in: database)
        }
    }

    /// Says that a call is deep enough; that it was made is recorded in the same database transaction.
    ///
    /// - Throws: As ``markFinal(_:leaving:)`` for a deployment.
    package func markFinal(_ id: ChainOperation.ID, leaving claim: CallClaim) throws(LedgerError) -> CallRow {
        try write(.withNext) { database in
            let operation = try ChainOperation.fetch(id, in: database)
            let inclusion = try successful(operation, .call)
            let intent = operation.intent
            _ = try move(operation, to: .final, nil, in: database)
            try database.executeKept(
                sql: """
                    INSERT INTO calls (run, operation, project, deployment, name, network, chain_id,
                        genesis_hash, address, function, call_data_hash, transaction_hash, block_number,
                        gas_used, fee_paid_wei, recorded_at)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    intent.run, id.rawValue, intent.project, claim.deployment, claim.name, intent.network,
                    Column.integer(intent.chainID.rawValue, "chain id"), intent.genesisHash.description,
                    claim.address.description, claim.function, intent.payloadHash.description,
                    inclusion.transactionHash.description,
                    Column.integer(inclusion.blockNumber, "block number"),
                    Column.integer(inclusion.gasUsed, "gas used"), inclusion.feePaid.description,
                    now().milliseconds,
                ]
            )
            let row = try Row.fetchOne(
                database,
                sql: "SELECT * FROM calls WHERE id = ?",
                arguments: [database.lastInsertedRowID]
            )
            guard let row else { throw MalformedRow(detail: "a call is not there after it was written") }
            return try CallRow(row)
        }
    }

    /// Says that it failed on the chain, deep enough; a claim is recorded as failed in the same database transaction.
    ///
    /// - Throws: ``LedgerError/notAllowed(_:from:to:)`` where no block has it or it succeeded.
    package func markReverted(
        _ id: ChainOperation.ID,
        error: String,
        leaving claim: DeploymentClaim? = nil
    ) throws(LedgerError) -> ChainOperation {
        try write { database in
            let operation = try ChainOperation.fetch(id, in: database)
            guard operation.inclusion?.succeeded == false else {
                throw LedgerError.notAllowed(id, from: operation.state, to: .reverted)
            }
            let done = try move(operation, to: .reverted, error, in: database)
            if let claim { _ = try insert(claim, of: done, status: .failed, error: error, in: database) }
            return done
        }
    }

    /// Says that a factory's transaction succeeded and left no contract: the operation ends as one that failed on the chain.
    ///
    /// What it cost stays spent, its value too: that is with the factory.
    ///
    /// - Throws: ``LedgerError/contradiction(_:detail:)`` where no factory was asked;
    ///   ``LedgerError/notAllowed(_:from:to:)`` where no block has it or it reverted.
    package func markUncreated(_ id: ChainOperation.ID, error: String) throws(LedgerError) -> ChainOperation {
        try write { database in
            let operation = try ChainOperation.fetch(id, in: database)
            let inclusion = try successful(operation, .deploy)
            guard operation.intent.creates != nil else {
                throw LedgerError.contradiction(id, detail: "no factory was asked")
            }
            return try fail(operation, inclusion, error, in: database)
        }
    }

    /// Says that a call succeeded where no contract was: the operation ends as one that failed on the chain.
    ///
    /// What it cost stays spent, its value too.
    ///
    /// - Throws: ``LedgerError/contradiction(_:detail:)`` where it is no call; ``LedgerError/notAllowed(_:from:to:)`` where no
    ///   block has it or it reverted.
    package func markStranded(_ id: ChainOperation.ID, error: String) throws(LedgerError) -> ChainOperation {
        try write { database in
            let operation = try ChainOperation.fetch(id, in: database)
            return try fail(operation, try successful(operation, .call), error, in: database)
        }
    }

    /// Ends an operation that succeeded on the chain and did not what it was for.
    private func fail(
        _ operation: ChainOperation,
        _ inclusion: ChainOperation.Inclusion,
        _ error: String,
        in database: Database
    ) throws -> ChainOperation {
        try database.execute(
            sql: "UPDATE transactions SET succeeded = 0, address = NULL WHERE id = ?",
            arguments: [operation.id.rawValue]
        )
        let failed = try move(
            ChainOperation.fetch(operation.id, in: database), to: .reverted, error, in: database)
        try settle(inclusion.cost(of: operation.intent), for: operation.id, in: database)
        return failed
    }

    func successful(
        _ operation: ChainOperation,
        _ kind: ChainOperation.Kind
    ) throws(LedgerError) -> ChainOperation.Inclusion {
        guard operation.intent.kind == kind else {
            throw .contradiction(operation.id, detail: "it is a \(operation.intent.kind.rawValue)")
        }
        guard operation.state == .included, let inclusion = operation.inclusion, inclusion.succeeded else {
            throw .notAllowed(operation.id, from: operation.state, to: .final)
        }
        return inclusion
    }

    private func insert(
        _ claim: DeploymentClaim,
        of operation: ChainOperation,
        status: DeploymentRow.Status,
        error: String?,
        in database: Database
    ) throws -> DeploymentRow {
        let intent = operation.intent
        let inclusion = operation.inclusion
        try database.executeKept(
            sql: """
                INSERT INTO deployments (run, operation, project, name, contract, network, chain_id,
                    genesis_hash, status, address, deployer, gas_used, fee_paid_wei, transaction_hash,
                    block_number, error, init_code_digest, runtime_code_digest, constructor_arguments,
                    recorded_at, deployed_code_digest)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                intent.run, operation.id.rawValue, intent.project, claim.name, claim.contract, intent.network,
                Column.integer(intent.chainID.rawValue, "chain id"), intent.genesisHash.description,
                status.rawValue, inclusion?.address?.description, intent.sender.description,
                inclusion.map { try Column.integer($0.gasUsed, "gas used") }, inclusion?.feePaid.description,
                inclusion?.transactionHash.description,
                inclusion.map { try Column.integer($0.blockNumber, "block number") }, error,
                claim.initCodeDigest.description, claim.runtimeCodeDigest.description,
                Data(claim.constructorArguments), now().milliseconds, claim.deployedCodeDigest?.description,
            ]
        )
        let id = database.lastInsertedRowID
        try Self.note(claim.proxy, claim.storageLayout, of: id, in: database)
        try Self.note(claim.creation, of: id, in: database)
        return try DeploymentRow.fetch(id, in: database)
    }
}
