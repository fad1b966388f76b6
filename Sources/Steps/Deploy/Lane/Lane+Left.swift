import Ethereum
import EthereumTypes
import Ledger
import Model

/// What an earlier process signed and no step of this one asks for, as where no manifest has it any more.
///
/// Its nonce is its own, so what comes behind it cannot be in a block before. It is offered again where something does come
/// behind it, and for nothing else; it may come into a block all the same. A watch says what became of it.
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

    /// Waits for one that is stored until its block is deep; where no block has it that is told at once, and nothing is sent for it.
    mutating func watch(_ id: ChainOperation.ID, at now: Duration) -> LaneTicket {
        let ticket = makeTicket()
        if let broken {
            tell(ticket, .failed(broken))
        } else if let index = position(id) {
            slots[index].ticket = ticket
            slots[index].isWatched = true
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
            let unseen = slots[index].isMined ? nil : Self.inNoBlock
            guard let failure = slots[index].wasLookedUp ? unseen : lookFailure else { continue }
            tell(slots[index].ticket, .failed(failure))
            slots[index].ticket = nil
        }
    }

    private static let inNoBlock = StepFailure(.blocked, code: "in-no-block", "no block has it")

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
