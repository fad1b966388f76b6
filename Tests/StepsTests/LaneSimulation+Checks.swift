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
        if operation.attempts.count > settings.rules.maxBumps + 1 {
            found(.overspent, "#\(id) has \(operation.attempts.count) attempts")
        }
    }

    /// A step is told that it is done when no reorganisation can take it back.
    mutating func checkConfirmed(_ operation: ChainOperation, for step: StepID) {
        guard operation.intent.step == step else { return found(.lost, "\(step) hears of another") }
        guard let inclusion = operation.inclusion, let nonce = operation.nonce.map({ Int($0) }),
            nonce < chain.branch.uses.count, chain.branch.uses[nonce].hash == inclusion.transactionHash,
            chain.branch.blocks[chain.branch.uses[nonce].block] == inclusion.blockHash
        else { return found(.tooEarly, "\(step) is confirmed by a block that the chain has not") }
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

    /// What is spent and what is reserved are within the budget of the run at every moment.
    mutating func checkBudget() {
        guard let most = settings.rules.limits.run else { return }
        for run in Set(journal.operations.map(\.intent.run)) where journal.counted(in: run) > most.value {
            found(.overspent, "\(run) has spent and reserved \(journal.counted(in: run))")
        }
    }

    // MARK: At the end

    mutating func check() {
        let uses = chain.branch.uses
        for step in steps {
            let mined = uses.filter { use in
                use.succeeded && chain.offered[use.hash]?.transaction.data == step.data
            }
            if mined.count > 1 { found(.double, "\(step.id) is deployed \(mined.count) times") }
            if mined.isEmpty { found(.lost, "\(step.id) is not deployed") }
            if step.state != .done { found(.unfinished, "\(step.id) is not done") }
        }
        checkOperations()
        for signed in chain.offered.values where Int(signed.transaction.nonce) >= uses.count {
            found(.zombie, "\(signed.hash.short) with nonce \(signed.transaction.nonce) may still be mined")
        }
    }

    private mutating func checkOperations() {
        let uses = chain.branch.uses
        var byRun: [String: UInt128] = [:]
        for operation in journal.operations {
            let use = operation.nonce.flatMap { Int($0) < uses.count ? uses[Int($0)] : nil }
            let isOwn = use.map { use in operation.attempts.contains { $0.hash == use.hash } } ?? false
            switch operation.state {
            case .final where !(isOwn && use?.succeeded == true),
                .reverted where !(isOwn && use?.succeeded == false),
                .foreign where isOwn || use == nil,
                .withdrawn where isOwn:
                found(.unfinished, "#\(operation.id) is \(operation.state), which the chain denies")
            case .final, .reverted, .foreign, .withdrawn: break
            case .planned, .nonce, .signed, .sent, .included, .blocked:
                found(.unfinished, "#\(operation.id) of \(operation.intent.step) is \(operation.state)")
            }
            guard isOwn, let use else { continue }
            let cost = use.feePaid.value + (use.succeeded ? operation.intent.value.value : 0)
            byRun[operation.intent.run, default: 0] += cost
            if let most = settings.rules.limits.transaction, cost > most.value {
                found(.overspent, "#\(operation.id) cost \(cost)")
            }
        }
        if let most = settings.rules.limits.run, byRun.values.contains(where: { $0 > most.value }) {
            found(.overspent, "a run cost more than \(most)")
        }
        let held = journal.operations.filter { $0.state != .withdrawn }.compactMap(\.nonce)
        if Set(held).count < held.count { found(.double, "two operations have one nonce") }
        let strangers = uses.indices.filter { !held.contains(UInt64($0)) && !chain.isForeign(uses[$0].hash) }
        if !strangers.isEmpty { found(.double, "nonces \(strangers) are nobody's") }
        if let last = held.max(), Int(last) >= uses.count { found(.gap, "nonce \(last) was never used") }
    }
}
