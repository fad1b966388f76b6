import Ethereum
import EthereumTypes
import Ledger
import Model

/// Two machines may do the same with one key at the same time, each with a state of its own; and a machine may lose its record.
///
/// Before anything gets a nonce, the lane knows what the last nonces that are on no record were used for. A transaction that does just
/// what is asked for is that: it is put on record and taken to its end as if it were signed here, so that nothing is done twice.
extension Lane {
    /// Looks at what others sent since; nil where nothing did, or it is not to be asked for yet.
    ///
    /// Nothing gets a nonce as long as something is waited for.
    mutating func inspect(at now: Duration) -> LaneMove? {
        guard let account else { return nil }
        let unknown = strangers.unaccounted(below: account.value.count)
        guard !unknown.isEmpty else {
            strangers.since = nil
            return nil
        }
        let since = strangers.since ?? now
        strangers.since = since
        guard now < since + rules.untilSettled else {
            let failure = notAccounted(unknown, account.value)
            guard context.needsApproval else {
                strangers.pass(over: unknown)
                strangers.isSaid = true
                strangers.since = nil
                if let wish = wishes.first(where: { $0.signed == nil }) {
                    let words = "\(failure.message); it goes on all the same"
                    tell(
                        wish.ticket,
                        .warned(
                            Diagnostic(
                                .warning, failure.code, words, hint: "run one machine at a time with this key"
                            )))
                }
                return nil
            }
            while let index = wishes.firstIndex(where: { $0.operation?.nonce == nil && $0.signed == nil }) {
                fail(wish: index, failure)
            }
            return nil
        }
        guard now >= strangers.lookAfter else { return nil }
        return .inspect(Array(unknown.prefix(LaneRules.mostInspected)))
    }

    /// Takes in who used some nonces.
    mutating func inspected(_ asked: [UInt64], _ result: LaneResult, at now: Duration) {
        if case .strangers(let found, let unknown) = result {
            strangers.note(found, unknown: unknown)
            if !waitsForStrangers() { return }
            if found.isEmpty, let index = wishes.firstIndex(where: { $0.signed == nil }) {
                let them = asked.count == 1 ? "a transaction" : "\(asked.count) transactions"
                tell(
                    wishes[index].ticket,
                    .said("waits for blocks with \(them) of \(context.sender) that nothing is on record of"))
            }
        }
        strangers.lookAfter = now + min(rules.longestPoll, .seconds(1))
    }

    /// Whether a stranger's transaction is waited for or being looked at.
    mutating func waitsForStrangers() -> Bool {
        guard let account else { return false }
        return !strangers.unaccounted(below: account.value.count).isEmpty
    }

    /// Somebody else's transaction that does what a wish asks for, and that no other wish takes.
    func doing(_ wish: Wish) -> LaneStranger? {
        strangers.doing(wish.request.transaction, besides: Set(wishes.compactMap(\.stranger?.hash)))
    }

    /// Why a wish may be done already: somebody else's transaction does that, and no mark tells what it was for.
    func doubt(about wish: Wish) -> StepFailure? {
        strangers.doubt(
            about: wish.request.transaction, besides: Set(wishes.compactMap(\.stranger?.hash)),
            on: context.room)
    }

    // MARK: What was signed before

    /// Whether others may have done meanwhile what an earlier process signed, and no node was offered in this one.
    func isToBeCompared(_ slot: Slot) -> Bool {
        (slot.isRecovered || slot.isBehindOthers) && slot.wasLookedUp && !slot.wasCompared && !slot.isMined
            && slot.lastSent == nil && !slot.isUnapproved && !slot.isVoid && slot.givenUp == nil
            && !isLeftAlone(slot)
    }

    /// Somebody else's transaction has a nonce of the lane's: what has not gone out behind it is compared with what that did.
    mutating func noteOthers(_ nonce: UInt64) {
        for index in slots.indices where slots[index].nonce > nonce && slots[index].lastSent == nil {
            slots[index].isBehindOthers = true
            slots[index].wasCompared = false
            oldest = min(oldest ?? nonce, nonce)
        }
    }

    func wasCompared(_ slot: Slot) -> Bool { !isToBeCompared(slot) }

    /// Looks at what others sent since something was signed that no block has: what one of them did is not sent again.
    ///
    /// Where one has the nonce of what was signed ahead, that is proven first: it may be what comes behind it.
    mutating func compare(at now: Duration) -> LaneMove? {
        let waiting = slots.indices.filter { isToBeCompared(slots[$0]) }
        guard let oldest,
            waiting.contains(where: { !isBehindDoubt($0) })
        else { return nil }
        guard let account, now < account.at + rules.accountAge else {
            return now >= askAfter ? .ask(price: false, beyond: known) : nil
        }
        if let move = inspect(at: now) { return move }
        guard !waitsForStrangers() else { return nil }
        for index in waiting where !isBehindDoubt(index) {
            slots[index].wasCompared = true
            guard let content = slots[index].content,
                let stranger = strangers.doing(content, from: oldest, besides: slots[index].nonce)
            else { continue }
            refuse(
                index,
                StepFailure(
                    code: "sent-elsewhere",
                    "\(stranger.hash) (nonce \(stranger.nonce)), which another machine sent, does what "
                        + "\(slots[index].operation.intent.step) is to do",
                    hint: "that counts; run one machine at a time with this key",
                    recurrence: .passing
                )
            )
        }
        return nil
    }

    /// Whether somebody used the nonce of one ahead of it that was signed before, too.
    private func isBehindDoubt(_ index: Int) -> Bool {
        guard let count = account?.value.latest else { return false }
        return slots[..<index].contains {
            ($0.isRecovered || $0.isContested) && !$0.isMined && $0.nonce < count
        }
    }

    /// Whether a call may have been made by a transaction that was not looked at; nobody goes on then where plans are approved.
    func isInDoubt(_ wish: Wish) -> Bool {
        let request = wish.request.transaction
        return request.kind == .call && request.reach == .ever && !request.isToNew
            && strangers.isIncomplete(since: request.targetBlock)
    }

    var unknownHistory: StepFailure { .unknownHistory(of: context.sender, on: context.network) }

    /// Says once that calls may have been made before.
    mutating func warnOfHistory(_ wish: Wish) {
        guard !strangers.isSaid else { return }
        strangers.isSaid = true
        tell(
            wish.ticket,
            .warned(
                Diagnostic(
                    .warning, "unknown-history",
                    "\(StepFailure.unlooked(context.sender, context.network)): what of it was a call without 'unless' is made again",
                    hint: StepFailure.lookRemedy)))
    }

    /// Goes on with a wish that somebody else's transaction does: it gets that nonce and those bytes.
    ///
    /// - Returns: What is to be written next; nil where its bytes are here now.
    mutating func takeOver(wish index: Int, _ stranger: LaneStranger, at now: Duration) -> LaneMove? {
        let wish = wishes[index]
        guard let signed = stranger.signed else {
            fail(
                wish: index,
                doneElsewhere(stranger, wish.request.transaction.step, wish.request.transaction.kind))
            return next(at: now)
        }
        wishes[index].stranger = stranger
        guard let operation = wish.operation else {
            // It is paid for: no budget refuses it, and what it cost counts in the end.
            return .plan(wish.ticket, context.intent(wish.request.transaction, most: .zero))
        }
        guard operation.state == .nonce else {
            let nonce = stranger.nonce
            return .reserve(operation.id, latest: nonce, pending: nonce, open: nonce..<nonce + 1)
        }
        guard operation.nonce == stranger.nonce else {
            fail(
                wish: index,
                doneElsewhere(stranger, wish.request.transaction.step, wish.request.transaction.kind))
            return next(at: now)
        }
        wishes[index].signed = signed
        wishes[index].signedAt = now
        tellDone(by: stranger, wish.ticket)
        return nil
    }

    /// Takes in that somebody else's transaction has the nonce of a slot, and does the same: it is one more attempt.
    mutating func takeOver(slot index: Int, _ stranger: LaneStranger) {
        let slot = slots[index]
        guard let signed = stranger.signed else {
            let intent = slot.operation.intent
            return giveUp(index, doneElsewhere(stranger, intent.step, intent.kind))
        }
        tellDone(by: stranger, slot.ticket)
        // What was reserved holds: no more is decided here.
        todo.append(
            .replace(
                LaneSignature(id: slot.id, transaction: signed, isOthers: true),
                most: slot.operation.intent.spendReserved
            )
        )
    }

    /// Says, in the report too, that nothing is sent since it was done.
    private mutating func tellDone(by stranger: LaneStranger, _ ticket: LaneTicket?) {
        tell(
            ticket,
            .warned(
                Diagnostic(
                    .warning, "found-done",
                    "\(stranger.hash) (nonce \(stranger.nonce) of \(context.sender) on '\(context.network)'), which is on no record "
                        + "here, does just that: it counts, and nothing is sent",
                    hint:
                        "a run whose record was lost sent it, or another machine; run one machine at a time with this key"
                )))
    }

    func doneElsewhere(
        _ stranger: LaneStranger,
        _ step: StepID,
        _ kind: ChainOperation.Kind
    ) -> StepFailure {
        StepFailure(
            .blocked,
            code: "sent-elsewhere",
            "\(stranger.hash) of \(context.sender) on '\(context.network)' (nonce \(stranger.nonce)), which is on no record "
                + "here, does what \(step) is to do",
            hint: kind == .deploy
                ? "take over what it created with: hyperkit deployments adopt, or run one machine at a time with this key"
                : "take the call out of the manifest, or give it an 'unless'; run one machine at a time with this key"
        )
    }

    private func notAccounted(_ nonces: [UInt64], _ account: AccountState) -> StepFailure {
        let them = nonces.count == 1 ? "nonce \(nonces[0])" : "\(nonces.count) nonces from \(nonces[0]) on"
        let isInBlocks = nonces[0] < account.latest
        let why =
            isInBlocks
            ? "the node does not say what for" : "no block has what they were used for"
        return StepFailure(
            .blocked,
            code: "unknown-transactions",
            "somebody else used \(them) of \(context.sender) on '\(context.network)' since this run began, and after "
                + "\(rules.untilSettled) \(why): it may be what is to be sent here",
            hint: isInBlocks
                ? "run again, or with another endpoint; nothing was sent"
                : "run again when blocks have them, or send others with these nonces; nothing was sent"
        )
    }
}

extension StepFailure {
    /// A call may have been made by a transaction that could not be looked at, where nobody goes on in doubt.
    static func unknownHistory(of sender: Address, on network: String) -> StepFailure {
        StepFailure(
            .blocked,
            code: "unknown-history",
            "\(unlooked(sender, network)): this call may have been made already",
            hint: "\(lookRemedy); what was never made is made by a run without 'approval'; nothing was sent"
        )
    }

    /// What is to be sent may be what a transaction is that is on no record.
    static func mayBeDone(
        _ stranger: LaneStranger,
        _ obstacle: MarkObstacle,
        _ request: TransactionRequest,
        by sender: Address,
        on network: String
    ) -> StepFailure {
        let done =
            request.kind == .deploy
            ? "take over what it created with hyperkit deployments adopt"
            : "take the call out of the manifest, or give it an 'unless'"
        let (why, other) =
            switch obstacle {
            case .otherPrice:
                ("its gas limit has the mark of that, and its price has not", "give it another name")
            case .noRoom:
                (
                    "neither its price nor its gas limit had room for a mark",
                    "raise \(request.gasLimit == nil ? "limits.transactionGas" : "'gasLimit'")"
                )
            }
        return StepFailure(
            .blocked,
            code: "may-be-done",
            "\(stranger.hash) of \(sender) on '\(network)' (nonce \(stranger.nonce)), which is on no record here, does what "
                + "\(request.step) is to do and may have been sent for that: \(why)",
            hint:
                "look what it was for. Where it was that, \(done); where it was not, \(other). Nothing was sent"
        )
    }

    fileprivate static func unlooked(_ sender: Address, _ network: String) -> String {
        "\(sender) has sent transactions on '\(network)' of which neither this state directory nor a registry knows, and not all of them could "
            + "be looked at (the newest \(LaneStrangers.behind) are, as far as a node keeps old states)"
    }

    fileprivate static let lookRemedy =
        "give the call an 'unless', take it out of the manifest where it was made, bring back the registry that has it, or use an endpoint "
        + "that keeps old states"
}
