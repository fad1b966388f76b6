import Ethereum
import EthereumTypes
import Ledger
import Model

/// How many transactions the sender has: what the next nonce rests on.
extension Lane {
    /// The nonce behind all of the ledger's that a node may have; a count that is not beyond it is explained.
    var known: UInt64 {
        max(settled, slots.last { !$0.isFresh }.map { $0.nonce + 1 } ?? 0)
    }

    /// Gives back the nonces that somebody else used meanwhile: what they were given to has not left.
    ///
    /// - Returns: Whether there were any; what they were used for is looked at before others are given.
    mutating func giveBackUsed(_ account: AccountState) -> Bool {
        let known = known
        let isUsed = { (wish: Wish) in
            wish.stranger == nil && wish.operation?.nonce.map { $0 >= known && $0 < account.count } ?? false
        }
        guard let first = wishes.firstIndex(where: isUsed) else { return false }
        giveBack(from: first, "somebody else used its nonce before it was signed")
        return true
    }

    /// Takes in how many transactions the sender has, where the answers agree.
    ///
    /// Where they do not they are asked for again, some times; nothing gets a nonce on answers that contradict each other.
    mutating func take(_ answers: AccountAnswers, at now: Duration) {
        if let agreed = answers.agreed(beyond: known) {
            know(agreed, at: now)
            contradictions = 0
            return
        }
        contradictions += 1
        guard contradictions >= LaneRules.mostContradictions else {
            askAfter = now + LaneRules.firstRest * (1 << contradictions)
            return
        }
        contradictions = 0
        if let newest = answers.newest(beyond: known) {
            know(newest, at: now)
            return
        }
        let failure = StepFailure(
            .blocked,
            code: "counts-differ",
            "how many transactions \(context.sender) has sent on '\(context.network)' is not certain: \(answers.words)",
            hint:
                "nothing was sent with a nonce that may be wrong. Run again when they agree; take an endpoint that is wrong out of "
                + "'rpc' in the manifest"
        )
        while let index = wishes.firstIndex(where: { $0.signed == nil }) { fail(wish: index, failure) }
    }

    private mutating func know(_ state: AccountState, at now: Duration) {
        account = (state, now)
        strangers.note(inBlocks: state.latest, settled: settled)
    }

    /// Takes a slot away whose operation has its end.
    mutating func close(_ index: Int) {
        settled = max(settled, slots[index].nonce + 1)
        slots.remove(at: index)
    }

    /// The first nonces in a row that nothing holds, from how many transactions the sender has to the last one that waits.
    func open(from count: UInt64) -> Range<UInt64>? {
        let waiting = slots.filter { !$0.isMined }.map(\.nonce)
        let mined = slots.last { $0.isMined }.map { $0.nonce + 1 } ?? 0
        var next = max(count, settled, mined)
        for nonce in (waiting + wishes.compactMap(\.operation?.nonce)).sorted() where nonce >= next {
            if nonce > next { return next..<nonce }
            next = nonce + 1
        }
        return nil
    }
}
