import Engine
import Ethereum
import EthereumTypes
import Ledger
import Model

/// Takes one operation from an intent to a block that stays: each transition is durable before its effect.
///
/// A nonce belongs to one operation. What was signed is sent again byte for byte, never signed anew; an answer that proves
/// nothing is treated as sent.
struct TransactionSender: Sendable {
    let world: World
    let ledger: Ledger
    let network: OpenNetwork
    let run: String
    let project: String
    /// How long a step waits for its block before it leaves the rest to the next run.
    let patience: Duration
    let progress: StepProgress

    /// How long a transaction waits for its block before its bytes are sent once more.
    private static let untilSentAgain = Duration.seconds(15)

    private var rpc: EthereumRPC { network.rpc }
    private var spec: NetworkSpec { network.spec }

    /// Has what is asked for signed, and sends it, once nothing of an earlier run is in its way.
    ///
    /// - Returns: The operation, included in a block that is deep enough; not yet final in the ledger.
    func settle(_ request: TransactionRequest, signedBy signer: any TransactionSigner)
        async throws(StepFailure)
        -> ChainOperation
    {
        try await clearLane(of: signer.address)
        return try await confirm(try await include(try await begin(request, signer)))
    }

    /// Takes an operation that an earlier run signed to its end; no key is needed for that.
    ///
    /// - Throws: ``StepFailure`` of the kind `blocked` where the operation waits for a person.
    func resume(_ operation: ChainOperation) async throws(StepFailure) -> ChainOperation {
        guard operation.state != .blocked else { throw Self.inTheWay(operation) }
        progress("going on with \(Self.named(operation))")
        return try await confirm(try await include(operation))
    }

    // MARK: Begin

    /// Plans, reserves a nonce and signs; nothing leaves the machine.
    private func begin(_ request: TransactionRequest, _ signer: any TransactionSigner)
        async throws(StepFailure)
        -> ChainOperation
    {
        let price = try await GasPrice.now(network)
        let gas = try await gasLimit(of: request, from: signer.address)
        let most = price.most * gas + request.value
        let (latest, pending, balance) = try await account(signer.address)
        guard balance >= most else {
            throw StepFailure(
                .blocked,
                code: "insufficient-funds",
                "\(signer.address) has \(balance.ether(places: 6)) on '\(spec.name)' and this needs up to "
                    + "\(most.ether(places: 6))",
                hint: "send it \(Wei(most.value - balance.value).ether()) or more; nothing was sent"
            )
        }
        let intent = ChainOperation.Intent(
            run: run,
            project: project,
            step: request.step,
            kind: request.kind,
            network: spec.name,
            chainID: spec.chainID,
            genesisHash: network.genesis,
            sender: signer.address,
            payloadHash: request.payloadHash,
            spendReserved: most
        )
        let (planned, nonce) = try inLedger { () throws(LedgerError) in
            let planned = try ledger.plan(intent).id
            return (planned, try ledger.reserveNonce(planned, latest: latest, pending: pending))
        }
        let signed = try await signer.sign(
            request.transaction(price, nonce: nonce, gasLimit: gas, chainID: spec.chainID)
        )
        return try inLedger { () throws(LedgerError) in
            try ledger.recordSigned(
                planned,
                rawTransaction: signed.raw,
                hash: signed.hash,
                predictedAddress: signed.createdAddress
            )
        }
    }

    /// What the node estimates with a fifth on top, at most what a transaction may use.
    private func gasLimit(of request: TransactionRequest, from sender: Address) async throws(StepFailure)
        -> UInt64
    {
        let call = CallRequest(from: sender, to: request.to, data: request.data, value: request.value)
        do {
            let estimate = try await rpc.estimateGas(call)
            return max(estimate, min(estimate + estimate / 5, 16_777_216))
        } catch .node(let fault) where fault.revertData != nil || fault.kind == .reverted {
            let reason = RevertReason(fault.revertData ?? [], abi: request.abi)
            throw StepFailure(
                code: "would-revert",
                "it would revert on '\(spec.name)': \(reason)",
                hint: "nothing was sent; check the arguments and what the code demands of its caller"
            )
        } catch .node(let fault) where fault.kind == .insufficientFunds {
            throw StepFailure(
                .blocked,
                code: "insufficient-funds",
                "\(sender) cannot pay for this on '\(spec.name)': \(fault.message)",
                hint: "fund the address; nothing was sent"
            )
        } catch {
            throw StepFailure(error, on: spec)
        }
    }

    private func account(_ address: Address) async throws(StepFailure) -> (
        latest: UInt64, pending: UInt64, balance: Wei
    ) {
        (
            try await network.transactionCount(of: address, at: .latest),
            try await network.transactionCount(of: address, at: .pending),
            try await network.balance(of: address)
        )
    }

    // MARK: Lane

    /// Settles what earlier runs left open for this sender: a nonce behind it could not be mined otherwise.
    private func clearLane(of sender: Address) async throws(StepFailure) {
        let lane = ChainOperation.Lane(
            chainID: spec.chainID,
            genesisHash: network.genesis,
            sender: sender
        )
        let open = try inLedger { () throws(LedgerError) in try ledger.openOperations(in: lane) }
        for operation in open {
            switch operation.state {
            case .planned, .nonce:
                _ = try inLedger { () throws(LedgerError) in
                    try ledger.withdraw(operation.id, reason: "an earlier run ended before it was signed")
                }
            case .signed, .sent: _ = try await include(operation)
            case .included:
                // Its own step confirms it; but a block that went away has left a gap, which only its bytes can fill.
                if try await lookUp(operation) == nil { _ = try await include(try goneBack(operation)) }
            case .blocked, .final, .reverted, .foreign, .withdrawn: throw Self.inTheWay(operation)
            }
        }
    }

    private static func inTheWay(_ operation: ChainOperation) -> StepFailure {
        StepFailure(
            .blocked,
            code: "lane-blocked",
            "\(named(operation)) of \(operation.intent.step) is \(operation.state.rawValue): "
                + "\(operation.error ?? "")",
            hint: "nothing is sent behind it until it is settled"
        )
    }

    // MARK: Include

    /// Sends until a block has it.
    ///
    /// The same bytes are sent again while no block has them: nodes lose what they were given, and a reply that was lost
    /// may have been to a request that was.
    private func include(_ operation: ChainOperation) async throws(StepFailure) -> ChainOperation {
        if operation.state == .included { return operation }
        if let included = try await lookUp(operation) { return included }
        let sent = try await send(operation)
        var wait = Duration.milliseconds(20)
        let deadline = world.elapsed() + patience
        var again = world.elapsed() + Self.untilSentAgain
        while true {
            if let included = try await lookUp(sent) { return included }
            guard world.elapsed() < deadline else {
                throw StepFailure(
                    .blocked,
                    code: "not-mined",
                    "\(Self.named(operation)) was sent and no block has it after \(patience)",
                    hint: "run again: it is looked up, not made anew"
                )
            }
            progress("\(Self.named(operation)) sent, waiting for a block")
            try await pause(wait)
            wait = min(wait * 2, .seconds(4))
            if world.elapsed() >= again {
                // A refusal now takes nothing back: a node has or had it.
                do { try await rpc.send(try Self.signed(operation)) } catch {}
                again = world.elapsed() + Self.untilSentAgain
            }
        }
    }

    /// Hands the bytes to a node, again after a while where it was plain that it did not take them.
    private func send(_ operation: ChainOperation) async throws(StepFailure) -> ChainOperation {
        let signed = try Self.signed(operation)
        progress("sending \(Self.named(operation))")
        var wait = Duration.milliseconds(250)
        for tries in 1... {
            do {
                try await rpc.send(signed)
            } catch {
                if !error.mayHaveTakenEffect {
                    guard error.mayPass, tries < 5, error.isWorthWaiting else {
                        throw StepFailure(
                            .blocked,
                            code: "node-refused",
                            "'\(spec.name)' did not take \(Self.named(operation)): \(error)",
                            hint: "it is signed and kept: the next run sends the same bytes again"
                        )
                    }
                    try await pause(max(wait, error.retryAfter ?? .zero))
                    wait *= 2
                    continue
                }
            }
            break
        }
        guard operation.state == .signed else { return operation }
        return try inLedger { () throws(LedgerError) in try ledger.markSent(operation.id) }
    }

    /// The latest attempt, from its bytes.
    private static func signed(_ operation: ChainOperation) throws(StepFailure) -> SignedTransaction {
        do {
            return try SignedTransaction(raw: operation.attempts.last?.rawTransaction ?? [])
        } catch {
            throw StepFailure(.blocked, code: "damaged-journal", "\(named(operation)): \(error)")
        }
    }

    private func goneBack(_ operation: ChainOperation) throws(StepFailure) -> ChainOperation {
        try inLedger { () throws(LedgerError) in
            try ledger.backToSent(operation.id, reason: "its block is gone")
        }
    }

    /// Looks every attempt up; one in a block is recorded.
    private func lookUp(_ operation: ChainOperation) async throws(StepFailure) -> ChainOperation? {
        for attempt in operation.attempts {
            let receipt = try await network.receipt(attempt.hash)
            guard let receipt else { continue }
            return try record(receipt, of: operation)
        }
        return nil
    }

    private func record(
        _ receipt: TransactionReceipt,
        of operation: ChainOperation
    ) throws(StepFailure) -> ChainOperation {
        let price = receipt.effectiveGasPrice ?? .zero
        let inclusion = ChainOperation.Inclusion(
            transactionHash: receipt.transactionHash,
            blockHash: receipt.blockHash,
            blockNumber: receipt.blockNumber,
            succeeded: receipt.status == .succeeded,
            gasUsed: receipt.gasUsed,
            feePaid: price * receipt.gasUsed,
            address: receipt.contractAddress
        )
        return try inLedger { () throws(LedgerError) in try ledger.markIncluded(operation.id, inclusion) }
    }

    // MARK: Confirm

    /// Waits until the block is deep enough and is still the block.
    private func confirm(_ operation: ChainOperation) async throws(StepFailure) -> ChainOperation {
        var operation = operation
        let deadline = world.elapsed() + patience
        while let inclusion = operation.inclusion {
            if try await isDeep(inclusion) {
                guard let again = try await lookUp(operation), let now = again.inclusion else {
                    operation = try await include(try goneBack(operation))
                    continue
                }
                if now.blockHash == inclusion.blockHash { return try succeeded(again) }
                operation = again
            }
            guard world.elapsed() < deadline else {
                throw StepFailure(
                    .blocked,
                    code: "not-confirmed",
                    "\(Self.named(operation)) is in block \(inclusion.blockNumber), not yet deep enough after "
                        + "\(patience)",
                    hint: "run again: it goes on from there"
                )
            }
            try await pause(.seconds(1))
        }
        return operation
    }

    private func isDeep(_ inclusion: ChainOperation.Inclusion) async throws(StepFailure) -> Bool {
        // A devnet mines a block only when there is something to put in it: no other block may ever come.
        if spec.isDevnet { return true }
        switch spec.confirmations {
        case .blocks(1): return true
        case .blocks(let wanted):
            let head = try await network.height(.latest)
            let depth = head >= inclusion.blockNumber ? head - inclusion.blockNumber + 1 : 0
            progress("\(inclusion.transactionHash.short): \(depth) of \(wanted) confirmations")
            return depth >= UInt64(wanted)
        case .finalized:
            progress("\(inclusion.transactionHash.short): waiting for finality")
            return try await network.height(.finalized) >= inclusion.blockNumber
        }
    }

    private func succeeded(_ operation: ChainOperation) throws(StepFailure) -> ChainOperation {
        guard let inclusion = operation.inclusion, !inclusion.succeeded else { return operation }
        _ = try inLedger { () throws(LedgerError) in
            try ledger.markReverted(operation.id, error: "the transaction reverted")
        }
        throw StepFailure(
            .blocked,
            code: "reverted",
            "\(inclusion.transactionHash) reverted in block \(inclusion.blockNumber) of '\(spec.name)'; its fee is spent",
            hint: "look at the transaction before you run again: a new one will be sent"
        )
    }

    // MARK: Small parts

    private func pause(_ time: Duration) async throws(StepFailure) {
        do {
            try await world.sleep(time)
        } catch {
            throw .cancelled
        }
    }

    private static func named(_ operation: ChainOperation) -> String {
        guard let attempt = operation.attempts.last, let nonce = operation.nonce else {
            return "operation \(operation.id)"
        }
        return "\(attempt.hash.short) (nonce \(nonce))"
    }
}

extension Hash {
    /// The start and the end, for progress.
    var short: String { "\(description.prefix(6))…\(description.suffix(4))" }
}

/// Turns the ledger's errors into a step's failure.
func inLedger<Value>(_ body: () throws(LedgerError) -> Value) throws(StepFailure) -> Value {
    do {
        return try body()
    } catch {
        throw error.failure
    }
}
