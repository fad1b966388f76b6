import EthereumTypes
import Model
import Support

@testable import Ethereum
@testable import Ledger
@testable import Steps

/// One seed: the real ``Lane`` between a fake disk, a fake chain and steps that wait, until every step has its end.
///
/// First everything goes wrong that can; then it calms down, and what is asked for must come about. There is no
/// concurrency and no real time: the same seed is the same run.
struct LaneSimulation {
    /// In which order the driver does things; all but the first are mistakes.
    enum Habit: Sendable {
        case proper
        case sendsBeforeItRecords
        case signsAnewAfterACrash
        case takesAbsenceForProof
        /// Offers again what is signed, whatever became of the addresses that it relies on.
        case takesAddressesOnTrust
        /// Does not look at what others send with the key.
        case takesNoNoticeOfOthers
    }

    /// What is wrong; the first letters name the kind.
    struct Problem: Hashable, Sendable, CustomStringConvertible {
        enum Kind: String, Sendable {
            case double, lost, gap, zombie, tooEarly, stuck, busy, refused, overspent, unfinished, untold
            /// Offered to nothing, though it was known; called done, though what it relies on is gone.
            case intoNothing, untrue
            /// Waited to its deadline behind nonces that nobody uses.
            case hung
        }

        var kind: Kind
        var words: String
        var description: String { "\(kind.rawValue): \(words)" }
    }

    /// A step that wants one deployment, or one call.
    struct Step {
        enum State: Equatable {
            case idle, over, done
            case waiting(LaneTicket, since: Duration)
            /// Confirmed; the step has yet to say so to the ledger.
            case finishing(ChainOperation.ID)
        }

        let id: StepID
        /// What its data begin with.
        let data: [UInt8]
        let value: Wei
        /// The step whose contract it names, by number.
        var uses: Int?
        /// Whether it calls that contract.
        var isCall = false
        /// Where its contract is, as it was told in this process or is on record.
        var address: Address?
        /// Whether it waits for what was sent with another address than it would be now.
        var isOther = false
        var state = State.idle
        /// Whether another machine did it while no process was there to see it, and a person says so.
        var isAdopted = false
        /// Attempts of this process to have it.
        var tries = 0
        /// What tells it from another's equal one.
        var mark: OperationMark { OperationMark(id.rawValue) }
    }

    let seed: UInt64
    let settings: LaneSettings
    let habit: Habit
    /// Crash at this move of the first process, and at no other.
    let crash: (move: Int, isAfter: Bool)?
    var random: SeededRandom
    var chain: LaneFakeChain
    var journal: LaneFakeJournal
    var lane: Lane
    var steps: [Step]
    var now: Duration = .zero
    var nextBlock: Duration = .zero
    var isCalm = false
    var isDead = false
    /// Moves in all, and those since time last went on.
    var moves = 0
    var movesAtOnce = 0
    /// Looks since the last rest.
    var looksInARow = 0
    var census = LaneCensus()
    /// Foreign transactions that nobody asked for.
    var strangers = 0
    /// The steps that another machine does too.
    var twins: Set<StepID> = []
    /// Open nonces that a person was told of.
    var toFill: Set<Int> = []
    /// What its transactions had cost when the process began.
    var paidBefore = Wei.zero
    var problems: [Problem] = []
    /// What was done, in words; nil: nobody wants to know.
    let trace: LaneTrace?

    init(
        _ seed: UInt64,
        habit: Habit = .proper,
        settings: LaneSettings? = nil,
        crash: (move: Int, isAfter: Bool)? = nil,
        isTraced: Bool = false
    ) {
        self.seed = seed
        self.habit = habit
        self.crash = crash
        var random = SeededRandom(seed: seed)
        var settings = settings ?? LaneSettings(&random)
        if habit == .takesAddressesOnTrust { settings.losesAddresses() }
        if habit == .takesNoNoticeOfOthers { settings.hasTwins = true }
        self.settings = settings
        self.random = random
        chain = LaneFakeChain(nodes: settings.nodes)
        chain.isStrict = settings.isStrict
        chain.refusesGaps = settings.refusesGaps
        journal = LaneFakeJournal(limits: settings.rules.limits)
        journal.remembers = isTraced
        lane = Lane(settings.rules, settings.context(run: 0), stored: [], at: .zero)
        steps = (0..<settings.steps).map { number in
            // A chain of three: a contract, one that is made with its address, and a call to that.
            let uses = settings.relies && number % 3 > 0 ? number - 1 : nil
            let isCall = uses != nil && number % 3 == 2
            return Step(
                id: .deploy("c\(number)", on: "sim"),
                data: [0x60, UInt8(number)],
                value: Wei(number == 1 || isCall ? 1_000 : 0),
                uses: uses,
                isCall: isCall
            )
        }
        trace = isTraced ? LaneTrace() : nil
    }

    /// Plays it to its end.
    mutating func play() {
        census.seeds = 1
        let last = settings.wildProcesses + 14
        for process in 0..<last where steps.contains(where: { $0.state != .done }) {
            if process == settings.wildProcesses { calmDown() }
            runProcess(process)
            fillGaps()
            // Whoever starts the next one takes some time.
            pass(chance(2) ? .seconds(1) : .seconds(Int.random(in: 1...90, using: &random)))
        }
        calmDown()
        for _ in 0..<40 { pass(settings.blockTime) }
        check()
    }

    private mutating func runProcess(_ number: Int) {
        census.processes += 1
        if isDead, chance(3) { losePower() }
        isDead = false
        if habit == .signsAnewAfterACrash { journal.forgetWhatWasSigned() }
        checkPaid()
        journal.begin(settings.context(run: number).run)
        lane = Lane(
            settings.rules, settings.context(run: number), stored: journal.open, settled: journal.settled,
            record: LaneRecord(nonces: journal.nonces), at: now)
        note("process \(number)\(isCalm ? ", calm" : "")")
        for index in steps.indices where steps[index].state != .done {
            steps[index].state = .idle
            steps[index].tries = 0
            steps[index].address = nil
        }
        adoptTwins()
        let first = moves
        if settings.beginsAtOnce { while beginAStep() {} }
        while !isDead, moves - first < 4_000 {
            steer()
            let move = lane.next(at: now)
            hear()
            moves += 1
            movesAtOnce += 1
            census.count(move)
            guard movesAtOnce < 400 else {
                return found(.busy, "400 moves at one moment; the last: \(LaneCensus.name(move))")
            }
            if case .look = move { looksInARow += 1 }
            guard looksInARow < 40 else { return found(.busy, "40 looks without a rest") }
            if case .rest(let until) = move {
                looksInARow = 0
                if !rest(until) { return }
                continue
            }
            note(move)
            guard let result = perform(move) else { return }
            lane.ended(move, result, at: now)
            hear()
        }
        if !isDead { found(.busy, "a process made 4000 moves") }
    }

    /// Lets time go by; whether the process goes on.
    private mutating func rest(_ until: Duration?) -> Bool {
        if beginAStep() { return true }
        guard let until else {
            let waiting = steps.filter { if case .waiting = $0.state { true } else { false } }
            if !waiting.isEmpty { found(.stuck, "rests for ever while \(waiting.map(\.id)) wait") }
            return finishSteps() && readyStep != nil
        }
        guard until > now else {
            found(.busy, "rests until \(until) at \(now)")
            return false
        }
        pass(until - now)
        checkPatience()
        return true
    }

    /// The machine went down with the process: what was not on the disk is gone, and who was told of it asks again.
    private mutating func losePower() {
        let lost = journal.losePower()
        guard lost > 0 else { return }
        census.count(.powerLoss)
        note("power fails, and \(lost) writes with it")
        for index in steps.indices where steps[index].state == .done {
            let last = journal.operations.last { $0.intent.step == steps[index].id }
            if last?.state != .final {
                steps[index].state = .idle
                steps[index].address = nil
            }
        }
    }

    // MARK: Steps

    /// What steps do by themselves between two moves.
    private mutating func steer() {
        if chance(3) { _ = beginAStep() }
        if chance(3) { _ = finishSteps() }
        if !isCalm, chance(settings.rarity * 20) { walkAway() }
        if !isCalm, chance(settings.rarity * 20) { comeBack() }
    }

    /// A step that waits for nothing but its turn.
    private var readyStep: Int? {
        steps.firstIndex { step in
            step.state == .idle && step.uses.map { steps[$0].address != nil } ?? true
        }
    }

    /// A step asks for its deployment, or for what is left of it; whether one did.
    mutating func beginAStep() -> Bool {
        guard let index = readyStep else { return false }
        let step = steps[index]
        let open = journal.unfinished(step.id)
        let used = step.uses.flatMap { steps[$0].address }
        let ticket: LaneTicket
        if let open, !open.attempts.isEmpty {
            steps[index].isOther = content(of: open).map { needed($0, by: step) != used } ?? false
            note("\(step.id) attaches to \(open.id)")
            ticket = lane.attach(
                open.id, signer: chance(5) ? nil : LaneFakeSigner(), mark: step.mark, at: now)
        } else {
            note("\(step.id) submits")
            steps[index].isOther = false
            let request = TransactionRequest(
                step: step.id,
                kind: step.isCall ? .call : .deploy,
                to: step.isCall ? used : nil,
                data: step.data + (step.isCall ? [] : used?.bytes ?? []),
                value: step.value,
                mark: step.mark
            )
            ticket = lane.submit(
                LaneRequest(transaction: request, signer: LaneFakeSigner()), at: now)
        }
        steps[index].state = .waiting(ticket, since: now)
        steps[index].tries += 1
        return true
    }

    /// Nobody waits any more for one of them.
    mutating func walkAway() {
        guard
            let index = steps.indices.filter({ if case .waiting = steps[$0].state { true } else { false } })
                .randomElement(using: &random), case .waiting(let ticket, _) = steps[index].state
        else { return }
        census.count(.walkedAway)
        note("\(steps[index].id) walks away")
        lane.leave(ticket)
        steps[index].state = .over
    }

    /// One that failed or went away tries again in the same process.
    private mutating func comeBack() {
        let over = steps.indices.filter { steps[$0].state == .over && steps[$0].tries < 3 }
        guard let index = over.randomElement(using: &random) else { return }
        census.count(.comesBack)
        steps[index].state = .idle
    }

    /// What is confirmed becomes final; whether the process lives on.
    private mutating func finishSteps() -> Bool {
        for index in steps.indices {
            guard case .finishing(let id) = steps[index].state else { continue }
            if diesHere() {
                census.count(.crashOfAStep)
                return false
            }
            do throws(LedgerError) {
                _ = try journal.finish(id)
                if steps[index].isOther {
                    note("\(steps[index].id) was another, and is made anew")
                    steps[index].state = .idle
                } else {
                    note("\(steps[index].id) is done")
                    census.deployments += 1
                    steps[index].state = .done
                }
            } catch {
                found(.refused, "final: \(error)")
                steps[index].state = .over
            }
        }
        return true
    }

    /// What relies on what is gone goes on record as what it is.
    private mutating func leave(_ operation: ChainOperation) {
        do throws(LedgerError) {
            let isToNothing =
                content(of: operation).flatMap(\.to).map { chain.creation(of: $0) == nil } ?? false
            _ = isToNothing ? try journal.strand(operation.id) : try journal.finish(operation.id)
        } catch {
            found(.refused, "left: \(error)")
        }
    }

    /// Tells the steps what the lane says.
    mutating func hear() {
        for (ticket, notice) in lane.takeNotices() {
            let index = steps.firstIndex {
                if case .waiting(ticket, _) = $0.state { true } else { false }
            }
            guard let index else { continue }
            switch notice {
            case .confirmed(let operation):
                checkConfirmed(operation, for: steps[index].id)
                note("\(steps[index].id) confirmed")
                if !steps[index].isOther {
                    steps[index].address = operation.attempts.first?.predictedAddress
                }
                steps[index].state = .finishing(operation.id)
            case .stranded(let operation, let failure):
                census.count(.strandedThere)
                note("\(steps[index].id) is there for nothing: \(failure.message)")
                steps[index].state = .over
                leave(operation)
            case .included(let operation) where !steps[index].isOther:
                steps[index].address = operation.attempts.first?.predictedAddress
            case .failed(let failure):
                census.count(failure: failure.code)
                if failure.code == "address-lost" { census.count(.lostAddress) }
                if failure.code == "counts-differ" { census.count(.countsDiffer) }
                if failure.code == "nonce-gap" { hear(gap: failure) }
                if isCalm, failure.code == "not-mined", hasGap { found(.hung, failure.message) }
                note("\(steps[index].id) fails: \(failure.code) \(failure.message)")
                let again = failure.recurrence == .passing && steps[index].tries < 3
                steps[index].state = again ? .idle : .over
            case .placed, .included, .said, .warned: break
            }
        }
    }

    // MARK: Small parts

    /// The steps that take what they have on its way to its end.
    var atWork: Set<StepID> {
        Set(
            steps.filter { step in
                switch step.state {
                case .waiting, .finishing: true
                case .idle, .over, .done: false
                }
            }.map(\.id))
    }

    mutating func chance(_ rarity: Int) -> Bool { Int.random(in: 0..<max(rarity, 1), using: &random) == 0 }

    /// Whether it is killed at this place, by the dice or by plan.
    mutating func diesHere() -> Bool {
        guard !isCalm, crash == nil, settings.crashRarity > 0, chance(settings.crashRarity) else {
            return false
        }
        note("killed")
        isDead = true
        return true
    }

    mutating func found(_ kind: Problem.Kind, _ words: String) {
        note("PROBLEM \(kind.rawValue): \(words)")
        problems.append(Problem(kind: kind, words: words))
    }
}
