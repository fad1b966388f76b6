import Ethereum
import EthereumTypes
import Ledger
import Model

/// The transactions of one sender on one chain, as a machine without clock, disk, keys or network.
///
/// What is durable and what was seen decide what is done next (``next(at:)``); whoever drives it does that and says how it
/// ended (``ended(_:_:at:)``). Recovery is the same machine, started from the operations that are stored. The order of
/// its moves is the protocol: intent, nonce and bytes are durable before the bytes leave; an answer that proves nothing
/// counts as sent; the same bytes are sent again, never others under another nonce.
struct Lane: Sendable {
    let rules: LaneRules
    let context: LaneContext
    /// By nonce.
    var slots: [Slot] = []
    var wishes: [Wish] = []
    /// Durable consequences of what was seen: they go ahead of everything.
    var todo: [LaneMove] = []
    var account: (value: AccountState, at: Duration)?
    /// The nonce behind those of all operations that have their end.
    var settled: UInt64
    /// What others send with the key meanwhile.
    var strangers: LaneStrangers
    /// From which nonce on others may have done what is signed: the first of what earlier processes left, or one that others took.
    var oldest: UInt64?
    /// How often in a row answers of how many transactions the sender has contradicted each other.
    var contradictions = 0
    /// Before that it is not asked again.
    var askAfter: Duration = .zero
    /// How many of the sender's transactions were in blocks when a look last asked.
    var seenCount: UInt64?
    /// The newest block that any answer knew of.
    var newestHead: UInt64 = 0
    /// Nonces that nobody has used, below one that waits.
    var gap: NonceGap?
    /// Before that nobody is asked for gaps.
    var nextSurvey: Duration = .zero
    var price: (value: GasPrice, at: Duration)?
    var nextLook: Duration = .zero
    var lookWait = LaneRules.firstPoll
    /// Whether the latest look found a transaction in a block: those behind it may be there too.
    var isMoving = false
    /// The block in which the latest look found a transaction where it did not ask for all those behind it.
    var looksBehind: Hash?
    var clock: BlockClock
    var lookFailure: StepFailure?
    /// Addresses that nothing will be at, or nothing that counts, and that others may have been told of in this process.
    var gone: Set<Address> = []
    /// Whether the node takes nothing of several at once.
    var sendsOneByOne = false
    /// Why the ledger cannot be relied on: nothing is done any more.
    var broken: StepFailure?
    private(set) var blocked: [ChainOperation] = []
    private var notices: [(LaneTicket, LaneNotice)] = []
    private var lastTicket = 0

    /// Takes up what `stored` says is open in this lane.
    ///
    /// `settled`: the nonce behind those of all that is not open any more. `record`: what else is on record of the sender.
    init(
        _ rules: LaneRules,
        _ context: LaneContext,
        stored: [ChainOperation],
        settled: UInt64 = 0,
        record: LaneRecord = LaneRecord(),
        at now: Duration
    ) {
        self.rules = rules
        self.context = context
        self.settled = settled
        strangers = LaneStrangers(of: context.sender, record)
        clock = BlockClock(rules.blockTime)
        for operation in stored {
            switch operation.state {
            case .planned, .nonce:
                todo.append(
                    .withdraw(operation.id, reason: "an earlier run ended before it was signed"))
                if let nonce = operation.nonce { strangers.disown(nonce) }
            case .signed, .sent, .included:
                slots.append(recovered(operation, at: now))
                slots[slots.count - 1].isUnapproved = record.unapproved.contains(operation.id)
            case .blocked: blocked.append(operation)
            case .final, .reverted, .foreign, .withdrawn: continue
            }
        }
        slots.sort { $0.nonce < $1.nonce }
        oldest = slots.first?.nonce
        for slot in slots { strangers.own(slot.nonce) }
        noteFoundations()
    }

    /// Asks for a transaction; it gets its place behind all that was asked for before.
    mutating func submit(_ request: LaneRequest, at now: Duration) -> LaneTicket {
        let ticket = makeTicket()
        giveTime(at: now)
        if let broken {
            tell(ticket, .failed(broken))
        } else if let operation = blocked.first {
            tell(ticket, .failed(inTheWay(operation)))
        } else if let slot = slots.first(where: { $0.givenUp != nil && !$0.isMined && !isBehindGap($0) }) {
            tell(ticket, .failed(inTheWay(slot.operation, slot.givenUp)))
        } else {
            wishes.append(
                Wish(
                    ticket: ticket,
                    request: request,
                    deadline: now + rules.patience,
                    gasLimit: request.gasLimit
                )
            )
            tellPlaces()
            let ahead = wishes.count - 1 + slots.count { !$0.isMined }
            if ahead > 0 {
                tell(ticket, .said("waiting for its turn on '\(context.network)', \(ahead) ahead of it"))
            }
        }
        return ticket
    }

    /// Waits for an operation that is stored; `signer` may replace its transaction by one that pays more, with the `mark` of what it is
    /// for and `within` what is allowed, or by one that does nothing where it is `unwanted`.
    mutating func attach(
        _ id: ChainOperation.ID,
        signer: (any TransactionSigner)?,
        mark: OperationMark,
        within allowance: Allowance = .unlimited,
        unwanted: StepFailure? = nil,
        at now: Duration
    ) -> LaneTicket {
        let ticket = makeTicket()
        if let broken {
            tell(ticket, .failed(broken))
        } else if let operation = blocked.first(where: { $0.id == id }) {
            tell(ticket, .failed(inTheWay(operation)))
        } else if let index = position(id) {
            giveTime(at: now)
            slots[index].ticket = ticket
            slots[index].wasAskedFor = true
            slots[index].signer = signer
            slots[index].mark = mark
            slots[index].allowance = allowance
            slots[index].deadline = now + rules.patience
            slots[index].givenUp = nil
            slots[index].asksForMore = nil
            slots[index].refusals = 0
            slots[index].replacementRefused = nil
            slots[index].replaceAfter = .zero
            // It is seen anew for whoever waits now.
            if isBehindGap(slots[index]) { gap = nil }
            tell(ticket, .said("going on with \(Self.name(slots[index].operation))"))
            tell(ticket, .placed)
            if let unwanted { refuse(index, unwanted) }
            // Nobody waited, so its block may be gone: it is told of when it was seen.
            slots[index].isHeard = false
            slots[index].receipt = nil
            nextLook = now
        } else {
            tell(
                ticket,
                .failed(
                    StepFailure(
                        .blocked, code: "lane-blocked", "operation \(id) is not open in its lane any more",
                        hint: "run again"))
            )
        }
        return ticket
    }

    /// Nobody waits for it any more; what was signed goes on, what was not is given up.
    mutating func leave(_ ticket: LaneTicket) {
        for index in slots.indices where slots[index].ticket == ticket { slots[index].ticket = nil }
        guard let index = wishes.firstIndex(where: { $0.ticket == ticket }) else { return }
        // Where its bytes are being written it becomes a slot that nobody waits for. Where its signature is on its way that
        // finds no wish, and nothing of it is sent.
        if wishes[index].isBeingRecorded {
            wishes[index].wasLeft = true
        } else {
            _ = remove(wish: index, "the run was interrupted before it was signed")
        }
    }

    /// What those who wait are to be told, in order; each once.
    mutating func takeNotices() -> [(LaneTicket, LaneNotice)] {
        defer { notices = [] }
        return notices
    }

    // MARK: Parts that moves and results share

    mutating func tell(_ ticket: LaneTicket?, _ notice: LaneNotice) {
        if let ticket { notices.append((ticket, notice)) }
    }

    /// Tells the next wishes that they have their places: few enough that what is asked for ahead of its turn stays little.
    mutating func tellPlaces() {
        for index in wishes.indices.prefix(rules.inFlight) where !wishes[index].isPlaced {
            wishes[index].isPlaced = true
            tell(wishes[index].ticket, .placed)
        }
    }

    func position(_ id: ChainOperation.ID) -> Int? { slots.firstIndex { $0.id == id } }

    /// Ends a slot for whoever waits; its operation stays as it is stored.
    mutating func giveUp(_ index: Int, _ failure: StepFailure) {
        tell(slots[index].ticket, .failed(failure))
        slots[index].ticket = nil
        slots[index].givenUp = failure
    }

    /// Ends a wish for whoever waits; a nonce that it holds is given back, for nothing behind it is mined before.
    mutating func fail(wish index: Int, _ failure: StepFailure) {
        tell(remove(wish: index, failure.message).ticket, .failed(failure))
    }

    /// Takes a wish away with what was planned for it.
    ///
    /// Those behind it that have nonces get others: none is left out, and nothing that was signed for them is written or sent.
    private mutating func remove(wish index: Int, _ reason: String) -> Wish {
        let wish = wishes.remove(at: index)
        tellPlaces()
        guard let operation = wish.operation, broken == nil else { return wish }
        todo.append(.withdraw(operation.id, reason: reason))
        giveBack(from: index, "one ahead of it was given up")
        return wish
    }

    /// Has wishes from one on begin anew: nothing that was planned or signed for them is written or sent.
    mutating func giveBack(from first: Int, _ reason: String) {
        for index in wishes.indices[first...] {
            guard let operation = wishes[index].operation else { continue }
            todo.append(.withdraw(operation.id, reason: reason))
            wishes[index].operation = nil
            wishes[index].stranger = nil
            wishes[index].price = nil
            wishes[index].signed = nil
            wishes[index].signedAt = nil
        }
    }

    /// The ledger failed: what is durable is all that counts now.
    mutating func breakDown(_ failure: StepFailure) {
        broken = failure
        todo = []
        for index in slots.indices { giveUp(index, failure) }
        while !wishes.isEmpty { fail(wish: 0, failure) }
    }

    mutating func tellIncluded(_ index: Int) {
        guard slots[index].operation.inclusion?.succeeded == true, let ticket = slots[index].ticket else {
            return
        }
        slots[index].isTold = true
        slots[index].isHeard = true
        tell(ticket, .included(slots[index].operation))
    }

    /// Has a slot ended whose block is deep and was seen to be still the block; one that nobody waits for stays.
    mutating func settle(_ index: Int) {
        let slot = slots[index]
        guard slot.isMined, let inclusion = slot.operation.inclusion,
            let seen = slot.receipt, seen.block == inclusion.blockHash,
            rules.isDeep(inclusion.blockNumber, below: seen.head)
        else { return }
        slots[index].isFirm = true
        guard slot.ticket != nil || inclusion.succeeded && isReliedOn(slot) else { return }
        guard inclusion.succeeded else {
            let why = slot.unwanted == nil ? "what it relied on is lost" : "it was not wanted any more"
            let reason =
                slot.voids.contains(inclusion.transactionHash)
                ? "\(why), and its nonce was used up" : "the transaction reverted"
            todo.append(.revert(slot.id, reason: reason))
            return
        }
        // What it relies on in this lane is in the same block or an earlier one, and settled first.
        if slot.lost != nil || hasFirmGround(slot) { check(reliance(of: slot)) }
    }

    func inTheWay(_ operation: ChainOperation, _ failure: StepFailure? = nil) -> StepFailure {
        StepFailure(
            .blocked,
            code: "lane-blocked",
            "\(Self.name(operation)) of \(operation.intent.step) is \(operation.state.rawValue): "
                + "\(failure?.message ?? operation.error ?? "")",
            hint: "nothing is sent behind it until it is settled"
        )
    }

    static func name(_ operation: ChainOperation) -> String {
        guard let attempt = operation.attempts.last, let nonce = operation.nonce else {
            return "operation \(operation.id)"
        }
        return "\(attempt.hash.short) (nonce \(nonce))"
    }

    mutating func makeTicket() -> LaneTicket {
        lastTicket += 1
        return LaneTicket(rawValue: lastTicket)
    }
}
