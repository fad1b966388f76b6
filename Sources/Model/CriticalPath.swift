/// How much of a graph must be done one step after the other, however many steps run at once.
package struct CriticalPath: Hashable, Sendable {
    /// For each position the length of the longest chain from its start to the end of the graph, its own duration included.
    ///
    /// Starting what has the greatest level first is the usual good order (the "bottom level" of list scheduling).
    package let levels: [Duration]
    /// One longest chain from its start to its end; of equally long ones that of the earliest positions.
    package let positions: [Int]

    /// Measures a graph in time linear in its steps and arrows.
    ///
    /// - Parameters:
    ///   - durations: What each position takes; none is negative.
    ///   - predecessors: For each position those that end before it starts.
    /// - Precondition: As many of the one as of the other, and every predecessor comes before what it precedes.
    package init(durations: [Duration], predecessors: [[Int]]) {
        precondition(durations.count == predecessors.count, "every position has a duration")
        // Until a position is reached its level is that of the longest chain behind it.
        var levels = [Duration](repeating: .zero, count: durations.count)
        var next = [Int?](repeating: nil, count: durations.count)
        for position in durations.indices.reversed() {
            levels[position] += durations[position]
            for predecessor in predecessors[position] {
                precondition(predecessor < position, "\(predecessor) must come before \(position)")
                guard levels[position] >= levels[predecessor] else { continue }
                levels[predecessor] = levels[position]
                next[predecessor] = position
            }
        }
        self.levels = levels
        var chain: [Int] = []
        var following = levels.max().flatMap { levels.firstIndex(of: $0) }
        while let position = following {
            chain.append(position)
            following = next[position]
        }
        positions = chain
    }

    /// Measures a plan; what comes after a step for order alone counts as what needs it.
    package init<Work>(_ plan: Plan<Work>, duration: (StepID) -> Duration) {
        self.init(durations: plan.steps.map { duration($0.id) }, predecessors: plan.predecessors)
    }

    /// The least time that the graph takes; zero where it has no steps.
    package var length: Duration { positions.first.map { levels[$0] } ?? .zero }
}

extension Plan {
    /// For each position in ``steps`` the positions that must have ended before it starts, each once.
    package var predecessors: [[Int]] {
        steps.map { step in step.waitedFor.compactMap { positions[$0] }.sorted() }
    }
}
