import Ethereum
import EthereumTypes
import Ledger
import Model

/// What transactions rely on: the addresses that others of the ledger create.
///
/// A reorganisation can take a contract away whose address others were told, and its nonce can go to another transaction.
/// What was signed for that address is offered no more then: its nonce is used up by a transaction that does nothing.
extension Lane {
    // MARK: Asked

    /// Whether what is to be signed or offered relies on something that is not there.
    func check(at now: Duration) -> LaneMove? {
        let signed = slots.filter { $0.isUnsure && now >= $0.checkAfter }.compactMap(reliance(of:))
        let wanted = wishes.prefix(rules.inFlight).filter {
            $0.isUnsure && $0.gasLimit != nil && now >= $0.checkAfter && !$0.isBeingRecorded
        }.map(reliance(of:))
        return signed.isEmpty && wanted.isEmpty ? nil : .check(signed + wanted)
    }

    /// Asks for it together with others of the same look.
    mutating func check(_ reliance: LaneReliance?) {
        guard let reliance else { return }
        if case .check(let reliances)? = todo.last {
            todo[todo.count - 1] = .check(reliances + [reliance])
        } else {
            todo.append(.check([reliance]))
        }
    }

    /// Something that others may rely on is not where it was.
    mutating func doubtWhatRelies() {
        for index in slots.indices {
            slots[index].isUnsure = true
            slots[index].isSound = false
            slots[index].checkAfter = .zero
        }
        for index in wishes.indices {
            wishes[index].isUnsure = true
            wishes[index].checkAfter = .zero
        }
    }

    /// Takes in whether what was asked about is there.
    mutating func checked(_ reliances: [LaneReliance], _ result: LaneResult, at now: Duration) {
        switch result {
        case .standing(let standings):
            for (reliance, standing) in zip(reliances, standings) {
                let known = reliance.named(
                    among: gone.sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
                ).first
                take(known.map { .lost($0) } ?? standing, of: reliance, at: now)
            }
        case .failed(let failure) where failure.kind == .environment: breakDown(failure)
        // Nothing is known: it is asked again.
        case .failed: for reliance in reliances { take(.waits, of: reliance, at: now) }
        default: preconditionFailure("it was asked what is relied on")
        }
    }

    private mutating func take(_ standing: LaneStanding, of reliance: LaneReliance, at now: Duration) {
        switch reliance.subject {
        case .operation(let id):
            guard let index = position(id) else { return }
            take(standing, ofSlot: index, at: now)
        case .wish(let ticket):
            guard let index = wishes.firstIndex(where: { $0.ticket == ticket }),
                !wishes[index].isBeingRecorded
            else { return }
            switch standing {
            case .firm: wishes[index].isUnsure = false
            case .waits: wishes[index].checkAfter = now + LaneRules.untilChecked
            case .left(let creation):
                let step = wishes[index].request.transaction.step
                fail(wish: index, left("\(step)", creation, "nothing was sent for it"))
            case .lost(let address): fail(wish: index, neverSent(wishes[index], address))
            }
        }
    }

    private mutating func take(_ standing: LaneStanding, ofSlot index: Int, at now: Duration) {
        slots[index].isUnsure = false
        let standing = slots[index].lost.map { .lost($0) } ?? standing
        let slot = slots[index]
        let isDone = slot.isMined && slot.isFirm && slot.operation.inclusion?.succeeded == true
        switch standing {
        case .firm:
            guard isDone, hasFirmGround(slot) else { return }
            slots[index].isSound = true
            guard let ticket = slot.ticket else { return }
            tell(ticket, .confirmed(slot.operation))
            close(index)
        case .waits:
            guard !slot.isMined else { return }
            slots[index].isUnsure = true
            slots[index].checkAfter = now + LaneRules.untilChecked
        case .left(let creation):
            guard !slot.isMined || isDone else { return }
            slots[index].isUnsure = !slot.isMined
            slots[index].checkAfter = now + LaneRules.untilChecked
            let name = "\(Self.name(slot.operation)) of \(slot.operation.intent.step)"
            giveUp(index, left(name, creation, "it is kept as it is until then"))
        case .lost(let address):
            slots[index].lost = address
            if let created = slot.creates { gone.insert(created) }
            if isDone, let ticket = slot.ticket {
                tell(ticket, .stranded(slot.operation, stranded(slots[index])))
                close(index)
            } else if !slot.isMined, slot.lost == nil {
                tell(slot.ticket, .said("\(Self.name(slot.operation)) relies on \(address), which is lost"))
                endUnlessSomebodySigns(index)
            }
        }
    }

    /// Where nobody can sign what uses up its nonce, whoever waits need not; another who signs may come.
    private mutating func endUnlessSomebodySigns(_ index: Int) {
        guard signer(for: slots[index]) == nil else { return }
        tell(slots[index].ticket, .failed(slots[index].unwanted ?? stranded(slots[index])))
        slots[index].ticket = nil
    }

    /// Has the nonce of what is not wanted any more used up.
    mutating func refuse(_ index: Int, _ failure: StepFailure) {
        guard !slots[index].isMined, slots[index].unwanted == nil else { return }
        slots[index].unwanted = failure
        if let created = slots[index].creates { gone.insert(created) }
        tell(
            slots[index].ticket,
            .said("\(Self.name(slots[index].operation)) is not sent any more: \(failure.message)"))
        endUnlessSomebodySigns(index)
    }

    // MARK: Used up

    /// Where the transaction is that relies on what is lost and whose nonce is to be used up now.
    func voidable(at now: Duration) -> Int? {
        slots.firstIndex { slot in
            slot.isToBeVoid && !slot.isUnapproved && !slot.isVoid && slot.wasLookedUp
                && !slot.isDoubted
                && now >= slot.replaceAfter && signer(for: slot) != nil
        }
    }

    /// Who can sign for a slot: all who sign in a lane sign for its sender.
    func signer(for slot: Slot) -> (any TransactionSigner)? {
        if let signer = slot.signer { return signer }
        guard slot.isToBeVoid else { return nil }
        return slots.lazy.compactMap(\.signer).first ?? wishes.first?.request.signer
    }

    func mayPayMore(_ slot: Slot) -> Bool {
        (slot.isVoid ? slot.voids.count : slot.operation.attempts.count) <= rules.maxBumps
    }

    // MARK: Who relies on whom

    /// What an earlier process left.
    func recovered(_ operation: ChainOperation, at now: Duration) -> Slot {
        let signed = operation.attempts.map { try? SignedTransaction(raw: $0.rawTransaction).transaction }
        return Slot(
            operation: operation,
            isRecovered: true,
            wasLookedUp: false,
            since: now,
            deadline: now + rules.patience,
            latest: signed.last ?? nil,
            content: signed.first ?? nil,
            voids: Set(
                zip(operation.attempts, signed).compactMap { attempt, transaction in
                    transaction?.isVoid(of: context.sender) == true ? attempt.hash : nil
                }
            ),
            isUnsure: true
        )
    }

    /// Notes on which of those ahead of it each relies; once, for data may be long.
    mutating func noteFoundations() {
        for index in slots.indices where slots[index].foundations == nil {
            let named = reliance(of: slots[index])?.named(among: slots[..<index].compactMap(\.creates)) ?? []
            slots[index].foundations = Set(
                slots[..<index].filter { $0.creates.map(named.contains) ?? false }.map(\.id))
        }
    }

    /// Whether all of this lane that it relies on is settled, or is known to be lost.
    ///
    /// Each is settled after what itself relies on, so that this holds through others too.
    func hasFirmGround(_ slot: Slot) -> Bool {
        guard let foundations = slot.foundations, !foundations.isEmpty else { return true }
        return slots.allSatisfy { !foundations.contains($0.id) || $0.isSound || $0.lost != nil }
    }

    /// Whether somebody waits for one that relies on it, through others too, and it is not settled.
    func isReliedOn(_ slot: Slot) -> Bool {
        guard !slot.isSound else { return false }
        var reliedOn: Set<ChainOperation.ID> = []
        for other in slots.reversed()
        where other.isMined && (other.ticket != nil || reliedOn.contains(other.id)) {
            reliedOn.formUnion(other.foundations ?? [])
        }
        return reliedOn.contains(slot.id)
    }

    func reliance(of slot: Slot) -> LaneReliance? {
        slot.content.map {
            LaneReliance(
                subject: .operation(slot.id),
                to: $0.to,
                data: $0.data,
                block: slot.isMined ? slot.operation.inclusion?.blockNumber : nil
            )
        }
    }

    private func reliance(of wish: Wish) -> LaneReliance {
        let transaction = wish.request.transaction
        return LaneReliance(subject: .wish(wish.ticket), to: transaction.to, data: transaction.data)
    }

    // MARK: Words

    /// Why a contract will not be where others were told that it is.
    func addressLost(_ slot: Slot, _ address: Address) -> StepFailure {
        StepFailure(
            .blocked,
            code: "address-lost",
            "the block of '\(context.network)' that created \(address) is gone, and another transaction used nonce \(slot.nonce) of "
                + "\(context.sender): nothing will be at this address, which others were told",
            hint: "somebody else signs with this key. Run again: it is made anew, with all that relied on it"
        )
    }

    /// Why the nonce of one was used up: in an earlier process, where nothing here says it.
    func usedUp(_ slot: Slot) -> StepFailure {
        slot.unwanted ?? (slot.lost == nil && !slot.isTold ? Self.unasked : stranded(slot))
    }

    /// Why one that relies on a lost address is there for nothing, or is not sent any more.
    ///
    /// What only an earlier process told of is made anew at once: nobody in this one was told of the lost address.
    func stranded(_ slot: Slot) -> StepFailure {
        let address = slot.lost.map { " \($0)" } ?? ""
        let what = slot.operation.inclusion.map { slot.isMined && !slot.voids.contains($0.transactionHash) }
        let isThere = what ?? false
        let words =
            "\(Self.name(slot.operation)) of \(slot.operation.intent.step) relies on the address\(address), which a "
            + "reorganisation of '\(context.network)' took away for good"
        if slot.isRecovered, !slot.isTold, !isThere {
            return StepFailure(
                code: "address-lost", words, hint: "it is not sent any more; it is made anew",
                recurrence: .passing)
        }
        return StepFailure(
            .blocked,
            code: "address-lost",
            words,
            hint: isThere
                ? "it goes on record as what it is. Run again: it is made anew with what is there then"
                : "it is not sent any more. Run again: it is made anew with what is there then"
        )
    }

    /// Why nobody can say whether a contract will be where others were told that it is.
    private func left(_ subject: String, _ creation: UnsettledCreation, _ outcome: String) -> StepFailure {
        StepFailure(
            .blocked,
            code: "address-unsettled",
            "\(subject) relies on \(creation.address), and what \(creation.sender) sent for \(creation.step) of project "
                + "'\(creation.project)' to create that is \(creation.state.rawValue): this run does not take it to its end",
            hint: "run what has that step: it is looked up, not made anew. Then run this again; \(outcome)"
        )
    }

    private func neverSent(_ wish: Wish, _ address: Address) -> StepFailure {
        StepFailure(
            .blocked,
            code: "address-lost",
            "\(wish.request.transaction.step) relies on \(address), which a reorganisation of '\(context.network)' took away "
                + "for good",
            hint: "nothing was sent for it. Run again: it is made with what is there then"
        )
    }
}

extension Transaction {
    /// A transaction that uses up the nonce of this one at its price and does nothing.
    func void(by sender: Address) -> Transaction {
        // It needs 21,000; some chains count more for what they publish elsewhere.
        let gasLimit = min(gasLimit, 63_000)
        return Transaction(form: form, nonce: nonce, gasLimit: gasLimit, to: sender, value: .zero, data: [])
    }

    /// Whether it does nothing but use up a nonce.
    func isVoid(of sender: Address) -> Bool { to == sender && value == .zero && data.isEmpty }
}
