import Ethereum
import EthereumTypes
import Ledger
import Model

/// What an earlier process signed and no step of this one asks for, as where no manifest has it any more.
///
/// It is not offered again. Its nonce is its own, so what comes behind it cannot be in a block before: where something does, and no
/// step will ask for it while that waits, its nonce is used up by what does nothing. It may come into a block all the same. A
/// watch says what became of it.
extension Lane {
    /// Whether it is not offered: nobody wants it, and nobody waits behind it.
    func isLeftAlone(_ slot: Slot) -> Bool {
        guard slot.isRecovered, !slot.wasAskedFor, !slot.isMined, !slot.isVoid, wishes.isEmpty else {
            return false
        }
        return !slots.contains { $0.nonce > slot.nonce && (!$0.isRecovered || $0.wasAskedFor) }
    }

    /// Lets patience begin for what was left alone until now, since something comes that may wait for it.
    mutating func giveTime(at now: Duration) {
        for index in slots.indices where isLeftAlone(slots[index]) {
            slots[index].deadline = now + rules.patience
        }
    }

    // MARK: In the way

    /// Whether something waits behind one that no step has asked for, and no block is known to have.
    func isUnasked(_ slot: Slot) -> Bool {
        slot.isRecovered && !slot.wasAskedFor && slot.wasLookedUp && !slot.isMined && !slot.isToBeVoid
            && !slot.isVoid && !slot.isUnapproved && slot.givenUp == nil && !isLeftAlone(slot)
    }

    /// Asks whether a step will yet want what is in the way of others.
    func judge(at now: Duration) -> LaneMove? {
        let unasked = slots.filter { isUnasked($0) && !$0.isDoubted && now >= $0.judgeAfter }
        guard !unasked.isEmpty else { return nil }
        return .judge(
            unasked.map { slot in
                let behind = slots.filter { $0.nonce > slot.nonce && (!$0.isRecovered || $0.wasAskedFor) }
                let intent = slot.operation.intent
                return LaneUnasked(
                    id: slot.id,
                    project: intent.project,
                    step: intent.step,
                    place: LanePlace(
                        ahead: Set(slots.filter { $0.nonce < slot.nonce }.map(\.operation.intent.step)),
                        behind: Set(
                            behind.map(\.operation.intent.step) + wishes.map(\.request.transaction.step)),
                        held: Set(wishes.filter { !$0.isPlaced }.map(\.request.transaction.step))))
            })
    }

    mutating func judged(_ unasked: [LaneUnasked], _ result: LaneResult, at now: Duration) {
        guard case .judged(let answers) = result else { preconditionFailure("it was judged") }
        for (one, isToCome) in zip(unasked, answers) {
            guard let index = position(one.id), isUnasked(slots[index]) else { continue }
            slots[index].judgeAfter = now + LaneRules.untilChecked
            // Who waits behind it has the other half.
            let isTooLate = now >= slots[index].deadline - rules.patience / 2
            if !isToCome || isTooLate { useUp(index) }
        }
    }

    /// Has the nonce of one used up that nobody asks for.
    mutating func useUp(_ index: Int) {
        refuse(index, Self.unasked)
    }

    static let unasked = StepFailure(
        code: "not-needed",
        "what was signed for it was not asked for, or not wanted, when others came behind it: its nonce was used up",
        hint: "it is made anew",
        recurrence: .passing
    )

    /// Waits for one that is stored until its block is deep; where no block has it that is told at once, and nothing is sent for it.
    ///
    /// `proving`: where another transaction has its nonce for good, it ends with that.
    mutating func watch(_ id: ChainOperation.ID, proving: Bool = false, at now: Duration) -> LaneTicket {
        let ticket = makeTicket()
        if let broken {
            tell(ticket, .failed(broken))
        } else if let index = position(id) {
            slots[index].ticket = ticket
            slots[index].isWatched = true
            slots[index].isToBeProven = proving
            slots[index].deadline = now + rules.patience
            slots[index].givenUp = nil
            // It is seen anew for whoever waits now.
            slots[index].wasLookedUp = false
            slots[index].isHeard = false
            slots[index].receipt = nil
            lookFailure = nil
            nextLook = now
        } else {
            tell(ticket, .failed(Self.inNoBlock))
        }
        return ticket
    }

    /// Tells those who watch of what no block has, or cannot be asked for.
    mutating func endWatches() {
        for index in slots.indices where slots[index].isWatched && slots[index].ticket != nil {
            guard !slots[index].isToBeProven || slots[index].isMined || !slots[index].wasLookedUp else {
                continue
            }
            let unseen = slots[index].isMined ? nil : Self.inNoBlock
            guard let failure = slots[index].wasLookedUp ? unseen : lookFailure else { continue }
            tell(slots[index].ticket, .failed(failure))
            slots[index].ticket = nil
        }
    }

    /// Asks who used the nonce of one that is watched and in no block.
    func proveWatched() -> LaneMove? {
        slots.first { $0.isToBeProven && $0.ticket != nil && $0.wasLookedUp && !$0.isMined }
            .map { .prove($0.id, nonce: $0.nonce, like: $0.content) }
    }

    static let inNoBlock = StepFailure(.blocked, code: "in-no-block", "no block has it")

    // MARK: Not approved

    /// Whether it is to be known if somebody else used its nonce, before it ends.
    private func isToBeEnded(_ slot: Slot) -> Bool {
        slot.isUnapproved && slot.wasLookedUp && !slot.isMined && !slot.isDoubted && slot.givenUp == nil
            && !isLeftAlone(slot)
    }

    /// Ends what no block has and the plan that is applied does not have, and with it all that would come behind it; where its nonce
    /// is used, that is proven.
    mutating func endUnapproved(at now: Duration) -> LaneMove? {
        guard slots.contains(where: isToBeEnded) else { return nil }
        guard let account, now < account.at + rules.accountAge else {
            return now >= askAfter ? .ask(price: false, beyond: known) : nil
        }
        for index in slots.indices where isToBeEnded(slots[index]) {
            let slot = slots[index]
            guard slot.nonce >= account.value.latest else {
                slots[index].isDoubted = true
                continue
            }
            let intent = slot.operation.intent
            let value = intent.value > .zero ? " with \(intent.value.ether()) ether" : ""
            giveUp(
                index,
                StepFailure(
                    .blocked,
                    code: "not-as-planned",
                    "run \(intent.run) signed \(intent.step)\(value), which no block has; the approved plan does not have it, so it is not "
                        + "sent again, nor what comes behind it",
                    hint:
                        "make a plan with this state directory, which names it ('signedBefore'), and have that approved; or send a "
                        + "transaction of your own with its nonce"
                )
            )
        }
        return nil
    }
}
