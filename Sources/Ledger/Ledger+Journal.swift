package import EthereumTypes
import Foundation
import GRDB
package import Model

/// What was signed for an operation, as it is going to be sent.
package struct SignedBytes: Sendable {
    let operation: ChainOperation.ID
    let raw: [UInt8]
    let hash: Hash
    /// The contract that it creates, where its nonce says so.
    let creates: Address?
    /// Whether somebody else signed it, such as another machine with the same key.
    let isOthers: Bool

    package init(
        _ operation: ChainOperation.ID,
        _ raw: [UInt8],
        hash: Hash,
        creates: Address?,
        isOthers: Bool = false
    ) {
        self.operation = operation
        self.raw = raw
        self.hash = hash
        self.creates = creates
        self.isOthers = isOthers
    }
}

extension Ledger {
    /// Notes an intent, before anything else is done about it; it is durable when what is signed for it is.
    ///
    /// What an earlier run left of the step without a signature is withdrawn with it, whoever was to sign that.
    ///
    /// - Throws: ``LedgerError/operationExists(_:step:)`` where the step has one on this chain that is not finished.
    package func plan(_ intent: ChainOperation.Intent) throws(LedgerError) -> ChainOperation {
        let time = now().milliseconds
        return try write(.withNext) { database in
            if let left = try Self.unfinished(intent, in: database) {
                guard left.intent.run != intent.run, [.planned, .nonce].contains(left.state) else {
                    throw LedgerError.operationExists(left.id, step: intent.step)
                }
                _ = try move(left, to: .withdrawn, "it is planned anew", in: database)
            }
            try database.executeKept(
                sql: """
                    INSERT INTO transactions (run, project, step, kind, network, chain_id, genesis_hash, sender,
                        payload_hash, spend_reserved_wei, value_wei, creates, state, created_at, updated_at)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'planned', ?, ?)
                    """,
                arguments: [
                    intent.run, intent.project, intent.step.rawValue, intent.kind.rawValue, intent.network,
                    Column.integer(intent.chainID.rawValue, "chain id"), intent.genesisHash.description,
                    intent.sender.description, intent.payloadHash.description,
                    intent.spendReserved.description, intent.value.description,
                    intent.creates?.description, time, time,
                ]
            )
            let operation = try ChainOperation.fetch(
                ChainOperation.ID(database.lastInsertedRowID), in: database)
            try log(operation, "planned", "at most \(intent.spendReserved) wei", in: database)
            return operation
        }
    }

    /// Makes a signed transaction durable; only after this returns may it be sent.
    ///
    /// A second one, to replace the first, has the same nonce. The same one again changes nothing.
    ///
    /// - Parameters:
    ///   - id: The operation.
    ///   - rawTransaction: Exactly what is going to be sent.
    ///   - hash: Its hash.
    ///   - predictedAddress: The contract that it creates; of one that a factory creates the intent says it.
    ///   - isOthers: Whether somebody else signed it.
    ///   - most: The most that a replacement may cost, where that is more than was reserved.
    ///   - run: The run that replaces it, whose budget counts; nil: the one that planned it.
    ///   - limits: What the network's budget allows.
    ///   - atWork: The steps whose operations are being taken to their end, for what a refusal says of them.
    /// - Returns: The operation with the attempt.
    /// - Throws: ``LedgerError/contradiction(_:detail:)`` where the hash is known with other bytes;
    ///   ``LedgerError/overBudget(_:)``; ``LedgerError/notAllowed(_:from:to:)``.
    package func recordSigned(
        _ id: ChainOperation.ID,
        rawTransaction: [UInt8],
        hash: Hash,
        predictedAddress: Address?,
        isOthers: Bool = false,
        most: Wei? = nil,
        in run: String? = nil,
        within limits: SpendLimits = .none,
        beside atWork: Set<StepID> = []
    ) throws(LedgerError) -> ChainOperation {
        try write { database in
            let signed = SignedBytes(
                id, rawTransaction, hash: hash, creates: predictedAddress, isOthers: isOthers)
            return try record(signed, most: most, in: run, within: limits, beside: atWork, in: database)
        }
    }

    /// Makes several signed transactions durable in one transaction of the database; only after this returns may any be sent.
    ///
    /// - Returns: The operations with their attempts, in the order given.
    /// - Throws: As for one; nothing of them is recorded then.
    package func recordSigned(_ signed: [SignedBytes]) throws(LedgerError) -> [ChainOperation] {
        try write { database in
            try signed.map { try record($0, most: nil, in: nil, within: .none, beside: [], in: database) }
        }
    }

    private func record(
        _ signed: SignedBytes,
        most: Wei?,
        in run: String?,
        within limits: SpendLimits,
        beside atWork: Set<StepID>,
        in database: Database
    ) throws -> ChainOperation {
        let (id, hash) = (signed.operation, signed.hash)
        let operation = try ChainOperation.fetch(id, in: database)
        if let known = operation.attempts.first(where: { $0.hash == hash }) {
            guard known.rawTransaction == signed.raw else {
                throw LedgerError.contradiction(id, detail: "\(hash) was signed with other bytes")
            }
            return operation
        }
        guard operation.state == .signed || operation.state.mayBecome(.signed), operation.state != .blocked
        else { throw LedgerError.notAllowed(id, from: operation.state, to: .signed) }
        if let most, most > operation.intent.spendReserved {
            try reserve(
                most, for: operation, in: run ?? operation.intent.run, within: limits, beside: atWork,
                in: database)
        }
        try database.executeKept(
            sql: "INSERT INTO attempts VALUES (?, ?, ?, ?, ?, ?, ?)",
            arguments: [
                id.rawValue, operation.attempts.count + 1, hash.description, Data(signed.raw),
                (signed.creates ?? operation.intent.creates)?.description, now().milliseconds,
                signed.isOthers,
            ]
        )
        return try move(operation, to: .signed, hash.description, in: database)
    }

    /// Says that a node took one of the attempts, or knew it already.
    package func markSent(_ id: ChainOperation.ID) throws(LedgerError) -> ChainOperation {
        try transition(id, to: .sent, from: [.signed, .sent], .withNext)
    }

    /// The same of several, in one transaction of the database.
    package func markSent(_ ids: [ChainOperation.ID]) throws(LedgerError) -> [ChainOperation] {
        try write(.withNext) { database in
            try ids.map { try transition($0, to: .sent, from: [.signed, .sent], in: database) }
        }
    }

    /// Says that a block has one of the attempts; again with another block where the chain was reorganised.
    ///
    /// Where it succeeded the contract counts that it was to create, whatever its receipt names.
    ///
    /// - Throws: ``LedgerError/contradiction(_:detail:)`` where the transaction is none of the attempts.
    package func markIncluded(
        _ id: ChainOperation.ID,
        _ inclusion: ChainOperation.Inclusion
    ) throws(LedgerError) -> ChainOperation {
        try write(.withNext) { database in try include(id, inclusion, in: database) }
    }

    /// The same of several, in one transaction of the database.
    package func markIncluded(
        _ inclusions: [(id: ChainOperation.ID, inclusion: ChainOperation.Inclusion)]
    ) throws(LedgerError) -> [ChainOperation] {
        try write(.withNext) { database in
            try inclusions.map { try include($0.id, $0.inclusion, in: database) }
        }
    }

    private func include(
        _ id: ChainOperation.ID,
        _ inclusion: ChainOperation.Inclusion,
        in database: Database
    ) throws -> ChainOperation {
        let operation = try ChainOperation.fetch(id, in: database)
        guard let attempt = operation.attempts.first(where: { $0.hash == inclusion.transactionHash }) else {
            throw LedgerError.contradiction(
                id, detail: "\(inclusion.transactionHash) is none of its attempts")
        }
        guard operation.state == .included || operation.state.mayBecome(.included) else {
            throw LedgerError.notAllowed(id, from: operation.state, to: .included)
        }
        // Where it follows from what was signed no node is asked for it.
        let foreseen = attempt.predictedAddress ?? operation.intent.creates
        let address = inclusion.succeeded ? foreseen ?? inclusion.address : inclusion.address
        try database.executeKept(
            sql: """
                UPDATE transactions SET included_hash = ?, block_hash = ?, block_number = ?, succeeded = ?,
                    gas_used = ?, fee_paid_wei = ?, address = ?, error = NULL WHERE id = ?
                """,
            arguments: [
                inclusion.transactionHash.description, inclusion.blockHash.description,
                Column.integer(inclusion.blockNumber, "block number"), inclusion.succeeded,
                Column.integer(inclusion.gasUsed, "gas used"), inclusion.feePaid.description,
                address?.description,
                id.rawValue,
            ]
        )
        let words = "block \(inclusion.blockNumber), \(inclusion.succeeded ? "succeeded" : "reverted")"
        return try move(operation, to: .included, words, in: database)
    }

    /// Says that the block went away: it is as after sending, and all attempts are looked up again.
    package func backToSent(_ id: ChainOperation.ID, reason: String) throws(LedgerError) -> ChainOperation {
        try transition(id, to: .sent, reason, from: [.included], .withNext)
    }

    /// Says that someone else's transaction used the nonce, which only finalized proof can tell.
    package func markForeign(_ id: ChainOperation.ID, usedBy hash: Hash) throws(LedgerError) -> ChainOperation
    {
        try write(.withNext) { database in
            let operation = try ChainOperation.fetch(id, in: database)
            if operation.attempts.contains(where: { $0.hash == hash }) {
                throw LedgerError.contradiction(id, detail: "\(hash) is its own attempt")
            }
            try database.execute(
                sql: "UPDATE transactions SET foreign_hash = ? WHERE id = ?",
                arguments: [hash.description, id.rawValue]
            )
            return try move(operation, to: .foreign, "nonce used by \(hash)", in: database)
        }
    }

    /// Stops it until a person decides.
    package func markBlocked(_ id: ChainOperation.ID, reason: String) throws(LedgerError) -> ChainOperation {
        try transition(id, to: .blocked, reason)
    }

    /// Lets a blocked operation go on from what it holds: attempts, a nonce, or only its intent.
    package func resume(_ id: ChainOperation.ID) throws(LedgerError) -> ChainOperation {
        try write { database in
            let operation = try ChainOperation.fetch(id, in: database)
            guard operation.state == .blocked else {
                throw LedgerError.notAllowed(id, from: operation.state, to: .signed)
            }
            let next: ChainOperation.State =
                operation.attempts.isEmpty ? (operation.nonce == nil ? .planned : .nonce) : .signed
            return try move(operation, to: next, nil, in: database)
        }
    }

    /// Gives it up before anything was signed; its nonce is free for the next one of its lane.
    ///
    /// - Throws: ``LedgerError/notAllowed(_:from:to:)`` where something was signed.
    package func withdraw(_ id: ChainOperation.ID, reason: String) throws(LedgerError) -> ChainOperation {
        try write(.withNext) { database in
            let operation = try ChainOperation.fetch(id, in: database)
            guard operation.attempts.isEmpty else {
                throw LedgerError.notAllowed(id, from: operation.state, to: .withdrawn)
            }
            return try move(operation, to: .withdrawn, reason, in: database)
        }
    }

    private func transition(
        _ id: ChainOperation.ID,
        to next: ChainOperation.State,
        _ reason: String? = nil,
        from allowed: Set<ChainOperation.State> = Set(ChainOperation.State.allCases),
        _ durability: Durability = .now
    ) throws(LedgerError) -> ChainOperation {
        try write(durability) { database in
            try transition(id, to: next, reason, from: allowed, in: database)
        }
    }

    private func transition(
        _ id: ChainOperation.ID,
        to next: ChainOperation.State,
        _ reason: String? = nil,
        from allowed: Set<ChainOperation.State>,
        in database: Database
    ) throws -> ChainOperation {
        let operation = try ChainOperation.fetch(id, in: database)
        guard allowed.contains(operation.state) else {
            throw LedgerError.notAllowed(id, from: operation.state, to: next)
        }
        return try move(operation, to: next, reason, in: database)
    }

    /// Takes an operation to its next state and writes that to the log, in the transaction that `database` is in.
    ///
    /// The same state again is allowed where nothing but its details change.
    func move(
        _ operation: ChainOperation,
        to next: ChainOperation.State,
        _ reason: String?,
        in database: Database
    ) throws -> ChainOperation {
        let staysOpen = operation.state == next && [.signed, .sent, .included, .blocked].contains(next)
        guard staysOpen || operation.state.mayBecome(next) else {
            throw LedgerError.notAllowed(operation.id, from: operation.state, to: next)
        }
        let keepsError: Set<ChainOperation.State> = [.reverted, .foreign, .blocked, .withdrawn]
        try database.executeKept(
            sql: "UPDATE transactions SET state = ?, error = ?, updated_at = ? WHERE id = ?",
            arguments: [
                next.rawValue, keepsError.contains(next) ? reason : nil, now().milliseconds,
                operation.id.rawValue,
            ]
        )
        switch next {
        case .final, .reverted:
            let cost = operation.inclusion?.cost(of: operation.intent)
            try settle(cost ?? operation.intent.spendReserved, for: operation.id, in: database)
        case .foreign, .withdrawn: try count(.zero, for: operation.id, in: database)
        case .planned, .nonce, .signed, .sent, .included, .blocked: break
        }
        try log(operation, next.rawValue, reason ?? "", in: database)
        return try ChainOperation.fetch(operation.id, in: database)
    }

    private func log(
        _ operation: ChainOperation,
        _ word: String,
        _ detail: String,
        in database: Database
    ) throws {
        try append(
            actor: try Self.actor(of: operation.intent.run, in: database),
            action: "operation.\(word)",
            subject: "\(operation.intent.step.rawValue) #\(operation.id)",
            detail: detail,
            in: database
        )
    }
}
