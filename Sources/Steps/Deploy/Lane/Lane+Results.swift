import Ethereum
import EthereumTypes
import Ledger
import Model

extension Lane {
    /// Takes in how a move ended.
    mutating func ended(_ move: LaneMove, _ result: LaneResult, at now: Duration) {
        switch move {
        case .ask: asked(result, at: now)
        case .estimate(let asked): estimated(Array(asked.keys), result)
        case .plan(let ticket, _): planned(ticket, result)
        case .survey: surveyed(result, at: now)
        case .reserve(let id, _, _, _): reserved(id, result, at: now)
        case .weigh(let ticket, _): weighed(ticket, result, at: now)
        case .sign(let id, _, _): signed(id, result, at: now)
        case .record(let signatures): recorded(signatures, result, at: now)
        case .replace(let signature, _): replaced(signature, result, at: now)
        case .send(let offers): sent(offers, result, at: now)
        case .look(let hashes, _, _, _): looked(Set(hashes), result, at: now)
        case .prove(let id, _, _): proved(id, result, at: now)
        case .inspect(let nonces): inspected(nonces, result, at: now)
        case .check(let reliances): checked(reliances, result, at: now)
        case .judge(let unasked): judged(unasked, result, at: now)
        case .markSent, .include, .goBack, .revert, .foreign, .withdraw: stored(result, at: now)
        case .rest: break
        }
    }

    // MARK: What was asked for

    private mutating func asked(_ result: LaneResult, at now: Duration) {
        switch result {
        case .account(let answers, let price):
            _ = clock.note(answers.first.head, at: now)
            newestHead = max(newestHead, answers.first.head)
            if let price { self.price = (price, now) }
            take(answers, at: now)
        case .failed(let failure):
            if let index = replaceable(at: now) {
                refuseReplacement(index, failure, until: now + LaneRules.priceAge)
            } else if let index = wishes.firstIndex(where: { $0.signed == nil }) {
                fail(wish: index, failure)
            } else {
                askAfter = now + LaneRules.accountPause
            }
        default: preconditionFailure("an account was asked for")
        }
    }

    private mutating func planned(_ ticket: LaneTicket, _ result: LaneResult) {
        guard let index = wishes.firstIndex(where: { $0.ticket == ticket }) else {
            // Whoever asked has gone meanwhile.
            if case .stored(let operations) = result {
                for operation in operations {
                    todo.append(
                        .withdraw(operation.id, reason: "the run was interrupted before it was signed"))
                }
            }
            return
        }
        switch result {
        case .stored(let operations): wishes[index].operation = operations.first
        case .failed(let failure): ledgerFailed(wish: index, failure)
        default: preconditionFailure("an intent was stored")
        }
    }

    private mutating func reserved(_ id: ChainOperation.ID, _ result: LaneResult, at now: Duration) {
        guard let index = wishes.firstIndex(where: { $0.operation?.id == id }) else { return }
        switch result {
        case .stored(let operations):
            wishes[index].operation = operations.first
            if let nonce = operations.first?.nonce { noteFilled(nonce) }
        case .notYet(let failure): waitForBudget(wish: index, failure, at: now)
        case .failed(let failure): ledgerFailed(wish: index, failure)
        default: preconditionFailure("a nonce was stored")
        }
    }

    private mutating func signed(_ id: ChainOperation.ID, _ result: LaneResult, at now: Duration) {
        if let index = wishes.firstIndex(where: { $0.operation?.id == id }) {
            switch result {
            case .signed(let transaction):
                wishes[index].signed = transaction
                wishes[index].signedAt = now
            // Nothing is known to be signed.
            case .failed(let failure): fail(wish: index, failure)
            default: preconditionFailure("it was signed")
            }
        } else if let index = position(id) {
            switch result {
            case .signed(let transaction):
                let signature = LaneSignature(id: id, transaction: transaction)
                todo.append(.replace(signature, most: transaction.transaction.maxCost))
            case .failed(let failure): refuseReplacement(index, failure)
            default: preconditionFailure("it was signed")
            }
        }
    }

    private mutating func replaced(_ signature: LaneSignature, _ result: LaneResult, at now: Duration) {
        guard let index = position(signature.id) else { return }
        switch result {
        case .stored(let operations):
            for operation in operations {
                slots[index].operation = operation
                guard !signature.isOthers else { continue }
                tell(slots[index].ticket, .said("replaced by \(Self.name(operation)), which pays more"))
            }
            if signature.isOthers { slots[index].isDoubted = false }
            slots[index].latest = signature.transaction.transaction
            if signature.transaction.transaction.isVoid(of: context.sender) {
                slots[index].voids.insert(signature.transaction.hash)
                slots[index].signer = signer(for: slots[index])
                slots[index].givenUp = nil
            }
            slots[index].asksForMore = nil
            slots[index].replacementRefused = nil
            slots[index].replaceAfter = .zero
            slots[index].lastSent = nil
            slots[index].since = now
            slots[index].refusals = 0
            slots[index].restUntil = .zero
            if signature.isOthers { wasSent(signature.id, at: now) }
        case .failed(let failure) where failure.kind == .environment: breakDown(failure)
        case .failed(let failure): refuseReplacement(index, failure)
        case .notYet(let failure): refuseReplacement(index, failure, until: now + LaneRules.priceAge)
        default: preconditionFailure("bytes were stored")
        }
    }

    private mutating func recorded(_ signatures: [LaneSignature], _ result: LaneResult, at now: Duration) {
        switch result {
        case .stored(let operations):
            for (operation, signature) in zip(operations, signatures) {
                let index = wishes.firstIndex { $0.operation?.id == operation.id }
                let wish = index.map { wishes.remove(at: $0) }
                slots.append(
                    Slot(
                        operation: operation,
                        ticket: wish?.wasLeft == false ? wish?.ticket : nil,
                        signer: wish?.request.signer,
                        mark: wish?.request.transaction.mark,
                        allowance: wish?.request.transaction.allowance ?? .unlimited,
                        isRecovered: false,
                        wasLookedUp: true,
                        since: wish?.signedAt ?? now,
                        deadline: now + rules.patience,
                        latest: signature.transaction.transaction,
                        content: signature.transaction.transaction
                    )
                )
                if let nonce = operation.nonce { strangers.own(nonce) }
                // A block has it.
                if wish?.stranger != nil { wasSent(operation.id, at: now) }
            }
            slots.sort { $0.nonce < $1.nonce }
            noteFoundations()
            tellPlaces()
        case .failed(let failure): breakDown(failure)
        default: preconditionFailure("bytes were stored")
        }
    }

    /// A ledger that cannot be used ends everything; one that refuses ends what it refused.
    mutating func ledgerFailed(wish index: Int, _ failure: StepFailure) {
        if failure.kind == .environment { breakDown(failure) } else { fail(wish: index, failure) }
    }

    /// Leaves a transaction as it is, until a moment or to its end; one that a node did not take has its end here.
    mutating func refuseReplacement(
        _ index: Int,
        _ failure: StepFailure,
        until moment: Duration = LaneRules.never
    ) {
        if slots[index].asksForMore == nil {
            slots[index].replacementRefused = failure
            slots[index].replaceAfter = moment
            tell(slots[index].ticket, .said("not replaced by one that pays more: \(failure.message)"))
        } else {
            giveUp(index, failure)
        }
    }

    // MARK: Stored

    private mutating func stored(_ result: LaneResult, at now: Duration) {
        switch result {
        case .failed(let failure): breakDown(failure)
        case .stored(let operations): for operation in operations { stored(operation, at: now) }
        default: preconditionFailure("operations were stored")
        }
    }

    private mutating func stored(_ operation: ChainOperation, at now: Duration) {
        guard let index = position(operation.id) else { return }
        let slot = slots[index]
        slots[index].operation = operation
        switch operation.state {
        case .included:
            slots[index].deadline = max(slot.deadline, slot.since + rules.patience + rules.patience)
            slots[index].isFirm = false
            tellIncluded(index)
            // The same transaction may fail in another block.
            if operation.inclusion?.succeeded == false { doubtWhatRelies() }
            if let seen = slot.receipt, let inclusion = operation.inclusion,
                !rules.isDeep(inclusion.blockNumber, below: seen.head)
            {
                noteDepth(index, seen.head, at: now)
            }
            settle(index)
        case .sent:
            if slot.isMined {
                // Its block is gone: all attempts are offered again.
                slots[index].receipt = nil
                slots[index].isFirm = false
                slots[index].asksForMore = nil
                slots[index].lastSent = nil
                slots[index].looks = 0
                slots[index].refusals = 0
                slots[index].restUntil = .zero
                tell(slot.ticket, .said("the block of \(Self.name(operation)) is gone"))
                doubtWhatRelies()
            }
        case .reverted:
            giveUp(index, slot.isVoid ? usedUp(slot) : reverted(operation))
            close(index)
            doubtWhatRelies()
        case .foreign:
            strangers.lose(slot.nonce)
            close(index)
            noteOthers(slot.nonce)
            if slot.lost != nil {
                tell(slot.ticket, .failed(stranded(slot)))
            } else if slot.isTold, let address = slot.creates {
                gone.insert(address)
                tell(slot.ticket, .failed(addressLost(slot, address)))
            } else {
                tell(slot.ticket, .failed(foreign(operation)))
            }
            doubtWhatRelies()
        case .planned, .nonce, .signed, .final, .blocked, .withdrawn: break
        }
    }

    private func reverted(_ operation: ChainOperation) -> StepFailure {
        let inclusion = operation.inclusion
        return StepFailure(
            .blocked,
            code: "reverted",
            "\(inclusion?.transactionHash.description ?? "it") reverted in block \(inclusion?.blockNumber ?? 0) of "
                + "'\(context.network)'; its fee is spent",
            hint: "look at the transaction before you run again: a new one will be sent"
        )
    }

    private func foreign(_ operation: ChainOperation) -> StepFailure {
        StepFailure(
            code: "nonce-foreign",
            "nonce \(operation.nonce ?? 0) of \(context.sender) on '\(context.network)' was used by another transaction, "
                + "as a block that stays shows",
            hint:
                "somebody else signs with this key; nothing of this one can be mined any more, and it is made anew",
            recurrence: .passing
        )
    }
}

extension ChainOperation.Inclusion {
    /// What a receipt says.
    init(_ receipt: TransactionReceipt) {
        self.init(
            transactionHash: receipt.transactionHash,
            blockHash: receipt.blockHash,
            blockNumber: receipt.blockNumber,
            succeeded: receipt.status == .succeeded,
            gasUsed: receipt.gasUsed,
            feePaid: (receipt.effectiveGasPrice ?? .zero) * receipt.gasUsed,
            address: receipt.contractAddress
        )
    }
}
