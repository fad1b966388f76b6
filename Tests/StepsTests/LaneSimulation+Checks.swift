import EthereumTypes
import Model

@testable import Ethereum
@testable import Ledger
@testable import Steps

/// What must hold, on the way and at the end; the chain is asked, not the lane.
extension LaneSimulation {
    // MARK: On the way

    /// What is sent is durable, and has the operation's nonce.
    mutating func checkSent(_ id: ChainOperation.ID, _ attempt: ChainOperation.Attempt) {
        let operation = journal[id]
        if !operation.attempts.contains(where: { $0.rawTransaction == attempt.rawTransaction }) {
            found(.tooEarly, "#\(id) is sent before it is recorded")
        }
        // Beside them are those that only use up its nonce; they cost no more than gas, and are bounded alike.
        let voids = operation.attempts.count { isVoid($0) }
        let most = settings.rules.maxBumps + 1
        let others = operation.attempts.count { chain.isForeign($0.hash) }
        if operation.attempts.count - voids - others > most || voids > most {
            found(.overspent, "#\(id) has \(operation.attempts.count) attempts")
        }
        checkReliance(id, attempt)
    }

    /// Nothing is offered for an address that no block has any more, as far as the journal knows.
    private mutating func checkReliance(_ id: ChainOperation.ID, _ attempt: ChainOperation.Attempt) {
        guard !isVoid(attempt), let content = content(of: journal[id]) else { return }
        for creation in journal.operations where creation.id != id {
            guard let address = creation.attempts.first?.predictedAddress, names(content, address) else {
                continue
            }
            if ![.included, .final].contains(creation.state) {
                found(
                    .intoNothing,
                    "#\(id) is offered, and #\(creation.id), which it needs, is \(creation.state)")
            }
        }
    }

    func isVoid(_ attempt: ChainOperation.Attempt) -> Bool {
        let known = chain.offered[attempt.hash] ?? (try? SignedTransaction(raw: attempt.rawTransaction))
        return known?.transaction.isVoid(of: LaneFakeSigner.address) ?? false
    }

    /// What an operation is for.
    func content(of operation: ChainOperation) -> Transaction? {
        operation.attempts.first.flatMap { chain.offered[$0.hash]?.transaction }
            ?? operation.attempts.first.flatMap { try? SignedTransaction(raw: $0.rawTransaction).transaction }
    }

    private func names(_ transaction: Transaction, _ address: Address) -> Bool {
        transaction.to == address || transaction.data.suffix(20) == address.bytes[...]
    }

    /// Whether what a transaction relies on is there, and counts itself.
    private func counts(_ transaction: Transaction, of step: Step) -> Bool {
        guard let address = needed(transaction, by: step), let used = step.uses else { return true }
        guard let creation = chain.creation(of: address).flatMap({ chain.offered[$0.hash]?.transaction })
        else { return false }
        return counts(creation, of: steps[used])
    }

    /// The address that a step's transaction needs; nil where it needs none.
    func needed(_ transaction: Transaction, by step: Step) -> Address? {
        guard step.uses != nil else { return nil }
        return step.isCall ? transaction.to : Address(bytes: Array(transaction.data.suffix(20)))
    }

    /// A step is told that it is done when no reorganisation can take it back.
    mutating func checkConfirmed(_ operation: ChainOperation, for step: StepID) {
        guard operation.intent.step == step else { return found(.lost, "\(step) hears of another") }
        guard let inclusion = operation.inclusion, let nonce = operation.nonce.map({ Int($0) }),
            nonce < chain.branch.uses.count, chain.branch.uses[nonce].hash == inclusion.transactionHash,
            chain.branch.blocks[chain.branch.uses[nonce].block] == inclusion.blockHash
        else { return found(.tooEarly, "\(step) is confirmed by a block that the chain has not") }
        if let own = steps.first(where: { $0.id == step }), let content = content(of: operation),
            let address = needed(content, by: own)
        {
            let there = chain.creation(of: address)
            if there.map({ $0.block <= chain.branch.uses[nonce].block }) != true {
                found(.untrue, "\(step) is confirmed, and nothing is at \(address)")
            } else if !own.isOther, !counts(content, of: own) {
                found(.untrue, "\(step) is confirmed, and \(address) relies on what is lost")
            }
        }
        let depth = chain.branch.head - chain.branch.uses[nonce].block + 1
        if depth <= settings.mostReorganised { found(.tooEarly, "\(step) is confirmed at depth \(depth)") }
    }

    /// Only what is final proves that a nonce is lost.
    mutating func checkForeign(_ operation: ChainOperation, _ hash: Hash) {
        guard let nonce = operation.nonce.map({ Int($0) }), nonce < chain.branch.uses.count,
            chain.branch.uses[nonce].hash == hash, chain.isForeign(hash),
            chain.branch.uses[nonce].block <= chain.branch.finalized
        else { return found(.tooEarly, "#\(operation.id) is foreign without proof") }
    }

    /// Whoever waits is told an end in bounded time.
    mutating func checkPatience() {
        let bound = settings.rules.patience * 4 + .seconds(60)
        for step in steps {
            if case .waiting(_, let since) = step.state, now - since > bound {
                return found(.untold, "\(step.id) has waited for \(now - since)")
            }
        }
    }

    /// What is spent and what is reserved are within the budget of the run at every moment, whoever reserved it.
    mutating func checkBudget() {
        guard let most = settings.rules.limits.run else { return }
        // What another machine paid is counted, and not refused.
        let others = journal.operations.filter(isPaidByOthers).reduce(Wei.zero) {
            $0 + ($1.inclusion?.cost(of: $1.intent) ?? .zero)
        }
        guard journal.countedNow > most + others else { return }
        found(.overspent, "\(journal.run) has spent and reserved \(journal.countedNow)")
    }

    /// What left the account since a run began, and until the next did, is within its budget: blocks are asked, not the journal.
    mutating func checkPaid() {
        let now = chain.branch.uses.filter { !chain.isForeign($0.hash) }.reduce(Wei.zero) { sum, use in
            let value = use.succeeded ? chain.offered[use.hash]?.transaction.value ?? .zero : .zero
            return sum + use.feePaid + value
        }
        if let most = settings.rules.limits.run, now > paidBefore + most {
            found(.overspent, "\(Wei(now.value - paidBefore.value)) left while \(journal.run) was at work")
        }
        paidBefore = now
    }

    private func isPaidByOthers(_ operation: ChainOperation) -> Bool {
        operation.inclusion.map { chain.isForeign($0.transactionHash) } ?? false
    }

    // MARK: At the end

    mutating func check() {
        let uses = chain.branch.uses
        for step in steps {
            // What was done for an address that is lost counts for nothing, and is not done for one that is there twice.
            let mined = uses.filter { use in
                guard use.succeeded, let transaction = chain.offered[use.hash]?.transaction,
                    transaction.data.starts(with: step.data)
                else { return false }
                return counts(transaction, of: step)
            }
            if mined.count > 1 { found(.double, "\(step.id) is deployed \(mined.count) times") }
            if mined.isEmpty, !step.isAdopted { found(.lost, "\(step.id) is not deployed") }
            if step.state != .done { found(.unfinished, "\(step.id) is not done") }
        }
        checkOperations()
        checkPaid()
        for signed in chain.offered.values
        where Int(signed.transaction.nonce) >= uses.count && !chain.isForeign(signed.hash) {
            found(.zombie, "\(signed.hash.short) with nonce \(signed.transaction.nonce) may still be mined")
        }
    }

    /// Whether what a block has of an operation only used up its nonce, or called what is not there.
    private func didNothing(_ operation: ChainOperation, _ use: LaneFakeChain.Use?) -> Bool {
        guard let use, let transaction = chain.offered[use.hash]?.transaction else { return false }
        if transaction.isVoid(of: LaneFakeSigner.address) { return true }
        return operation.intent.kind == .call
            && transaction.to.map { chain.creation(of: $0) == nil } ?? false
    }

    private mutating func checkOperations() {
        let uses = chain.branch.uses
        for operation in journal.operations {
            let use = operation.nonce.flatMap { Int($0) < uses.count ? uses[Int($0)] : nil }
            let isOwn = use.map { use in operation.attempts.contains { $0.hash == use.hash } } ?? false
            switch operation.state {
            case .final where !(isOwn && use?.succeeded == true),
                .reverted where !(isOwn && (use?.succeeded == false || didNothing(operation, use))),
                .foreign where isOwn || use == nil,
                .withdrawn where isOwn:
                found(.unfinished, "#\(operation.id) is \(operation.state), which the chain denies")
            case .final, .reverted, .foreign, .withdrawn: break
            case .planned, .nonce, .signed, .sent, .included, .blocked:
                found(.unfinished, "#\(operation.id) of \(operation.intent.step) is \(operation.state)")
            }
            guard isOwn, let use, !chain.isForeign(use.hash) else { continue }
            let value = chain.offered[use.hash]?.transaction.value.value ?? 0
            let cost = use.feePaid.value + (use.succeeded ? value : 0)
            if let most = settings.rules.limits.transaction, cost > most.value {
                found(.overspent, "#\(operation.id) cost \(cost)")
            }
        }
        let held = journal.operations.filter { $0.state != .withdrawn }.compactMap(\.nonce)
        let own = journal.operations.filter { ![.withdrawn, .foreign].contains($0.state) }.compactMap(\.nonce)
        if Set(own).count < own.count { found(.double, "two operations have one nonce") }
        let strangers = uses.indices.filter { !held.contains(UInt64($0)) && !chain.isForeign(uses[$0].hash) }
        if !strangers.isEmpty { found(.double, "nonces \(strangers) are nobody's") }
        if let last = held.max(), Int(last) >= uses.count { found(.gap, "nonce \(last) was never used") }
    }
}
