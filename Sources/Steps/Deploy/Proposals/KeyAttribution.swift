import EthereumTypes
import Ledger
import Model

/// Which transactions of an account whose key people have did what it was asked for, each being counted for one step.
///
/// Whoever signs may choose another nonce than the proposed one. What was sent under the nonce that it was asked for under is that
/// step's; of steps that ask for the same, the others have what is left, in the order of their nonces. So machines agree on it.
struct KeyAttribution: Sendable {
    typealias Operation = SafeAttribution.Operation

    /// A transaction that a block has.
    struct Sent: Hashable, Sendable {
        let hash: Hash
        let block: UInt64
        let operation: Operation
        /// Whether it reverted: under another nonce than the proposed one that did nothing, and what was asked for can still be sent.
        var isUndone = false
    }

    /// A step of a project.
    struct Key: Hashable, Sendable {
        let project: String
        let step: StepID

        init(_ project: String, _ step: StepID) { (self.project, self.step) = (project, step) }
        init(_ proposal: Proposal) { self.init(proposal.intent.project, proposal.intent.step) }
    }

    /// The steps of a run.
    struct Steps: Sendable {
        let wanted: Set<Key>
        /// What a step is called now, by the names that its manifest has no longer.
        let renamed: [Key: Key]

        func now(_ key: Key) -> Key { wanted.contains(key) ? key : renamed[key] ?? key }
    }

    /// The transactions that are known to have done something.
    struct Known: Sendable {
        /// Those that runs signed, and those that ended a proposal: they are counted.
        var counted: Set<Hash> = []
        /// Those on record, by what they are on record of: no other step has them.
        var recorded: [Hash: Set<Key>] = [:]
    }

    /// What a step of the run asks for.
    struct Asked: Sendable {
        let key: Key
        /// The newest first.
        let proposals: [Proposal]
        private var oldest: Int64 { proposals.map(\.id).min() ?? 0 }
        var nonces: [UInt64] { proposals.map(\.nonce) }
        /// What was sent for it has this nonce or a higher one.
        var first: UInt64 { proposals.map(\.counted).min() ?? 0 }

        fileprivate func isAhead(of other: Asked) -> Bool {
            (nonces[0], oldest) < (other.nonces[0], other.oldest)
        }

        func proposal(for operation: Operation) -> Proposal? {
            proposals.first { Operation($0.intent) == operation }
        }
    }

    private let sent: [UInt64: Sent]
    private let steps: Steps
    private let known: Known
    /// Whose nonces they are under which something was sent that was asked for under them.
    private let holders: [UInt64: Key]
    private var found: [Key: (proposal: Proposal, nonce: UInt64)] = [:]

    /// - Parameters:
    ///   - sent: What blocks have of the account, by nonce, as far as it was looked up.
    ///   - proposals: All that it was ever asked for.
    ///   - steps: Those of the run. Others keep what was sent under their nonces, and have nothing else.
    ///   - known: What is known of transactions.
    init(_ sent: [UInt64: Sent], of proposals: [Proposal], by steps: Steps, besides known: Known) {
        (self.sent, self.steps, self.known) = (sent, steps, known)
        let asked = Self.asked(proposals, by: steps)
        holders = Self.holders(sent, proposals, asked.map(\.key), steps)
        for one in asked { find(one, among: sent.keys.filter { isOwn($0, of: one.key) }) }
        let left = sent.filter { holders[$0.key] == nil && !$0.value.isUndone }.keys
        for one in asked where found[one.key] == nil { find(one, among: Array(left)) }
    }

    /// What was sent of what a step asked for; nil where nothing is known to have done it.
    func done(_ proposal: Proposal) -> (proposal: Proposal, sent: Sent)? {
        guard let done = found[steps.now(Key(proposal))], let sent = sent[done.nonce] else { return nil }
        return (done.proposal, sent)
    }

    /// What each step of the run asks for, in order.
    static func asked(_ proposals: [Proposal], by steps: Steps) -> [Asked] {
        let unended = proposals.filter { $0.state == .open || $0.state == .superseded }
        let asked = Dictionary(grouping: unended) { steps.now(Key($0)) }.filter { key, all in
            steps.wanted.contains(key) && all.contains { $0.state == .open }
        }
        return asked.map { Asked(key: $0, proposals: $1.sorted { $0.id > $1.id }) }
            .sorted { $0.isAhead(of: $1) }
    }

    /// Of several that were asked for the same under one nonce the first that the run asks for has it.
    private static func holders(
        _ sent: [UInt64: Sent],
        _ proposals: [Proposal],
        _ asked: [Key],
        _ steps: Steps
    ) -> [UInt64: Key] {
        // One that has ended has its transaction, or none.
        let unended = proposals.filter { $0.state == .open || $0.state == .superseded }
        let askedFor = Dictionary(grouping: unended) { $0.nonce }
        var holders: [UInt64: Key] = [:]
        for (nonce, sent) in sent {
            let keys = (askedFor[nonce] ?? []).filter { Operation($0.intent) == sent.operation }
                .map { steps.now(Key($0)) }
            holders[nonce] = asked.first(where: keys.contains) ?? keys.first
        }
        return holders
    }

    /// Whether a transaction is a step's by its nonce or by record.
    private func isOwn(_ nonce: UInt64, of key: Key) -> Bool {
        holders[nonce] == key || sent[nonce].map { isRecorded($0, of: key) } ?? false
    }

    private func isRecorded(_ sent: Sent, of key: Key) -> Bool {
        known.recorded[sent.hash]?.contains { steps.now($0) == key } ?? false
    }

    /// Takes the first that does what a step asked for and that nothing else has.
    private mutating func find(_ one: Asked, among nonces: [UInt64]) {
        let used = Set(found.values.map(\.nonce))
        for nonce in nonces.sorted() where nonce >= one.first && !used.contains(nonce) {
            guard let sent = sent[nonce], !known.counted.contains(sent.hash),
                known.recorded[sent.hash] == nil || isRecorded(sent, of: one.key),
                let proposal = one.proposal(for: sent.operation)
            else { continue }
            found[one.key] = (proposal, nonce)
            return
        }
    }
}
