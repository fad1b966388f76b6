import Ethereum

/// What an endpoint says of an account.
struct AccountAnswer: Hashable, Sendable {
    /// In words that hold no key, such as `endpoint 2 (node.example)`.
    var endpoint: String
    var state: AccountState
}

/// How many transactions an account has, by one answer and by those that were asked for since that one was in doubt.
struct AccountAnswers: Sendable {
    var first: AccountState
    /// Of every endpoint, the one that answered first too; none where nothing was in doubt, or none answered again.
    var again: [AccountAnswer] = []

    private var all: [AccountState] { [first] + again.map(\.state) }

    /// What all answers agree on; nil where they say different things of what is beyond `known`.
    ///
    /// A count is never taken for too low by its number alone: of answers that differ none is believed, neither the largest, whose
    /// nonce may leave a gap, nor the smallest, whose nonce may be used. Both are safe against making anything twice, since nothing is
    /// ever signed again for a nonce without proof, but each may wait for ever. Nodes that lag agree a little later, and what one node
    /// said by mistake it does not say again.
    func agreed(beyond known: UInt64) -> AccountState? {
        let most = all.map(\.count).max() ?? 0
        guard all.allSatisfy({ max($0.count, known) == max(most, known) }) else { return nil }
        return all.first { $0.count == most }
    }

    /// What those say who know the most, where all who know less have not seen the newest blocks; nil where they contradict each other.
    ///
    /// One block is no difference: answers do not come at the same moment.
    func newest(beyond known: UInt64) -> AccountState? {
        guard let best = all.max(by: { ($0.count, $0.head) < ($1.count, $1.head) }) else { return nil }
        let others = all.filter { max($0.count, known) < max(best.count, known) }
        return others.allSatisfy { $0.head + 1 < best.head } ? best : nil
    }

    /// What each says.
    var words: String {
        let named = again.map { "\($0.endpoint) says \($0.state.count)" }
        return (["the first answer was \(first.count)"] + named).joined(separator: ", ")
    }
}

extension AccountState {
    /// Its transactions in blocks and in the pool, as far as they follow each other.
    var count: UInt64 { max(latest, pending) }
}
