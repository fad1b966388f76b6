import Ethereum
import EthereumTypes
import Ledger
import Model

extension Lane {
    /// What is to be done at this moment.
    mutating func next(at now: Duration) -> LaneMove {
        guard broken == nil else { return .rest(until: nil) }
        if !todo.isEmpty { return todo.removeFirst() }
        endWatches()
        endBehindGap()
        expire(at: now)
        if !todo.isEmpty { return todo.removeFirst() }
        if let move = firstLook(at: now) ?? proveWatched() ?? endUnapproved(at: now) ?? compare(at: now) {
            return move
        }
        if let move = judge(at: now) { return move }
        if let move = lookFurther(at: now) { return move }
        if let move = check(at: now) ?? grant(at: now) ?? send(at: now) ?? replace(at: now) { return move }
        if let move = estimate() ?? look(at: now) ?? survey(at: now) { return move }
        if let move = send(again: true, at: now) { return move }
        return .rest(until: alarm(after: now))
    }

    // MARK: Recovery

    /// What an earlier process signed is looked up before anything of it is sent again.
    private func firstLook(at now: Duration) -> LaneMove? {
        guard now >= nextLook else { return nil }
        let hashes = slots.filter { $0.isRecovered && !$0.wasLookedUp }.flatMap(\.hashes)
        return hashes.isEmpty ? nil : .look(hashes, finalized: needsFinality, count: false)
    }

    private var needsFinality: Bool { rules.confirmations == .finalized && !rules.isDeepAtOnce }

    // MARK: Replacing

    /// The first transaction that no block takes is replaced by one that pays more; those behind it wait for it.
    private mutating func replace(at now: Duration) -> LaneMove? {
        guard let index = replaceable(at: now), let signer = signer(for: slots[index]),
            let before = slots[index].latest
        else { return nil }
        let slot = slots[index]
        let isToBeVoid = slot.isToBeVoid && !slot.isVoid
        guard let price, now < price.at + rules.accountAge else { return .ask(price: true, beyond: known) }
        let more: Transaction
        do throws(Fees.Refusal) {
            let replacement: Transaction
            if isToBeVoid, !slot.isHeldByOthers,
                let most = try? price.value.replacing(before, within: context.fees, markedBy: nil)
            {
                replacement = most
            } else if isToBeVoid {
                // The caps allow no more, or it would throw out what is not ours: at the same price it is taken where no node has
                // the other one any more.
                replacement = before
            } else {
                replacement = try price.value.replacing(
                    before, within: context.fees, markedBy: slot.isVoid ? nil : slot.mark)
            }
            more = isToBeVoid ? replacement.void(by: context.sender) : replacement
        } catch {
            refuseReplacement(
                index,
                StepFailure(
                    .blocked,
                    code: "fee-cap",
                    "network '\(context.network)' has not taken \(Self.name(slot.operation)), and \(error)",
                    hint: "wait, or raise the caps under 'fees'; the next run goes on with it"
                ),
                until: isToBeVoid ? now + LaneRules.priceAge : LaneRules.never
            )
            return nil
        }
        do throws(StepFailure) {
            // What uses up a nonce is allowed with what it stands for: it sends no value and does nothing.
            if !isToBeVoid, !slot.isVoid { try slot.allowance.check(cost: more.maxCost) }
        } catch {
            refuseReplacement(index, error)
            return nil
        }
        return .sign(slot.id, more, signer)
    }

    /// Where the transaction is that is to be replaced now; nil where none is.
    ///
    /// What an earlier process left is looked up first, and one whose nonce seems to be used is left alone.
    func replaceable(at now: Duration) -> Int? {
        if let index = voidable(at: now) { return index }
        guard let index = slots.firstIndex(where: { !$0.isMined }) else { return nil }
        let slot = slots[index]
        guard slot.signer != nil, slot.givenUp == nil, slot.wasLookedUp, !slot.isDoubted, !slot.isUnsure,
            !slot.isToBeVoid || slot.isVoid, now >= slot.replaceAfter, mayPayMore(slot), !slot.isHeldByOthers,
            !slot.isUnapproved,
            // No price has a block take it.
            gap.map({ !$0.isBelow(slot) }) ?? true
        else { return nil }
        let isLate = rules.bumpAfter.map { now >= slot.since + $0 } ?? false
        return slot.asksForMore != nil || isLate ? index : nil
    }

    // MARK: Wishes

    /// The next step of what is ready, in the order in which it was asked for; what is signed then is recorded together.
    private mutating func grant(at now: Duration) -> LaneMove? {
        let first = wishes.firstIndex { $0.signed == nil } ?? wishes.endIndex
        if !isGathered(at: now), let move = prepare(wish: first, at: now) { return move }
        let signatures = wishes.prefix { $0.signed != nil && !$0.isUnsure }.compactMap { wish in
            wish.signed.flatMap { signed in
                wish.operation.map {
                    LaneSignature(id: $0.id, transaction: signed, isOthers: wish.stranger != nil)
                }
            }
        }
        guard !signatures.isEmpty else { return nil }
        for index in signatures.indices { wishes[index].isBeingRecorded = true }
        return .record(signatures)
    }

    /// Whether what was signed and not sent yet has waited long enough for more to go with it.
    private func isGathered(at now: Duration) -> Bool {
        let signed = wishes.lazy.compactMap(\.signedAt) + slots.lazy.filter(\.isFresh).map(\.since)
        return signed.contains { now >= $0 + LaneRules.gathering }
    }

    /// The next step to the signature of the wish that is the first without one: one at a time, so that no nonce is left out.
    private mutating func prepare(wish index: Int, at now: Duration) -> LaneMove? {
        guard index < wishes.endIndex, wishes[index].gasLimit != nil, !wishes[index].isUnsure else {
            return nil
        }
        let wish = wishes[index]
        if let wait = wish.fundsWait {
            if countOnTheirWay >= wait.beside { return nil }
            wishes[index].fundsWait = nil
            // What is there now is asked for anew.
            account = nil
        }
        if let wait = wish.budgetWait {
            return now >= wait.until ? .weigh(wish.ticket, wait.intent) : nil
        }
        // Where there may be a gap that is decided first; what fills it goes ahead of all that waits behind it.
        let held = wish.operation?.nonce
        let open = fillable(at: now)
        guard gap == nil || open != nil || held != nil else { return nil }
        let place = held ?? open?.lowerBound ?? .max
        let ahead = slots.filter { !$0.isMined && $0.nonce < place }
        let isHeldUp = ahead.contains { $0.isRecovered || $0.lastSent == nil && !$0.isFresh }
        guard !isHeldUp, replaceable(at: now) == nil, ahead.count + index < rules.inFlight else { return nil }
        guard let account, now < account.at + rules.accountAge,
            let price, now < price.at + LaneRules.priceAge
        else {
            guard now >= askAfter else { return nil }
            return .ask(price: price.map { now >= $0.at + LaneRules.priceAge } ?? true, beyond: known)
        }
        if giveBackUsed(account.value) { return next(at: now) }
        if held == nil, let open, account.value.count >= open.upperBound {
            gap?.seen = 0
            nextSurvey = now
            return nil
        }
        if held == nil {
            if let move = inspect(at: now) { return move }
            guard index < wishes.endIndex, wishes[index].ticket == wish.ticket, !waitsForStrangers() else {
                return nil
            }
        }
        if let stranger = wish.stranger ?? (held == nil ? doing(wish) : nil) {
            return takeOver(wish: index, stranger, at: now) ?? next(at: now)
        }
        if held == nil, let doubt = doubt(about: wish) {
            fail(wish: index, doubt)
            return next(at: now)
        }
        if wish.operation == nil, wish.request.transaction.mayBeOthers, context.needsApproval,
            let stranger = strangers.equal(to: wish.request.transaction)
        {
            fail(wish: index, doneElsewhere(stranger, wish.request.transaction.step, .call))
            return next(at: now)
        }
        if wish.operation == nil, isInDoubt(wish) {
            guard !context.needsApproval else {
                fail(wish: index, unknownHistory)
                return next(at: now)
            }
            warnOfHistory(wish)
        }
        let request = wish.request
        guard let gasLimit = wish.gasLimit else { return nil }
        guard let operation = wish.operation else {
            let allowed: GasPrice
            do throws(StepFailure) {
                allowed = try request.transaction.allowance.price(
                    price.value, gas: gasLimit, value: request.transaction.value)
            } catch {
                fail(wish: index, error)
                return next(at: now)
            }
            if let refusal = context.room.refusal(
                of: request.transaction.mark, allowed, gasLimit: gasLimit,
                given: request.transaction.gasLimit)
            {
                fail(wish: index, refusal)
                return next(at: now)
            }
            let most = allowed.most * gasLimit + request.transaction.value
            if let shortfall = shortfall(most, account.value.balance) {
                if most <= account.value.balance, countOnTheirWay > 0 {
                    waitForFunds(wish: index, shortfall)
                } else {
                    fail(wish: index, shortfall)
                }
                return next(at: now)
            }
            wishes[index].price = allowed
            return .plan(wish.ticket, context.intent(request.transaction, most: most))
        }
        guard operation.state == .nonce, let nonce = operation.nonce else {
            return .reserve(
                operation.id, latest: account.value.latest, pending: account.value.pending, open: open)
        }
        let transaction = request.transaction.transaction(
            wish.price ?? price.value,
            nonce: nonce,
            gasLimit: gasLimit,
            chainID: context.lane.chainID,
            cap: context.fees.maxFeePerGas
        )
        return .sign(operation.id, transaction, request.signer)
    }

    /// Why the sender cannot pay for it beside what is on its way.
    private func shortfall(_ most: Wei, _ balance: Wei) -> StepFailure? {
        let sent = slots.lazy.filter { !$0.isMined }.compactMap(\.latest)
        let signed = wishes.lazy.compactMap(\.signed?.transaction)
        let onItsWay = (Array(sent) + signed).reduce(Wei.zero) { $0 + $1.maxCost }
        let needed = onItsWay + most
        guard balance < needed else { return nil }
        let beside =
            onItsWay == .zero ? "" : " beside \(onItsWay.ether(places: 6)) ether for what is on its way"
        return .insufficientFunds(
            ofOne:
                "\(context.sender) has \(balance.ether(places: 6)) ether on '\(context.network)' and this needs up to "
                + "\(most.ether(places: 6)) ether\(beside)"
        )
    }

    // MARK: Looking

    /// What is behind one that a block has may be there too: it is looked for before room for one more is made use of.
    private func lookFurther(at now: Duration) -> LaneMove? {
        guard let block = looksBehind, now >= nextLook else { return nil }
        let behind = slots.filter { !$0.isMined && $0.lastSent != nil }.flatMap(\.hashes)
        return behind.isEmpty ? nil : .look(behind, finalized: needsFinality, count: false, behind: block)
    }

    /// What no block has, and what may be deep enough by now.
    private func look(at now: Duration) -> LaneMove? {
        if let doubted = slots.first(where: { $0.isDoubted && !$0.isMined && now >= $0.restUntil }) {
            return .prove(doubted.id, nonce: doubted.nonce, like: doubted.content)
        }
        guard now >= nextLook else { return nil }
        let waiting = slots.filter { !$0.isMined && $0.lastSent != nil }
        // Blocks take them in the order of their nonces: where the first is in none, none behind it is.
        // Where nobody says when blocks come, the next ones may be there as soon as they are handed over.
        let isWide =
            isMoving && rules.blockTime == nil || waiting.count <= LaneRules.fewLooked
            || waiting.contains(where: \.isDoubted)
        let looked = slots.filter { slot in
            guard slot.givenUp == nil || !slot.isMined else { return false }
            if !slot.isMined {
                let isAsked =
                    isWide || slot.id == waiting.first?.id || slot.looks >= LaneRules.looksUntilDoubt
                return slot.lastSent != nil && isAsked
            }
            guard slot.ticket != nil || isReliedOn(slot), let inclusion = slot.operation.inclusion else {
                return false
            }
            // A receipt is read again when its block is deep; until then only the head is of interest.
            return slot.receipt.map { rules.isDeep(inclusion.blockNumber, below: $0.head) } ?? true
        }
        let waits = slots.contains { $0.isMined && $0.ticket != nil }
        guard !looked.isEmpty || waits else { return nil }
        let isSlow = slots.contains { !$0.isMined && $0.looks >= LaneRules.looksUntilDoubt }
        return .look(looked.flatMap(\.hashes), finalized: needsFinality, count: isSlow)
    }

    /// When something is due that no answer brings about; nil where nothing is.
    private func alarm(after now: Duration) -> Duration? {
        // What an earlier process left goes on when somebody waits.
        guard !wishes.isEmpty || slots.contains(where: { $0.ticket != nil }) else { return nil }
        var due: [Duration] = wishes.map(\.deadline) + wishes.compactMap(\.budgetWait?.until)
        due += wishes.filter(\.isUnsure).map(\.checkAfter)
        if gap != nil { due.append(nextSurvey) }
        if !wishes.isEmpty || slots.contains(where: \.isRecovered) {
            due += [askAfter, strangers.lookAfter]
        }
        if let account, let since = strangers.since, !wishes.isEmpty {
            due += [account.at + rules.accountAge, since + rules.untilSettled]
        }
        for slot in slots where slot.ticket != nil || !slot.isMined {
            due += [slot.deadline, nextLook]
            if slot.isUnsure { due.append(slot.checkAfter) }
            if isUnasked(slot) { due.append(slot.judgeAfter) }
            if !slot.isMined {
                if slot.isToBeVoid { due.append(slot.replaceAfter) }
                due.append(max(slot.restUntil, slot.lastSent.map { $0 + rules.untilSentAgain } ?? .zero))
                if let bumpAfter = rules.bumpAfter {
                    due.append(max(slot.since + bumpAfter, slot.replaceAfter))
                }
            }
        }
        return due.filter { $0 > now }.min()
    }

    // MARK: Patience

    private mutating func expire(at now: Duration) {
        for index in slots.indices
        where slots[index].givenUp == nil && now >= slots[index].deadline && !isLeftAlone(slots[index]) {
            giveUp(index, lookFailure ?? behindGap(slots[index]) ?? late(slots[index]))
        }
        while let index = wishes.firstIndex(where: { $0.signed == nil && now >= $0.deadline }) {
            let first = slots.first { !$0.isMined }
            let waited = wishes[index].budgetWait?.failure ?? wishes[index].fundsWait?.failure
            let behind = first.map { behindGap($0) ?? late($0) }
            fail(wish: index, lookFailure ?? waited ?? behind ?? notSent)
        }
        // What a node does not take and nobody waits for is not offered again: nothing comes behind it.
        if let slot = slots.first(where: {
            !$0.isMined && $0.givenUp != nil && $0.lastSent == nil && !isBehindGap($0)
        }) {
            for index in slots.indices where slots[index].nonce > slot.nonce && slots[index].givenUp == nil {
                let isSomewhere = slots[index].lastSent != nil || slots[index].operation.state != .signed
                if !isSomewhere { giveUp(index, inTheWay(slot.operation, slot.givenUp)) }
            }
            while let index = wishes.firstIndex(where: { $0.signed == nil }) {
                fail(wish: index, inTheWay(slot.operation, slot.givenUp))
            }
        }
    }

    private var notSent: StepFailure {
        StepFailure(
            .blocked,
            code: "not-sent",
            "its turn did not come on '\(context.network)' within \(rules.patience)",
            hint: "run again; nothing was sent"
        )
    }

    private func late(_ slot: Slot) -> StepFailure {
        let name = Self.name(slot.operation)
        if slot.lastSent == nil, let ahead = contested(aheadOf: slot) {
            return inTheWay(ahead.operation, ahead.givenUp ?? late(ahead))
        }
        if let inclusion = slot.operation.inclusion, slot.isMined {
            return StepFailure(
                .blocked,
                code: "not-confirmed",
                "\(name) is in block \(inclusion.blockNumber), not yet deep enough after \(rules.patience)",
                hint: "run again: it goes on from there"
            )
        }
        if let refusal = slot.replacementRefused { return refusal }
        if slot.isHeldByOthers {
            return StepFailure(
                .blocked,
                code: "nonce-held",
                heldWords(slot),
                hint:
                    "it is signed and kept. Cancel the other one with the wallet that sent it, or wait until a block has it; then run again"
            )
        }
        let doubt =
            slot.isDoubted
            ? "; another transaction seems to have used its nonce, which no final block shows" : ""
        return StepFailure(
            .blocked,
            code: "not-mined",
            "\(name) was sent and no block has it after \(rules.patience)\(doubt)",
            hint: "run again: it is looked up, not made anew"
        )
    }
}
