import Ethereum
import EthereumTypes
import Ledger
import Model

/// What was seen in blocks, or was not.
extension Lane {
    mutating func lookSoon(at now: Duration) {
        lookWait = clock.step ?? LaneRules.firstPoll
        nextLook = clock.due(after: now) ?? now + lookWait
    }

    mutating func looked(_ hashes: Set<Hash>, _ result: LaneResult, at now: Duration) {
        switch result {
        case .failed(let failure):
            if lookFailure?.message != failure.message {
                for slot in slots {
                    tell(slot.ticket, .said("waiting for \(Self.name(slot.operation)): \(failure.message)"))
                }
            }
            lookFailure = failure
            lookWait = min(lookWait * 2, rules.longestPoll)
            nextLook = now + max(lookWait, .seconds(1))
            guard failure.code != "network-unavailable" else { return }
            for index in slots.indices where slots[index].ticket != nil { giveUp(index, failure) }
            while let index = wishes.firstIndex(where: { $0.operation == nil }) { fail(wish: index, failure) }
        case .seen(let receipts, let head, let count):
            lookFailure = nil
            seenCount = count ?? seenCount
            newestHead = max(newestHead, head.latest)
            isMoving = false
            looksBehind = nil
            if clock.note(head.latest, at: now), let due = clock.due(after: now) {
                lookWait = clock.step ?? lookWait
                nextLook = due
            } else {
                nextLook = now + lookWait
                if !clock.isDue(at: now) { lookWait = min(lookWait * 2, rules.longestPoll) }
            }
            for slot in slots { seen(slot.id, hashes, receipts, head, count, at: now) }
        default: preconditionFailure("receipts were looked up")
        }
    }

    private mutating func seen(
        _ id: ChainOperation.ID,
        _ hashes: Set<Hash>,
        _ receipts: [Hash: TransactionReceipt],
        _ head: ChainHead,
        _ count: UInt64?,
        at now: Duration
    ) {
        guard let index = position(id) else { return }
        let slot = slots[index]
        let wasAsked = hashes.isSuperset(of: slot.hashes)
        if wasAsked { slots[index].wasLookedUp = true }
        if let receipt = slot.hashes.lazy.compactMap({ receipts[$0] }).first {
            slots[index].receipt = (receipt.blockHash, head)
            slots[index].isDoubted = false
            if slot.operation.inclusion?.blockHash == receipt.blockHash, slot.isMined {
                if !slot.isHeard { tellIncluded(index) }
                settle(index)
            } else {
                var inclusion = ChainOperation.Inclusion(receipt)
                // Of the operation it did nothing.
                if slot.voids.contains(receipt.transactionHash) { inclusion.succeeded = false }
                note(LaneInclusion(id: id, inclusion: inclusion))
                isMoving = true
                lookSoon(at: now)
                // Those behind it that were not asked for may be in the same block.
                if slots.contains(where: {
                    !$0.isMined && $0.lastSent != nil && !hashes.isSuperset(of: $0.hashes)
                }) {
                    nextLook = now
                    looksBehind = receipt.blockHash
                }
            }
        } else if slot.isMined {
            if wasAsked {
                todo.append(.goBack(id))
            } else {
                noteDepth(index, head, at: now)
            }
        } else if wasAsked, slot.lastSent != nil {
            slots[index].looks += 1
            if let count, count > slot.nonce, slot.looks >= LaneRules.looksUntilDoubt {
                slots[index].isDoubted = true
            }
        }
    }

    /// Notes the block of one, together with others of the same look.
    private mutating func note(_ inclusion: LaneInclusion) {
        if case .include(let inclusions)? = todo.last {
            todo[todo.count - 1] = .include(inclusions + [inclusion])
        } else {
            todo.append(.include([inclusion]))
        }
    }

    /// Says how deep a block is; when it is deep enough its receipt is read again.
    mutating func noteDepth(_ index: Int, _ head: ChainHead, at now: Duration) {
        guard let inclusion = slots[index].operation.inclusion else { return }
        let name = "\(inclusion.transactionHash.short) in block \(inclusion.blockNumber)"
        switch rules.confirmations {
        case .blocks(let wanted):
            let depth = head.depth(of: inclusion.blockNumber)
            tell(slots[index].ticket, .said("\(name): \(depth) of \(wanted) confirmations"))
        case .finalized: tell(slots[index].ticket, .said("\(name): waiting for finality"))
        }
        if let seen = slots[index].receipt { slots[index].receipt = (seen.block, head) }
        if rules.isDeep(inclusion.blockNumber, below: head), slots[index].ticket != nil { nextLook = now }
    }

    mutating func proved(_ id: ChainOperation.ID, _ result: LaneResult, at now: Duration) {
        guard let index = position(id) else { return }
        slots[index].isToBeProven = false
        switch result {
        case .proof(.usedBy(let hash)) where !slots[index].hashes.contains(hash):
            todo.append(.foreign(id, usedBy: hash))
        case .proof(.sameBy(let stranger)) where !slots[index].hashes.contains(stranger.hash):
            takeOver(slot: index, stranger)
        case .proof, .failed:
            slots[index].restUntil = now + rules.untilSentAgain
        default: preconditionFailure("a proof was asked for")
        }
    }
}
