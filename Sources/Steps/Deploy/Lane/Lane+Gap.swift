import Ethereum
import EthereumTypes
import Ledger
import Model

/// Nonces that nobody has used, below one that waits for them.
struct NonceGap: Hashable, Sendable {
    /// The lowest of them, in a row; what waits has the nonce behind them.
    var open: Range<UInt64>
    /// Whether all endpoints say so; else one of them does, and another says that there is no gap here.
    var isCertain: Bool
    /// How many transactions the sender has, by those who count most.
    var count: UInt64
    /// How often it was seen in a row.
    var seen = 1
    /// The same, since nothing of ours waits for a block that it comes before: pools do not show what waits behind a gap.
    var seenAlone = 1
    var seenLast: Duration
    /// What the endpoints said.
    var words: String

    /// As a person writes them.
    var nonces: String {
        open.count == 1 ? "nonce \(open.lowerBound)" : "nonces \(open.lowerBound)–\(open.upperBound - 1)"
    }

    func isBelow(_ slot: Lane.Slot) -> Bool { !slot.isMined && slot.nonce >= open.upperBound }
}

/// Gaps: no block takes what waits behind a nonce that nobody uses.
///
/// One comes of a count that was too high, or of somebody else's transaction that was in a pool and is not any more. What was signed
/// keeps its nonce. What has none yet takes the open ones; where a foreign transaction has one of them all the same, a block
/// says which of both it is, as of any other nonce. Where nothing takes them a person must.
extension Lane {
    // MARK: Seen

    /// Whether every endpoint is to be asked how many transactions the sender has, since the first that waits may wait for ever.
    func survey(at now: Duration) -> LaneMove? {
        guard now >= nextSurvey, let slot = slots.first(where: { !$0.isMined }),
            !wishes.isEmpty || slots.contains(where: { $0.ticket != nil && !$0.isMined })
        else { return nil }
        let isBehind =
            slot.looks >= LaneRules.looksUntilDoubt && seenCount.map { $0 < slot.nonce } ?? false
        // From when somebody began to wait: replacements and looks come and go.
        let isLate = now >= slot.deadline - rules.patience + rules.untilSentAgain
        let isRefused = slot.lastSent == nil && slot.refusals > 0
        return gap != nil || isBehind || isLate || isRefused ? .survey : nil
    }

    mutating func surveyed(_ result: LaneResult, at now: Duration) {
        nextSurvey = now + rules.surveyPause
        // Nothing is known where none answers.
        guard case .surveyed(let answers) = result else { return }
        for answer in answers { newestHead = max(newestHead, answer.state.head) }
        let current = answers.filter { $0.state.head + 1 >= newestHead }
        guard let least = current.map(\.state.count).min(), let most = current.map(\.state.count).max() else {
            return
        }
        guard let open = open(from: least) else {
            gap = nil
            nextSurvey = now + rules.untilSentAgain
            return
        }
        var seen = NonceGap(
            open: open,
            isCertain: self.open(from: most) == open,
            count: most,
            seenLast: now,
            words: current.map { "\($0.endpoint) counts \($0.state.count)" }.joined(separator: ", ")
        )
        if let gap, gap.open == seen.open, gap.isCertain == seen.isCertain {
            seen.seen = gap.seen + 1
            seen.seenAlone = gap.seenAlone + 1
        } else if let slot = slots.first(where: seen.isBelow) {
            tell(slot.ticket, .said(gapWords(slot, seen)))
        }
        if let first = slots.first(where: { !$0.isMined }), !seen.isBelow(first) { seen.seenAlone = 0 }
        gap = seen
    }

    /// Whether one waits behind a gap that others may fill, or are about to.
    func isBehindGap(_ slot: Slot) -> Bool {
        let isFilled = wishes.contains { wish in
            !slot.isMined && wish.operation?.nonce.map { $0 < slot.nonce } ?? false
        }
        return isFilled || gap.map { $0.isCertain && $0.isBelow(slot) } ?? false
    }

    // MARK: Filled

    /// The open nonces that what has none yet may take; nil where there are none, or it was not seen often enough or just now.
    func fillable(at now: Duration) -> Range<UInt64>? {
        guard let gap, gap.isCertain, gap.seen >= LaneRules.gapSurveys,
            now < gap.seenLast + rules.surveyPause * 2
        else { return nil }
        return gap.open
    }

    /// Leaves out of a gap what was given away.
    mutating func noteFilled(_ nonce: UInt64) {
        guard let open = gap?.open, open.contains(nonce) else { return }
        guard nonce + 1 < open.upperBound else { return gap = nil }
        gap?.open = nonce + 1..<open.upperBound
        gap?.seenAlone = 0
    }

    /// Whether a wish may come to take an open nonce: one that waits for what is behind the gap does not.
    private func mayFill(_ wish: Wish) -> Bool {
        !wish.waitsForOthers && wish.budgetWait == nil && !(wish.isUnsure && wish.checkAfter > .zero)
    }

    // MARK: Ended

    /// Ends what waits behind a gap that nothing fills: a person must.
    mutating func endBehindGap() {
        if let gap, !slots.contains(where: gap.isBelow) { self.gap = nil }
        guard let gap, gap.seenAlone >= (gap.isCertain ? LaneRules.gapSurveys : LaneRules.uncertainSurveys),
            let first = slots.first(where: { !$0.isMined }), gap.isBelow(first)
        else { return }
        let failure = behindGap(first, gap)
        while let index = wishes.firstIndex(where: { $0.signed == nil }) {
            if gap.isCertain, mayFill(wishes[index]) { break }
            fail(wish: index, failure)
        }
        guard wishes.isEmpty else { return }
        for index in slots.indices where slots[index].givenUp == nil && gap.isBelow(slots[index]) {
            giveUp(index, behindGap(slots[index], gap))
        }
    }

    /// Why a slot has no block, where it is for a gap of which nothing is being filled.
    func behindGap(_ slot: Slot) -> StepFailure? {
        guard let gap, gap.isBelow(slot), let first = slots.first(where: { !$0.isMined }) else { return nil }
        // What of ours comes before it may fill more of it.
        return gap.seenAlone > 0 || gap.isBelow(first) ? behindGap(slot, gap) : nil
    }

    private func behindGap(_ slot: Slot, _ gap: NonceGap) -> StepFailure {
        StepFailure(
            .blocked,
            code: "nonce-gap",
            gapWords(slot, gap),
            hint:
                "send a transaction with each of these nonces from \(context.sender), such as 0 ether to itself, with a wallet that lets "
                + "you choose the nonce; or have other deployments of this account take them. Then run again: it goes on with what is signed"
                + (gap.isCertain ? "" : ". Take an endpoint that is wrong out of 'rpc' in the manifest")
        )
    }

    private func gapWords(_ slot: Slot, _ gap: NonceGap) -> String {
        let who =
            gap.isCertain
            ? "every endpoint counts \(gap.count) transactions, its pool included"
            : "the endpoints differ: \(gap.words)"
        return
            "\(gap.nonces) of \(context.sender) on '\(context.network)' \(gap.open.count == 1 ? "is" : "are") open (\(who)), and "
            + "\(Self.name(slot.operation)) of \(slot.operation.intent.step) waits for "
            + (gap.open.count == 1 ? "it" : "them")
    }
}
