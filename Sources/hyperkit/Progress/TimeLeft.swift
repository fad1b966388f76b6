import Engine
import Model

/// How long a run will still take, guessed from what its steps took before.
///
/// The guess is the least that is possible: no chain of steps takes less than their sum; and where some steps have at
/// least so much behind them, the pool that they share must do all of them before the last of that can begin. Steps that turn out
/// to be reused take less.
struct TimeLeft: Sendable {
    private let positions: [StepID: Int]
    private let isKnown: [Bool]
    /// What each position takes, and the longest chain behind its end, in milliseconds.
    private let durations: [Int64]
    private let tails: [Int64]
    /// Positions by what is behind them, the most first.
    private let order: [Int]
    /// The pool of each position, and how many steps each pool does at once.
    private let pools: [Int]
    private let capacities: [Int64]

    private var isOver: [Bool]
    private var running: [Int: Timestamp] = [:]
    private var stepsLeft: Int
    private var knownLeft: Int

    /// - Parameters:
    ///   - plan: What is run.
    ///   - durations: What its steps took before.
    ///   - rules: What may go on at once.
    init(_ plan: Plan<some Sendable>, _ durations: StepDurations, _ rules: RunRules) {
        positions = plan.positions
        isKnown = plan.steps.map { durations.steps[$0.id] != nil }
        let estimates = plan.steps.map { durations.estimate($0.id) }
        let levels = CriticalPath(durations: estimates, predecessors: plan.predecessors).levels
        self.durations = estimates.map { Int64($0 / .milliseconds(1)) }
        let tails = zip(levels, estimates).map { Int64(($0 - $1) / .milliseconds(1)) }
        self.tails = tails
        order = tails.indices.sorted { (tails[$1], $0) < (tails[$0], $1) }
        let names = Set(plan.steps.map(\.pool)).sorted()
        let numbers = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
        pools = plan.steps.map { numbers[$0.pool] ?? 0 }
        capacities = names.map { pool in
            Int64(max(1, pool == Claim.cpu.pool ? rules.width : rules.pools[pool] ?? rules.otherPools))
        }
        isOver = plan.steps.map { _ in false }
        stepsLeft = isOver.count
        knownLeft = isKnown.count { $0 }
    }

    mutating func take(_ event: Event) {
        guard let position = event.step.flatMap({ positions[$0] }), !isOver[position] else { return }
        switch event.kind {
        case .stepStarted: running[position] = event.time
        case .stepFinished:
            running[position] = nil
            isOver[position] = true
            stepsLeft -= 1
            if isKnown[position] { knownLeft -= 1 }
        case .runStarted, .planned, .repeated, .stepProgressed, .fact, .runFinished: break
        }
    }

    /// The guess, in time linear in the plan; nil where less than half of the steps left are known, or all have had their time.
    func duration(at time: Timestamp) -> Duration? {
        guard stepsLeft > 0, knownLeft * 2 >= stepsLeft else { return nil }
        let rest = rest(at: time)
        var work = [Int64](repeating: 0, count: capacities.count)
        var least: Int64 = 0
        for position in order where !isOver[position] {
            let pool = pools[position]
            work[pool] += rest[position]
            least = max(least, max(rest[position], work[pool] / capacities[pool]) + tails[position])
        }
        return least > 0 ? .milliseconds(least) : nil
    }

    /// What is left of each step.
    ///
    /// Where more steps run than their pool holds, some are done together, and each has had its part of the time.
    private func rest(at time: Timestamp) -> [Int64] {
        var rest = durations
        let crowds = Dictionary(grouping: running.keys) { pools[$0] }.mapValues { Int64($0.count) }
        for (position, since) in running {
            let capacity = capacities[pools[position]]
            let elapsed = max(0, time.milliseconds - since.milliseconds)
            let share = elapsed * capacity / max(crowds[pools[position]] ?? 1, capacity)
            rest[position] = max(0, rest[position] - share)
        }
        return rest
    }
}
