import Ethereum
import EthereumTypes
import Ledger
import Model

/// Which of a Safe's executions did what its owners were asked for, each of the calls in one being counted once.
///
/// Owners execute what they were shown, or the same calls under another nonce, through another MultiSend, or several batches
/// as one. Where two steps ask for equal calls, two of them are needed.
struct SafeAttribution: Sendable {
    /// What tells a call, or a creation.
    struct Operation: Hashable, Sendable {
        let to: Address?
        let value: Wei
        let payloadHash: Hash
    }

    /// A call that is on record as made by a step.
    struct Claim: Hashable, Sendable {
        let name: String
        let address: Address
        let callDataHash: Hash
        let transaction: Hash
        /// What it sent; nil where that is not known, since records do not have it.
        var value: Wei?

        /// Whether it is the same claim, whatever is known of its value.
        func isSame(as other: Claim) -> Bool {
            name == other.name && address == other.address && callDataHash == other.callDataHash
                && transaction == other.transaction
        }
    }

    /// A call as records tell it, which do not have its value.
    private struct Valueless: Hashable {
        let to: Address
        let payloadHash: Hash

        init(_ claim: Claim) { (to, payloadHash) = (claim.address, claim.callDataHash) }

        func fits(_ operation: Operation) -> Bool {
            operation.to == to && operation.payloadHash == payloadHash
        }
    }

    /// What a run asked for of one step.
    private struct Asked {
        /// The newest first.
        let proposals: [Proposal]
        /// How new the batch is that it was asked for in last.
        let batch: Int64
        var first: Int64 { proposals.map(\.id).min() ?? 0 }
    }

    private struct Key: Hashable {
        let project: String
        let step: StepID

        init(_ proposal: Proposal) {
            project = proposal.intent.project
            step = proposal.intent.step
        }
    }

    private let history: SafeHistory
    /// Calls of each execution that nobody claims.
    private var left: [[Operation: Int]]
    /// Of which some that differ by their value are claimed, nobody knows which.
    private var unsure: Set<Valueless> = []
    private var found: [Key: (proposal: Proposal, execution: SafeHistory.Execution)] = [:]

    /// - Parameters:
    ///   - history: What the Safe executed.
    ///   - proposals: All that its owners were asked for and may have executed.
    ///   - claims: The calls that are on record.
    init(_ history: SafeHistory, of proposals: [Proposal], besides claims: Set<Claim>) {
        self.history = history
        left = history.executions.map { execution in
            guard execution.succeeded else { return [:] }
            let calls = (execution.content?.calls ?? []).map(Operation.init)
            return Dictionary(calls.map { ($0, 1) }, uniquingKeysWith: +)
        }
        take(claims)
        let asked = Self.inOrder(proposals)
        for (key, asked) in asked { execute(asked, key, as: exactly) }
        for (key, asked) in asked where found[key] == nil { execute(asked, key, as: within) }
    }

    /// What was executed of what a step asked for; nil where no execution is known to have done it.
    func done(_ proposal: Proposal) -> (proposal: Proposal, execution: SafeHistory.Execution)? {
        found[Key(proposal)]
    }

    /// The place of the first execution with a call that nobody claims.
    func unclaimed(_ operation: Operation) -> Int? { left.firstIndex { $0[operation, default: 0] > 0 } }

    /// Whether some call with its contract and data is claimed, and records do not tell whether it is this one.
    func isUnsure(of operation: Operation) -> Bool { unsure.contains { $0.fits(operation) } }

    /// By step; of what was asked for last first, since what is asked for no more may never have been done.
    private static func inOrder(_ proposals: [Proposal]) -> [(key: Key, value: Asked)] {
        let batches = Dictionary(
            proposals.compactMap { proposal in proposal.batchHash.map { ($0, proposal.id) } },
            uniquingKeysWith: max)
        let steps = Dictionary(grouping: proposals.filter { $0.batchHash != nil }, by: Key.init)
            .mapValues { asked in
                let newestFirst = asked.sorted { $0.id > $1.id }
                let batch = newestFirst.first?.batchHash.flatMap { batches[$0] } ?? 0
                return Asked(proposals: newestFirst, batch: batch)
            }
        return steps.sorted { ($1.value.batch, $0.value.first) < ($0.value.batch, $1.value.first) }
    }

    private mutating func execute(
        _ asked: Asked,
        _ key: Key,
        as place: (Proposal) -> Int?
    ) {
        for proposal in asked.proposals {
            guard let index = place(proposal) else { continue }
            found[key] = (proposal, history.executions[index])
            left[index][Operation(proposal.intent), default: 0] -= 1
            return
        }
    }

    /// The execution that its owners signed as they were shown it.
    private func exactly(_ proposal: Proposal) -> Int? {
        history.executions.firstIndex { $0.succeeded && $0.hash == proposal.batchHash }
    }

    /// The first execution since it was asked for that has its call.
    private func within(_ proposal: Proposal) -> Int? {
        let operation = Operation(proposal.intent)
        return history.executions.indices.first {
            history.executions[$0].block > proposal.counted && left[$0][operation, default: 0] > 0
        }
    }

    /// Takes what is claimed out of what is left, in no order: one claim never takes another's.
    private mutating func take(_ claims: Set<Claim>) {
        var others: [Valueless: [Hash: Int]] = [:]
        for claim in claims where !takeExactly(claim) {
            others[Valueless(claim), default: [:]][claim.transaction, default: 0] += 1
        }
        for (call, transactions) in others {
            for (transaction, count) in transactions { take(count, of: call, in: transaction) }
        }
    }

    /// Whether the call with the value that is claimed was there.
    private mutating func takeExactly(_ claim: Claim) -> Bool {
        guard let value = claim.value else { return false }
        let operation = Operation(to: claim.address, value: value, payloadHash: claim.callDataHash)
        let place = left.indices.first {
            history.executions[$0].transaction == claim.transaction && left[$0][operation, default: 0] > 0
        }
        guard let place else { return false }
        left[place][operation, default: 0] -= 1
        return true
    }

    /// Takes calls whose value is not known; which of several with other values they are cannot be told.
    private mutating func take(_ count: Int, of call: Valueless, in transaction: Hash) {
        let places = left.indices.filter { history.executions[$0].transaction == transaction }
        let fitting = places.flatMap { place in
            left[place].filter { $0.value > 0 && call.fits($0.key) }.map { (place: place, operation: $0.key) }
        }
        let there = fitting.reduce(0) { $0 + left[$1.place][$1.operation, default: 0] }
        if count < there, Set(fitting.map(\.operation)).count > 1 {
            unsure.insert(call)
            return
        }
        var wanted = count
        for (place, operation) in fitting {
            let taken = min(wanted, left[place][operation, default: 0])
            left[place][operation, default: 0] -= taken
            wanted -= taken
        }
    }
}

extension SafeAttribution.Operation {
    init(_ call: SafeBatch.Call) {
        self.init(to: call.to, value: call.value, payloadHash: Keccak256.hash(call.data))
    }

    init(_ creation: Creation, value: Wei) {
        self.init(to: creation.to, value: value, payloadHash: creation.payloadHash)
    }

    init(_ intent: Proposal.Intent) {
        self.init(to: intent.to, value: intent.value, payloadHash: intent.payloadHash)
    }
}
