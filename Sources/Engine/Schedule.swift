package import Model

/// Which steps wait, are looked up, work, rest until another attempt, and have ended: all that a scheduler decides.
///
/// It has no clock and starts nothing: it is told what happened and when, and says what to begin, so that the same
/// decisions can be driven by tasks or by a simulation. Its size is linear in the plan; no decision looks at all steps.
///
/// A step is first looked up, which takes no pool and may end it: a stored result stands in. Only what must be done
/// waits for its pools.
package struct Schedule: Sendable {
    /// What to begin.
    package enum Command: Hashable, Sendable {
        /// See whether there is a result already, for each of these steps.
        case look([Int])
        /// Do the work of these steps together, in one attempt of each.
        case perform([Int])
    }

    /// Why nothing more is started.
    package enum Stop: Hashable, Sendable { case failure, cancellation, deadline }

    /// What an outcome leads to.
    package enum Consequence: Hashable, Sendable {
        /// The step has ended so; others were skipped because of it, each with the step that is the cause.
        case ended(Outcome, skipped: [Skipped])
        /// It is tried again.
        case rests(until: Duration)
        /// It is done again, after those whose content it found lost.
        case rewinds
        /// What was lost of it is there again, or cannot be: its first end stands, and who waited for it goes on.
        case madeAgain
    }

    package struct Skipped: Hashable, Sendable {
        package let position: Int
        package let cause: StepID
    }

    private struct Rest {
        let due: Duration
        let rank: Int
        let failure: StepFailure
    }

    package private(set) var outcomes: [Outcome?]
    /// How often each step has been begun.
    package private(set) var attempts: [Int32]
    /// How many steps are looked up, or work.
    package private(set) var looking = 0
    package private(set) var performing = 0
    private var looks = 0
    private var stop: Stop?

    private static let mostLooks = 32
    /// How often a step waits for lost content before its failure stands.
    private static let mostRewinds = 3

    private let outline: Outline
    private let rules: RunRules
    private let graph: Graph
    private var waiting: [Int32]
    /// Positions by rank, the most urgent first, and back.
    private let order: [Int32]
    private let ranks: [Int32]
    private var toLook: Heap
    private var queue = WorkQueue()
    private var batches: [Int: Batch] = [:]
    private var resting: [Rest] = []
    private var pools: Pools
    /// What the batch that a step works in has taken, at the batch's first step.
    private var shares: [Int: (claims: [Claim], left: Int)] = [:]
    private var batchHeads: [Int: Int] = [:]
    /// The latest milestone of steps that came to one and have not ended.
    private var milestones: [Int: UInt8] = [:]
    /// Steps that are done again though they have ended well, each with those that found its content lost.
    private var remade: [Int: [Int]] = [:]
    private var rewinds: [Int: Int] = [:]
    /// Whether any step has ended other than well.
    private var hasBadEnd = false

    /// - Parameters:
    ///   - plan: What to do.
    ///   - rules: Within which bounds.
    ///   - urgency: For each position how long the work behind it takes; the longest goes first, equals in plan order.
    ///   - isEffect: Whether a step need not be looked up: it is done in any case.
    package init<Work>(
        _ plan: Plan<Work>,
        rules: RunRules,
        urgency: [Duration]? = nil,
        isEffect: (Plan<Work>.Step) -> Bool = { _ in false }
    ) {
        self.init(Outline(plan, isEffect: isEffect), rules: rules, urgency: urgency)
    }

    init(_ outline: Outline, rules: RunRules, urgency: [Duration]?) {
        self.outline = outline
        self.rules = rules
        graph = Graph(outline)
        waiting = graph.waiting
        outcomes = [Outcome?](repeating: nil, count: outline.ids.count)
        attempts = [Int32](repeating: 0, count: outline.ids.count)
        pools = Pools(rules)
        var order = outline.ids.indices.map { Int32($0) }
        if let urgency {
            order.sort { left, right in
                let (a, b) = (urgency[Int(left)], urgency[Int(right)])
                return a == b ? left < right : a > b
            }
        }
        self.order = order
        var ranks = order
        for (rank, position) in order.enumerated() { ranks[Int(position)] = Int32(rank) }
        self.ranks = ranks
        toLook = Heap()
        for position in waiting.indices where waiting[position] == 0 { makeReady(position) }
    }

    /// Whether there is nothing left to begin and nothing to wait for.
    package var isDone: Bool {
        looking == 0 && performing == 0
            && (stop != nil || (toLook.isEmpty && queue.count == 0 && resting.isEmpty))
    }

    /// When the next rest is over; nil where none is waited for.
    package var nextDue: Duration? {
        guard !resting.isEmpty, stop == nil else { return nil }
        return resting.reduce(.seconds(Int64.max)) { min($0, $1.due) }
    }

    /// Something that can begin at this moment; nil where nothing can.
    ///
    /// Work goes ahead of looking up: what is known to be needed starts at once.
    package mutating func next(at now: Duration) -> Command? {
        guard stop == nil else { return nil }
        endRests(at: now)
        if let (ranks, claims) = queue.take(fitting: pools) {
            let positions = ranks.map { Int(order[$0]) }
            begin(positions, claims)
            return .perform(positions)
        }
        guard looks < rules.width, !toLook.isEmpty else { return nil }
        // Looks are short: some together cost one task, few enough that all who look have some.
        let most = max(1, min(Self.mostLooks, toLook.count / rules.width))
        var positions: [Int] = []
        while positions.count < most, let rank = toLook.popLeast() { positions.append(Int(order[rank])) }
        looks += 1
        looking += positions.count
        return .look(positions)
    }

    /// The looks that were begun together are all told of.
    package mutating func endLook() { looks -= 1 }

    /// A look found nothing that can stand in: the step waits for its pools, perhaps to be done with others.
    package mutating func mustPerform(_ position: Int, batch: Batch?) {
        looking -= 1
        if let batch { batches[position] = batch }
        queue.insert(Int(ranks[position]), claims: outline.claims[position], batch: batch)
    }

    /// A look ended the step; `lost` are the steps whose content it found lost.
    package mutating func looked(_ position: Int, _ outcome: Outcome, lost: [Int] = []) -> Consequence {
        looking -= 1
        if case .failed = outcome, rewind(position, behind: lost) { return .rewinds }
        return end(position, as: outcome)
    }

    /// An attempt came to its end; `lost` are the steps whose content it found lost, each once, `words` what it said last.
    ///
    /// `fraction` is at random, from 0 to 1: how much of the longest wait there is ahead of another attempt.
    package mutating func performed(
        _ position: Int,
        _ outcome: Outcome,
        lost: [Int] = [],
        words: String? = nil,
        at now: Duration,
        fraction: () -> Double
    ) -> Consequence {
        performing -= 1
        give(position)
        if case .cancelled = outcome, stop == .deadline {
            return end(position, as: .failed(lateFailure(words)))
        }
        if case .failed = outcome, rewind(position, behind: lost) { return .rewinds }
        guard case .failed(let failure) = outcome, failure.recurrence == .passing, stop == nil,
            Int(attempts[position]) < rules.attempts
        else { return end(position, as: outcome) }
        let due = now + rules.wait(afterAttempt: Int(attempts[position]), fraction: fraction())
        resting.append(Rest(due: due, rank: Int(ranks[position]), failure: failure))
        return .rests(until: due)
    }

    /// A step that works came to a milestone: what need not wait for more may begin.
    ///
    /// One that it came to before, or after its end, changes nothing.
    ///
    /// - Returns: Steps that are skipped now: this was the last thing that they waited for, and something else that they
    ///   need had ended badly.
    package mutating func reached(_ position: Int, _ milestone: Milestone) -> [Skipped] {
        let before = milestones[position, default: 0]
        guard outcomes[position] == nil, milestone.rawValue > before else { return [] }
        milestones[position] = milestone.rawValue
        return release(position, from: before, to: milestone.rawValue)
    }

    /// Starts nothing more; the first reason stands, but for a failure, which any other takes the place of.
    package mutating func stop(_ reason: Stop) {
        if stop == nil || stop == .failure { stop = reason }
    }

    /// Ends every step without an outcome: what rested as its last attempt failed, the others as cancelled.
    ///
    /// - Returns: Their positions, in plan order.
    package mutating func endRest() -> [Int] {
        let rest = outcomes.indices.filter { outcomes[$0] == nil }
        for position in rest { outcomes[position] = .cancelled }
        for rested in resting where remade[Int(order[rested.rank])] == nil {
            outcomes[Int(order[rested.rank])] = .failed(rested.failure)
        }
        resting = []
        return rest
    }

    private func lateFailure(_ words: String?) -> StepFailure {
        let limit = rules.runDeadline.map { " of \($0)" } ?? ""
        return StepFailure(
            code: "run-deadline",
            "the run came to its deadline\(limit) while it worked\(LastWords.behind(words))",
            hint: "run again: it goes on from here"
        )
    }

    private mutating func makeReady(_ position: Int) {
        let rank = Int(ranks[position])
        if outline.effects[position] {
            queue.insert(rank, claims: outline.claims[position], batch: nil)
        } else {
            toLook.insert(rank)
        }
    }

    private mutating func begin(_ positions: [Int], _ claims: [Claim]) {
        pools.take(claims)
        performing += positions.count
        for position in positions { attempts[position] += 1 }
        guard let head = positions.first else { return }
        shares[head] = (claims, positions.count)
        if positions.count > 1 { for position in positions { batchHeads[position] = head } }
    }

    /// Gives back what a batch has taken when its last step is through.
    private mutating func give(_ position: Int) {
        let head = batchHeads.isEmpty ? position : batchHeads.removeValue(forKey: position) ?? position
        guard let share = shares[head] else { return }
        if share.left == 1 {
            shares[head] = nil
            pools.give(share.claims)
        } else {
            shares[head] = (share.claims, share.left - 1)
        }
    }

    private mutating func endRests(at now: Duration) {
        guard !resting.isEmpty else { return }
        for rest in resting where rest.due <= now {
            let position = Int(order[rest.rank])
            queue.insert(rest.rank, claims: outline.claims[position], batch: batches[position])
        }
        resting.removeAll { $0.due <= now }
    }

    /// Has steps done again whose content a step found lost, and the step after them; false where its failure stands.
    ///
    /// Others that need the same content go on meanwhile, and wait with it where they find the loss too. What is not there
    /// even then is found lost again, until that has happened too often. An effect is not done twice in a run.
    private mutating func rewind(_ position: Int, behind lost: [Int]) -> Bool {
        guard stop == nil, !lost.isEmpty, rewinds[position, default: 0] < Self.mostRewinds,
            lost.allSatisfy({ outcomes[$0]?.isGood == true && !outline.effects[$0] })
        else { return false }
        rewinds[position, default: 0] += 1
        waiting[position] = Int32(lost.count)
        for maker in lost {
            if remade[maker] == nil { makeReady(maker) }
            remade[maker, default: []].append(position)
        }
        return true
    }

    /// Lets go on who waited for a step that was done again.
    private mutating func release(_ waiters: [Int]) -> Consequence {
        for waiter in waiters {
            waiting[waiter] -= 1
            if waiting[waiter] == 0 { makeReady(waiter) }
        }
        return .madeAgain
    }

    /// Notes an outcome and frees what waited for it.
    private mutating func end(_ position: Int, as outcome: Outcome) -> Consequence {
        if !remade.isEmpty, let waiters = remade.removeValue(forKey: position) { return release(waiters) }
        outcomes[position] = outcome
        if !outcome.isGood { hasBadEnd = true }
        if !batches.isEmpty { batches[position] = nil }
        let before = milestones.isEmpty ? 0 : milestones.removeValue(forKey: position) ?? 0
        let skipped = release(position, from: before, to: Graph.end)
        if rules.stopsAtFailure, outcome.isFailure, stop == nil { stop = .failure }
        return .ended(outcome, skipped: skipped)
    }

    /// Frees what waited for a step to come from one milestone to another, and skips what can no longer be done.
    private mutating func release(_ position: Int, from before: UInt8, to now: UInt8) -> [Skipped] {
        var skipped: [Skipped] = []
        var released: [(Int, UInt8, UInt8)] = []
        var next: (Int, UInt8, UInt8)? = (position, before, now)
        while let (position, before, now) = next {
            for dependent in graph.dependents(of: position, from: before, to: now) {
                let dependent = Int(dependent)
                waiting[dependent] -= 1
                guard waiting[dependent] == 0, outcomes[dependent] == nil else { continue }
                if let cause = cause(ofSkipping: dependent) {
                    outcomes[dependent] = .skipped(after: cause)
                    skipped.append(Skipped(position: dependent, cause: cause))
                    released.append((dependent, 0, Graph.end))
                } else {
                    makeReady(dependent)
                }
            }
            next = released.popLast()
        }
        return skipped
    }

    /// The first step behind a bad need: the one that itself failed, not those skipped because of it.
    private func cause(ofSkipping position: Int) -> StepID? {
        // Mostly nothing ended badly, and nobody's needs have to be looked at.
        guard hasBadEnd else { return nil }
        for need in outline.needs[position] {
            guard let place = outline.positions[need], let outcome = outcomes[place], !outcome.isGood else {
                continue
            }
            if case .skipped(let after) = outcome { return after }
            return need
        }
        return nil
    }
}
