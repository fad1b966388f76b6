import Ethereum
import EthereumTypes
import Ledger
import Model

/// Which of a Safe's executions did what its owners were asked for, each of the calls in one being counted once.
///
/// Owners execute what they were shown, or the same calls under another nonce, through another MultiSend, or several batches
/// as one. Where two steps ask for equal calls, two of them are needed.
struct SafeAttribution: Sendable {
    /// What tells a call.
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
        for claim in claims { take(claim) }
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

    private mutating func take(_ claim: Claim) {
        for index in left.indices where history.executions[index].transaction == claim.transaction {
            let operation = left[index].first {
                $0.value > 0 && $0.key.to == claim.address && $0.key.payloadHash == claim.callDataHash
            }
            guard let operation else { continue }
            left[index][operation.key] = operation.value - 1
            return
        }
    }
}

extension SafeAttribution.Operation {
    init(_ call: SafeBatch.Call) {
        self.init(to: call.to, value: call.value, payloadHash: Keccak256.hash(call.data))
    }

    init(_ intent: Proposal.Intent) {
        self.init(to: intent.to, value: intent.value, payloadHash: intent.payloadHash)
    }
}
