import Ledger
import Model

/// Handing to a node what is signed, and what its answers mean.
extension Lane {
    /// The first ones by nonce that are to be handed to a node; what rests holds up all behind it.
    ///
    /// `again`: also those that were handed over and that no block has since, which is looked at first.
    func send(again: Bool = false, at now: Duration) -> LaneMove? {
        var offers: [LaneOffer] = []
        for slot in slots where !slot.isMined && offers.count < (sendsOneByOne ? 1 : rules.together) {
            guard !slot.isUnapproved, slot.givenUp == nil || slot.lastSent != nil,
                slot.wasLookedUp || !slot.isRecovered,
                !isLeftAlone(slot)
            else { break }
            // Nobody may want it any more.
            guard !isUnasked(slot) else { break }
            if slot.lastSent == nil, contested(aheadOf: slot) != nil { break }
            // What it relies on is not there, or it is not known to be.
            guard !slot.isUnsure, !slot.isToBeVoid || slot.isVoid, wasCompared(slot) else { break }
            let isDue = slot.lastSent.map { again && now >= $0 + rules.untilSentAgain } ?? true
            guard isDue, slot.asksForMore == nil else {
                if slot.lastSent == nil { break }
                continue
            }
            guard now >= slot.restUntil, let attempt = slot.operation.attempts.last else { break }
            offers.append(LaneOffer(id: slot.id, attempt: attempt, hashes: slot.hashes))
        }
        return offers.isEmpty ? nil : .send(offers)
    }

    /// Takes in what a node answered to the first of `offers`; the rest was not offered.
    mutating func sent(_ offers: [LaneOffer], _ result: LaneResult, at now: Duration) {
        switch result {
        case .sent(let answers):
            var isCutOff = false
            for (offer, answer) in zip(offers, answers) {
                guard let index = position(offer.id) else { continue }
                // A refusal behind one that was not taken says nothing of this one: it is offered when that one is there.
                if isCutOff, slots[index].lastSent == nil, !answer.mayHaveIt { continue }
                take(answer, of: index, at: now)
                isCutOff = isCutOff || slots[index].lastSent == nil
            }
        case .notTogether: sendsOneByOne = true
        case .failed(let failure):
            if let index = offers.first.flatMap({ position($0.id) }) { giveUp(index, failure) }
        default: preconditionFailure("it was sent")
        }
    }

    private mutating func take(_ answer: SendAnswer, of index: Int, at now: Duration) {
        let isSigned = slots[index].operation.state == .signed
        var answer = answer
        // What waits may be an earlier attempt: any of them counts, and no more is paid.
        if answer == .nonceHeld, slots[index].operation.attempts.count > 1, !canReplace(slots[index]) {
            answer = .unknown
        }
        slots[index].isHeldByOthers = answer == .nonceHeldByOthers
        slots[index].isContested = answer == .nonceHeldByOthers || answer == .nonceUsed
        switch answer {
        case .nonceHeldByOthers:
            // It is not thrown out: a block decides, and where it goes away the same bytes are taken later.
            slots[index].lastSent = now
            if isSigned { note(sent: slots[index].id) }
            lookSoon(at: now)
            tell(slots[index].ticket, .said(heldWords(slots[index])))
        case .taken, .unknown, .nonceUsed:
            slots[index].lastSent = now
            slots[index].looks = 0
            if answer == .nonceUsed { slots[index].looks = LaneRules.looksUntilDoubt }
            if isSigned { note(sent: slots[index].id) }
            lookSoon(at: now)
            tell(slots[index].ticket, .said("\(Self.name(slots[index].operation)) sent, waiting for a block"))
        case .nonceHeld, .underpriced:
            // Sent once more or not at all: a refusal takes nothing back of what a node had before.
            if slots[index].lastSent != nil || !isSigned {
                slots[index].lastSent = now
                if slots[index].signer == nil { return }
            }
            let words =
                if case .underpriced(let words) = answer { words } else {
                    "another transaction waits with its nonce"
                }
            askForMore(index, words, at: now)
        case .notNow(let words, let wait):
            guard slots[index].lastSent == nil, isSigned else {
                slots[index].lastSent = now
                return
            }
            // Many nodes keep nothing that waits behind a gap; that ends when the gap does.
            let isLast = slots[index].refusals + 1 >= LaneRules.mostRefusals
            guard !isLast || isBehindGap(slots[index]) else { return giveUp(index, refused(index, words)) }
            if !isLast { slots[index].refusals += 1 }
            let rest = LaneRules.firstRest * (1 << (slots[index].refusals - 1))
            slots[index].restUntil = now + max(rest, wait ?? .zero)
            tell(
                slots[index].ticket,
                .said(
                    "waiting for '\(context.network)' to take \(Self.name(slots[index].operation)), which it refused "
                        + "with '\(words)'"))
        case .refused(let words):
            guard slots[index].lastSent == nil, isSigned else {
                slots[index].lastSent = now
                return
            }
            giveUp(index, refused(index, words))
        }
    }

    /// A node has what somebody else sent: it is looked up, and offered again only where no block has it.
    mutating func wasSent(_ id: ChainOperation.ID, at now: Duration) {
        guard let index = position(id) else { return }
        slots[index].lastSent = now
        slots[index].looks = 0
        note(sent: id)
        nextLook = now
    }

    /// The first with a lower nonce that somebody else's transaction may have: what that does may be what comes behind it.
    func contested(aheadOf slot: Slot) -> Slot? {
        slots.first { $0.nonce < slot.nonce && !$0.isMined && ($0.isContested || $0.isDoubted) }
    }

    /// That somebody else's transaction waits in a pool with the nonce of one.
    func heldWords(_ slot: Slot) -> String {
        "another transaction of \(context.sender) waits with nonce \(slot.nonce) on '\(context.network)': "
            + "\(Self.name(slot.operation)) waits until it is in a block or gone"
    }

    private mutating func askForMore(_ index: Int, _ words: String, at now: Duration) {
        slots[index].asksForMore = words
        // A price from before this answer is no better than what was refused.
        price = nil
        if !canReplace(slots[index]) { giveUp(index, refused(index, words)) }
    }

    private func canReplace(_ slot: Slot) -> Bool { slot.signer != nil && mayPayMore(slot) }

    private func refused(_ index: Int, _ words: String) -> StepFailure {
        StepFailure(
            .blocked,
            code: "node-refused",
            "'\(context.network)' did not take \(Self.name(slots[index].operation)): \(words)",
            hint: "it is signed and kept: the next run sends the same bytes again"
        )
    }

    /// Notes that a node has it or may have it, together with others of the same moment.
    private mutating func note(sent id: ChainOperation.ID) {
        if case .markSent(let ids)? = todo.last {
            todo[todo.count - 1] = .markSent(ids + [id])
        } else {
            todo.append(.markSent([id]))
        }
    }
}
