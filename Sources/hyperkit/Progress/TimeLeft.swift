import Engine
import Model

/// How long a run will still take, guessed from what its steps took before.
///
/// The guess is the least that is possible: no pool does more at once than it holds, and no chain of steps is done in less
/// than the sum of its steps. Steps that turn out to be reused take less.
struct TimeLeft: Sendable {
    private let positions: [StepID: Int]
    private let isKnown: [Bool]
    private let durations: [Duration]
    /// For each position how long the longest chain from its start takes.
    private let levels: [Duration]
    /// Positions by level, the longest first.
    private let order: [Int]
    private let pools: [String]
    private let capacities: [String: Int]

    private var isOver: [Bool]
    private var running: [Int: Timestamp] = [:]
    private var stepsLeft: Int
    private var knownLeft: Int
    /// What steps that have not ended take in all, by pool.
    private var work: [String: Duration] = [:]
    /// Where in ``order`` the first is that has not ended.
    private var first = 0

    /// - Parameters:
    ///   - plan: What is run.
    ///   - durations: What its steps took before.
    ///   - rules: What may go on at once.
    init(_ plan: Plan<some Sendable>, _ durations: StepDurations, _ rules: RunRules) {
        positions = plan.positions
        isKnown = plan.steps.map { durations.steps[$0.id] != nil }
        let estimates = plan.steps.map { durations.estimate($0.id) }
        self.durations = estimates
        let levels = CriticalPath(durations: estimates, predecessors: plan.predecessors).levels
        self.levels = levels
        order = levels.indices.sorted { (levels[$1], $0) < (levels[$0], $1) }
        pools = plan.steps.map(\.pool)
        capacities = Dictionary(
            uniqueKeysWithValues: Set(pools).map { pool in
                (pool, max(1, pool == Claim.cpu.pool ? rules.width : rules.pools[pool] ?? rules.otherPools))
            }
        )
        isOver = plan.steps.map { _ in false }
        stepsLeft = isOver.count
        knownLeft = isKnown.count { $0 }
        for (pool, duration) in zip(pools, estimates) { work[pool, default: .zero] += duration }
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
            work[pools[position], default: .zero] -= durations[position]
            while first < order.count, isOver[order[first]] { first += 1 }
        case .runStarted, .planned, .stepProgressed, .fact, .runFinished: break
        }
    }

    /// The guess; nil where too little is known, which is of less than half of the steps left, or nothing is left of it.
    func duration(at time: Timestamp) -> Duration? {
        guard stepsLeft > 0, knownLeft * 2 >= stepsLeft else { return nil }
        let done = done(at: time)
        var work = work
        for (position, done) in done { work[pools[position], default: .zero] -= done }
        let byWork = work.map { $0.value / (capacities[$0.key] ?? 1) }.max() ?? .zero
        var byChain = Duration.zero
        for position in order[first...] where !isOver[position] {
            byChain = max(byChain, levels[position] - (done[position] ?? .zero))
            // Behind one that waits in full there is none with more left.
            if done[position] == nil { break }
        }
        let left = max(byWork, byChain)
        return left > .zero ? left : nil
    }

    /// How much of what runs is done.
    ///
    /// Where more steps run than their pool holds, some are done together, and each has had its part of the time.
    private func done(at time: Timestamp) -> [Int: Duration] {
        let crowds = Dictionary(grouping: running.keys) { pools[$0] }.mapValues(\.count)
        return Dictionary(
            uniqueKeysWithValues: running.map { position, since in
                let pool = pools[position]
                let elapsed = Duration.milliseconds(max(0, time.milliseconds - since.milliseconds))
                let crowd = max(crowds[pool] ?? 1, capacities[pool] ?? 1)
                return (position, min(durations[position], elapsed * (capacities[pool] ?? 1) / crowd))
            }
        )
    }
}
