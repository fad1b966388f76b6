import Ethereum
import EthereumTypes
import Model

@testable import Ledger
@testable import Steps

/// A journal in memory that refuses what the ledger refuses.
///
/// What is in it outlives a process; a failure of power takes what came after the last signed bytes.
struct LaneFakeJournal {
    /// One thing that was asked of it, and what became of the operations; nil where it refused.
    struct Write {
        enum Kind {
            /// A run begins.
            case begin(String)
            case move(LaneMove)
            case finish(ChainOperation.ID)
            case strand(ChainOperation.ID)
        }

        let kind: Kind
        let operations: [ChainOperation]?
    }

    private(set) var operations: [ChainOperation] = []
    private(set) var writes: [Write] = []
    /// What is on the disk whatever happens to the machine, and how many writes came after it.
    private var kept: (operations: [ChainOperation], counted: [UInt128], writes: Int) = ([], [], 0)
    private var sinceKept = 0
    /// Whether it remembers what was asked.
    var remembers = false
    /// What each operation counts for in budgets.
    private var counted: [UInt128] = []
    /// The run that is at work.
    private(set) var run = "run-0"
    /// What it found on its way.
    private var takenOver: Set<ChainOperation.ID> = []
    let limits: SpendLimits
    /// Creations of other lanes, which nobody takes to their end.
    var elsewhere: [UnsettledCreation] = []
    /// The steps that take what they have on its way to its end.
    var atWork: Set<StepID> = []

    init(limits: SpendLimits) { self.limits = limits }

    subscript(id: ChainOperation.ID) -> ChainOperation { operations[Int(id.rawValue) - 1] }

    /// What a process that starts takes up, in the order of the ledger.
    var open: [ChainOperation] {
        operations.filter { !$0.state.isFinished }
            .sorted { ($0.nonce ?? .max, $0.id) < ($1.nonce ?? .max, $1.id) }
    }

    /// The nonce behind those of all that has its end.
    var settled: UInt64 {
        let ended = operations.filter { [.final, .reverted, .foreign].contains($0.state) }
        return ended.compactMap(\.nonce).max().map { $0 + 1 } ?? 0
    }

    /// The nonces that something was signed for, or is to be.
    var nonces: Set<UInt64> {
        Set(operations.filter { ![.withdrawn, .foreign].contains($0.state) }.compactMap(\.nonce))
    }

    func unfinished(_ step: StepID) -> ChainOperation? {
        operations.last { $0.intent.step == step && !$0.state.isFinished }
    }

    /// A run begins, and what earlier ones left counts for it.
    mutating func begin(_ run: String) {
        self.run = run
        takenOver = Set(
            operations.filter { [.signed, .sent, .included, .blocked].contains($0.state) }.map(\.id))
        remember(.begin(run), [])
    }

    /// Does all of a move or nothing of it.
    mutating func write(_ move: LaneMove) throws(LedgerError) -> [ChainOperation] {
        let before = (operations, counted)
        do throws(LedgerError) {
            let stored = try written(move)
            remember(.move(move), stored)
            sinceKept += 1
            if case .record = move { keep() }
            if case .replace = move { keep() }
            if case .revert = move { keep() }
            if case .foreign = move { keep() }
            return stored
        } catch {
            (operations, counted) = before
            remember(.move(move), nil)
            throw error
        }
    }

    private mutating func keep() {
        kept = (operations, counted, writes.count)
        sinceKept = 0
    }

    /// Takes back what was not on the disk yet; how many writes that are.
    mutating func losePower() -> Int {
        let lost = sinceKept
        (operations, counted) = (kept.operations, kept.counted)
        writes.removeLast(writes.count - kept.writes)
        sinceKept = 0
        return lost
    }

    private mutating func remember(_ kind: Write.Kind, _ operations: [ChainOperation]?) {
        if remembers { writes.append(Write(kind: kind, operations: operations)) }
    }

    private mutating func written(_ move: LaneMove) throws(LedgerError) -> [ChainOperation] {
        switch move {
        case .plan(_, let intent): return [try plan(intent)]
        case .reserve(let id, let latest, let pending, let open):
            return [try reserve(id, max(latest, pending), open)]
        case .weigh(_, let intent):
            try check(intent.spendReserved, for: intent, besides: nil)
            return []
        case .record(let signatures):
            var stored: [ChainOperation] = []
            for signature in signatures { stored.append(try record(signature, most: nil)) }
            return stored
        case .replace(let signature, let most): return [try record(signature, most: most)]
        case .markSent(let ids):
            var stored: [ChainOperation] = []
            for id in ids { stored.append(try change(id, to: .sent, from: [.signed, .sent])) }
            return stored
        case .include(let inclusions):
            var stored: [ChainOperation] = []
            for one in inclusions { stored.append(try include(one.id, one.inclusion)) }
            return stored
        case .goBack(let id): return [try change(id, to: .sent, from: [.included])]
        case .revert(let id, _):
            guard self[id].inclusion?.succeeded == false else {
                throw .notAllowed(id, from: self[id].state, to: .reverted)
            }
            return [try change(id, to: .reverted)]
        case .foreign(let id, let hash):
            guard !self[id].attempts.contains(where: { $0.hash == hash }) else {
                throw .contradiction(id, detail: "\(hash) is its own attempt")
            }
            return [try change(id, to: .foreign)]
        case .withdraw(let id, _):
            guard self[id].attempts.isEmpty else {
                throw .notAllowed(id, from: self[id].state, to: .withdrawn)
            }
            return [try change(id, to: .withdrawn)]
        case .ask, .survey, .estimate, .sign, .send, .look, .prove, .inspect, .check, .judge, .rest:
            preconditionFailure("\(move) writes nothing")
        }
    }

    /// What a step does when its operation is confirmed.
    mutating func finish(_ id: ChainOperation.ID) throws(LedgerError) -> ChainOperation {
        guard self[id].state == .included, self[id].inclusion?.succeeded == true else {
            throw .notAllowed(id, from: self[id].state, to: .final)
        }
        let operation = try change(id, to: .final)
        remember(.finish(id), [operation])
        sinceKept += 1
        return operation
    }

    /// A call that succeeded where no contract was.
    mutating func strand(_ id: ChainOperation.ID) throws(LedgerError) -> ChainOperation {
        guard self[id].state == .included, self[id].intent.kind == .call,
            var inclusion = self[id].inclusion, inclusion.succeeded
        else { throw .notAllowed(id, from: self[id].state, to: .reverted) }
        // What it cost is counted as of a success: its value is gone.
        let failed = try change(id, to: .reverted)
        inclusion.succeeded = false
        inclusion.address = nil
        let operation = store(failed, .reverted, inclusion: inclusion)
        remember(.strand(id), [operation])
        sinceKept += 1
        return operation
    }

    /// Addresses that operations were to create contracts at and that are not final.
    var unsettledCreations: [UnsettledCreation] {
        operations.compactMap { operation in
            guard let address = operation.attempts.first?.predictedAddress,
                ![.final, .withdrawn].contains(operation.state)
            else { return nil }
            return UnsettledCreation(
                operation: operation.id,
                project: operation.intent.project,
                step: operation.intent.step,
                address: address,
                sender: operation.intent.sender,
                state: operation.state,
                failed: operation.inclusion?.succeeded == false,
                isSalted: false
            )
        }
    }

    /// Whether what transactions rely on is there, as far as it is written down.
    func standings(of reliances: [LaneReliance]) -> [LaneStanding] {
        let creations = unsettledCreations + elsewhere
        return reliances.map {
            $0.standing(
                among: creations,
                sender: LaneFakeSigner.address,
                isWatched: { $0.sender == LaneFakeSigner.address },
                hasCode: { _ in false }
            )
        }
    }

    /// Loses what was signed, as no ledger does: the rows of a program that keeps none.
    mutating func forgetWhatWasSigned() {
        for operation in open { store(operation, .withdrawn, attempts: []) }
    }

    // MARK: Writing

    private mutating func plan(_ intent: ChainOperation.Intent) throws(LedgerError) -> ChainOperation {
        if let open = unfinished(intent.step) {
            guard open.intent.run != intent.run, [.planned, .nonce].contains(open.state) else {
                throw .operationExists(open.id, step: intent.step)
            }
            _ = try change(open.id, to: .withdrawn)
        }
        let operation = ChainOperation(
            id: ChainOperation.ID(Int64(operations.count + 1)),
            intent: intent,
            state: .planned,
            nonce: nil,
            attempts: [],
            inclusion: nil,
            error: nil,
            updatedAt: Timestamp(milliseconds: 0)
        )
        operations.append(operation)
        counted.append(0)
        return operation
    }

    private mutating func reserve(
        _ id: ChainOperation.ID,
        _ floor: UInt64,
        _ open: Range<UInt64>?
    ) throws(LedgerError) -> ChainOperation {
        let operation = self[id]
        if operation.state == .nonce { return operation }
        guard operation.state == .planned else { throw .notAllowed(id, from: operation.state, to: .nonce) }
        try count(operation.intent.spendReserved, for: operation)
        let used = Set(operations.filter { $0.state != .withdrawn }.compactMap(\.nonce))
        let last = used.max()
        let free = operations.filter { $0.state == .withdrawn }.compactMap(\.nonce)
            .filter { nonce in
                nonce >= floor && !used.contains(nonce) && last.map { nonce < $0 } == true
            }
            .min()
        let held = Set(operations.filter { ![.withdrawn, .foreign].contains($0.state) }.compactMap(\.nonce))
        let filling = open?.first { $0 >= floor && !held.contains($0) }
        return try change(id, to: .nonce, nonce: filling ?? free ?? max(floor, last.map { $0 + 1 } ?? 0))
    }

    private mutating func include(
        _ id: ChainOperation.ID,
        _ inclusion: ChainOperation.Inclusion
    ) throws(LedgerError) -> ChainOperation {
        guard self[id].attempts.contains(where: { $0.hash == inclusion.transactionHash }) else {
            throw .contradiction(id, detail: "\(inclusion.transactionHash) is none of its attempts")
        }
        return try change(id, to: .included, inclusion: inclusion)
    }

    private mutating func record(
        _ signature: LaneSignature,
        most: Wei?
    ) throws(LedgerError) -> ChainOperation {
        let (id, operation) = (signature.id, self[signature.id])
        let attempt = ChainOperation.Attempt(
            hash: signature.transaction.hash,
            rawTransaction: signature.transaction.raw,
            predictedAddress: signature.transaction.createdAddress,
            createdAt: Timestamp(milliseconds: 0)
        )
        if let known = operation.attempts.first(where: { $0.hash == attempt.hash }) {
            guard known.rawTransaction == attempt.rawTransaction else {
                throw .contradiction(id, detail: "\(attempt.hash) was signed with other bytes")
            }
            return operation
        }
        guard operation.state == .signed || operation.state.mayBecome(.signed), operation.state != .blocked
        else { throw .notAllowed(id, from: operation.state, to: .signed) }
        if let most, most > operation.intent.spendReserved { try count(most, for: operation) }
        return store(operation, .signed, attempts: operation.attempts + [attempt])
    }

    private mutating func count(_ most: Wei, for operation: ChainOperation) throws(LedgerError) {
        try check(most, for: operation.intent, besides: operation.id)
        counted[Int(operation.id.rawValue) - 1] = most.value
    }

    private func check(
        _ most: Wei,
        for intent: ChainOperation.Intent,
        besides own: ChainOperation.ID?
    ) throws(LedgerError) {
        func over(
            _ scope: OverBudget.Scope,
            _ limit: Wei,
            _ spent: Wei = .zero,
            atWork: Wei = .zero,
            left: Wei = .zero
        ) -> LedgerError {
            .overBudget(
                OverBudget(
                    scope: scope, network: intent.network, limit: limit, spent: spent, needed: most,
                    onItsWay: atWork, left: left))
        }
        if let limit = limits.transaction, most > limit { throw over(.transaction, limit) }
        guard let limit = limits.run else { return }
        let others = billed.filter { operations[$0].id != own }
        let spent = sum(others)
        guard spent + most > limit else { return }
        let open = others.filter { [.nonce, .signed, .sent, .included].contains(operations[$0].state) }
        throw over(
            .run, limit, spent,
            atWork: sum(open.filter { atWork.contains(operations[$0].intent.step) }),
            left: sum(open.filter { operations[$0].intent.run != run }))
    }

    /// What counts for the run that is at work, by place: what is its own, and what it found on its way.
    private var billed: [Int] {
        operations.indices.filter {
            operations[$0].intent.run == run || takenOver.contains(operations[$0].id)
        }
    }

    private func sum(_ places: [Int]) -> Wei { places.reduce(.zero) { $0 + Wei(counted[$1]) } }

    /// What counts for the budget of the run that is at work by now.
    var countedNow: Wei { sum(billed) }

    private mutating func change(
        _ id: ChainOperation.ID,
        to next: ChainOperation.State,
        nonce: UInt64? = nil,
        inclusion: ChainOperation.Inclusion? = nil,
        from allowed: Set<ChainOperation.State> = Set(ChainOperation.State.allCases)
    ) throws(LedgerError) -> ChainOperation {
        let operation = self[id]
        let staysOpen = operation.state == next && [.signed, .sent, .included, .blocked].contains(next)
        guard allowed.contains(operation.state), staysOpen || operation.state.mayBecome(next) else {
            throw .notAllowed(id, from: operation.state, to: next)
        }
        if let nonce {
            let holder = operations.first { $0.nonce == nonce && ![.withdrawn, .foreign].contains($0.state) }
            guard holder == nil else { throw .contradiction(id, detail: "nonce \(nonce) is held") }
        }
        switch next {
        case .final, .reverted:
            counted[Int(id.rawValue) - 1] = operation.inclusion?.cost(of: operation.intent).value ?? 0
        case .foreign, .withdrawn: counted[Int(id.rawValue) - 1] = 0
        case .planned, .nonce, .signed, .sent, .included, .blocked: break
        }
        return store(operation, next, nonce: nonce, inclusion: inclusion)
    }

    @discardableResult
    private mutating func store(
        _ operation: ChainOperation,
        _ state: ChainOperation.State,
        nonce: UInt64? = nil,
        attempts: [ChainOperation.Attempt]? = nil,
        inclusion: ChainOperation.Inclusion? = nil
    ) -> ChainOperation {
        let changed = ChainOperation(
            id: operation.id,
            intent: operation.intent,
            state: state,
            nonce: nonce ?? operation.nonce,
            attempts: attempts ?? operation.attempts,
            inclusion: inclusion ?? operation.inclusion,
            error: nil,
            updatedAt: operation.updatedAt
        )
        operations[Int(operation.id.rawValue) - 1] = changed
        return changed
    }
}
