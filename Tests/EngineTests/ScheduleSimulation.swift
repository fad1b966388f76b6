import Engine
import Model
import Support

/// A run of a ``Schedule`` in which time is a number: steps take what a seed says and end as a seed says.
///
/// What must hold at every moment is counted here anew, from the commands alone.
struct ScheduleSimulation {
    struct Options {
        var steps = 5...60
        var width: Int?
        var failures = true
        var pools = true
        var stops = true
        var looks = true
        var milestones = true
    }

    /// What is known of steps that are done again since content of theirs was lost.
    private struct Remaking {
        /// Who waits for it.
        var waiters: [Int: Set<Int>] = [:]
        var rewinds: [Int: Int] = [:]
        /// How many attempts each step may have beyond those of the rules.
        var extraAttempts: [Int: Int] = [:]

        func holds(_ position: Int) -> Bool { waiters.values.contains { $0.contains(position) } }
    }

    private enum Happening {
        case looked([Int])
        case reached(Int, Milestone)
        case performed([Int])
        case stop(Schedule.Stop)
    }

    let plan: Plan<Int>
    let rules: RunRules
    let durations: [Duration]
    private(set) var violations: [String] = []
    private(set) var makespan: Duration = .zero
    /// What each step took of the pools' time in all.
    private(set) var work: Duration = .zero
    private(set) var outcomes: [Outcome] = []
    private(set) var batchSizes: [Int] = []
    /// How many steps began before something that they wait for had ended.
    private(set) var earlyBegins = 0
    private var milestones: [StepID: Milestone] = [:]
    /// How often something lost was made again, and how often a step's failure stood though it might have been.
    private(set) var remade = 0
    private(set) var lossesThatStand = 0

    private var random: SeededRandom
    private let options: Options
    private var looked = Set<Int>()
    private var ends: [Int: Outcome] = [:]
    private var remaking = Remaking()

    init(seed: UInt64, options: Options = Options()) throws {
        var random = SeededRandom(seed: seed)
        let count = Int.random(in: options.steps, using: &random)
        let width = options.width ?? Int.random(in: 1...8, using: &random)
        var steps: [Plan<Int>.Step] = []
        for number in 0..<count {
            let earlier = (0..<number).shuffled(using: &random)
            let needs = earlier.prefix(Int.random(in: 0...3, using: &random)).map(Self.id)
            let after = earlier.suffix(Int.random(in: 0...1, using: &random)).map(Self.id)
                .filter { !needs.contains($0) }
            var claims = [Claim.cpu]
            if options.pools {
                let kinds: [[Claim]] = [
                    [.cpu], [Claim("cpu", weight: 3)], [.cpu, Claim("memory", weight: 5)], [Claim("lane")],
                    [],
                    [Claim("memory", weight: 900), Claim("lane")],
                ]
                claims = kinds.randomElement(using: &random) ?? []
            }
            var early: [StepID: Milestone] = [:]
            if options.milestones {
                for other in needs + after where Int.random(in: 0..<3, using: &random) == 0 {
                    early[other] = Bool.random(using: &random) ? .handedOver : .usable
                }
            }
            steps.append(
                Plan.Step(
                    id: Self.id(number), work: number, needs: needs, after: after, early: early,
                    claims: claims
                ))
        }
        plan = try Plan(ordering: steps)
        var rules = RunRules(width: width, pools: ["lane": 1, "memory": 8], attempts: 3)
        if options.stops { rules.stopsAtFailure = Int.random(in: 0..<4, using: &random) == 0 }
        self.rules = rules
        durations = plan.steps.map { _ in .milliseconds(Int.random(in: 1...1_000, using: &random)) }
        self.random = random
        self.options = options
    }

    static func id(_ number: Int) -> StepID { .deploy("s\(number)", on: "n") }

    /// Runs to the end and notes every violation.
    mutating func run() {
        let urgency = CriticalPath(plan) { [plan, durations] id in durations[plan.positions[id] ?? 0] }.levels
        var schedule = Schedule(plan, rules: rules, urgency: urgency) { [options] in
            options.pools && $0.work % 5 == 0
        }
        var events: [(at: Duration, order: Int, what: Happening)] = []
        var count = 0
        var now = Duration.zero
        var taken: [String: Int] = [:]
        func add(_ after: Duration, _ what: Happening) {
            count += 1
            events.append((now + after, count, what))
        }
        if options.stops, Int.random(in: 0..<5, using: &random) == 0 {
            let reason: Schedule.Stop = Bool.random(using: &random) ? .cancellation : .deadline
            add(.milliseconds(Int.random(in: 0...3_000, using: &random)), .stop(reason))
        }
        var isStopped = false
        for _ in 0..<100_000 {
            while let command = schedule.next(at: now) {
                if isStopped { violations.append("\(command) was begun after a stop") }
                switch command {
                case .look(let positions):
                    for position in positions {
                        if !looked.insert(position).inserted {
                            violations.append("\(position) was looked up twice")
                        }
                        check(position, begunIn: schedule)
                    }
                    let time = options.looks ? Int.random(in: 1...900, using: &random) : 0
                    add(.microseconds(time), .looked(positions))
                case .perform(let positions):
                    for claim in plan.steps[positions[0]].claims {
                        taken[claim.pool, default: 0] += weight(claim)
                    }
                    for (pool, sum) in taken where sum > capacity(pool) {
                        violations.append("\(pool) held \(sum) of \(capacity(pool))")
                    }
                    for position in positions { check(position, begunIn: schedule) }
                    if positions.count > 4 { violations.append("a batch of \(positions.count)") }
                    batchSizes.append(positions.count)
                    let time = positions.map { durations[$0] }.max() ?? .zero
                    work += time
                    if options.milestones {
                        for position in positions where Bool.random(using: &random) {
                            let early = time * Double.random(in: 0..<1, using: &random)
                            add(early, .reached(position, .handedOver))
                            if Bool.random(using: &random) { add(time, .reached(position, .usable)) }
                        }
                    }
                    add(time, .performed(positions))
                }
            }
            if schedule.isDone { break }
            if let due = schedule.nextDue, events.allSatisfy({ $0.at > due }) {
                now = max(now, due)
                continue
            }
            guard
                let next = events.indices.min(by: {
                    (events[$0].at, events[$0].order) < (events[$1].at, events[$1].order)
                })
            else {
                violations.append("it waits for nothing")
                break
            }
            let event = events.remove(at: next)
            now = max(now, event.at)
            switch event.what {
            case .stop(let reason):
                schedule.stop(reason)
                isStopped = true
            case .looked(let positions):
                schedule.endLook()
                for position in positions {
                    if options.failures, Int.random(in: 0..<4, using: &random) == 0 {
                        let outcome = isStopped ? Outcome.cancelled : .reused([])
                        note(schedule.looked(position, outcome), position)
                    } else if !isStopped, let lost = randomLoss(of: position, schedule) {
                        note(schedule.looked(position, Self.loss, lost: lost), position, lost: lost)
                    } else {
                        let isBatch = options.pools && plan.steps[position].work % 2 == 0
                        schedule.mustPerform(position, batch: isBatch ? Batch(key: "b", most: 4) : nil)
                    }
                }
            case .reached(let position, let milestone):
                for skipped in schedule.reached(position, milestone)
                where ends.updateValue(.skipped(after: skipped.cause), forKey: skipped.position) != nil {
                    violations.append("\(skipped.position) ended twice")
                }
                let id = plan.steps[position].id
                milestones[id] = max(milestone, milestones[id] ?? milestone)
            case .performed(let positions):
                for claim in plan.steps[positions[0]].claims {
                    taken[claim.pool, default: 0] -= weight(claim)
                }
                for position in positions {
                    let lost = isStopped ? [] : randomLoss(of: position, schedule) ?? []
                    let outcome = isStopped ? .cancelled : lost.isEmpty ? randomOutcome() : Self.loss
                    let fraction = Double.random(in: 0...1, using: &random)
                    let consequence = schedule.performed(
                        position, outcome, lost: lost, at: now, fraction: { fraction })
                    note(consequence, position, lost: lost)
                    let most = rules.attempts + remaking.extraAttempts[position, default: 0]
                    if Int(schedule.attempts[position]) > most {
                        violations.append("\(position) had \(schedule.attempts[position]) attempts")
                    }
                }
            }
            if rules.stopsAtFailure, schedule.outcomes.contains(where: { $0.map { !$0.isGood } ?? false }) {
                isStopped = true
            }
        }
        makespan = now
        for position in schedule.endRest() where ends.updateValue(.cancelled, forKey: position) != nil {
            violations.append("\(position) ended twice")
        }
        if ends.count != plan.steps.count {
            violations.append("\(plan.steps.count - ends.count) steps are lost")
        }
        for (position, end) in ends where end != .cancelled && schedule.outcomes[position] != end {
            violations.append("\(position) ended otherwise than was told")
        }
        if taken.values.contains(where: { $0 != 0 }) { violations.append("claims are left: \(taken)") }
        outcomes = schedule.outcomes.compactMap(\.self)
    }

    private mutating func note(_ consequence: Schedule.Consequence, _ position: Int, lost: [Int] = []) {
        switch consequence {
        case .rests: break
        case .ended(let outcome, let skipped):
            if !lost.isEmpty { lossesThatStand += 1 }
            let all = [(position, outcome)] + skipped.map { ($0.position, .skipped(after: $0.cause)) }
            for (position, outcome) in all where ends.updateValue(outcome, forKey: position) != nil {
                violations.append("\(position) ended twice")
            }
        case .rewinds:
            remaking.rewinds[position, default: 0] += 1
            if remaking.rewinds[position, default: 0] > 3 { violations.append("\(position) waits for ever") }
            remaking.extraAttempts[position, default: 0] += 1
            looked.remove(position)
            for maker in lost {
                if remaking.waiters[maker] == nil {
                    remaking.extraAttempts[maker, default: 0] += 1
                    looked.remove(maker)
                }
                remaking.waiters[maker, default: []].insert(position)
            }
        case .madeAgain:
            remade += 1
            if remaking.waiters.removeValue(forKey: position) == nil {
                violations.append("\(position) was made again for nobody")
            }
        }
    }

    private mutating func check(_ position: Int, begunIn schedule: Schedule) {
        let step = plan.steps[position]
        for need in step.needs {
            let outcome = plan.positions[need].flatMap { schedule.outcomes[$0] }
            if outcome?.isGood == true { continue }
            if isFarEnough(need, for: step) {
                earlyBegins += 1
            } else {
                violations.append("\(step.id) began before \(need) ended well")
            }
        }
        for other in step.after where plan.positions[other].flatMap({ schedule.outcomes[$0] }) == nil {
            if !isFarEnough(other, for: step) { violations.append("\(step.id) began before \(other) ended") }
        }
        if schedule.outcomes[position] != nil, remaking.waiters[position] == nil {
            violations.append("\(step.id) began after its end")
        }
        if remaking.holds(position) {
            violations.append("\(step.id) began before what it lost was made again")
        }
    }

    private static let loss = Outcome.failed(StepFailure(.environment, code: "lost-output", "it is lost"))

    /// Of now and then a step, those whose content it finds lost.
    private mutating func randomLoss(of position: Int, _ schedule: Schedule) -> [Int]? {
        guard options.failures, Int.random(in: 0..<6, using: &random) == 0 else { return nil }
        let step = plan.steps[position]
        let makers = (step.needs + step.after).compactMap { plan.positions[$0] }
            .filter { schedule.outcomes[$0]?.isGood == true }
        guard !makers.isEmpty else { return nil }
        return Array(makers.shuffled(using: &random).prefix(Int.random(in: 1...2, using: &random)))
    }

    private func isFarEnough(_ other: StepID, for step: Plan<Int>.Step) -> Bool {
        guard let wanted = step.early[other], let milestone = milestones[other] else { return false }
        return milestone >= wanted
    }

    private mutating func randomOutcome() -> Outcome {
        guard options.failures else { return .succeeded([]) }
        return switch Int.random(in: 0..<20, using: &random) {
        case 0: .failed(StepFailure(code: "seeded", "it fails"))
        case 1: .blocked(StepFailure(.blocked, code: "seeded", "it is blocked"))
        case 2, 3, 4: .failed(StepFailure(code: "seeded", "it may pass", recurrence: .passing))
        default: .succeeded([])
        }
    }

    private func capacity(_ pool: String) -> Int {
        pool == "cpu" ? rules.width : rules.pools[pool] ?? rules.otherPools
    }

    private func weight(_ claim: Claim) -> Int { min(claim.weight, capacity(claim.pool)) }
}
