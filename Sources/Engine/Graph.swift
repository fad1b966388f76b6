import Model

/// The arrows of a plan as positions: which steps wait for which, in one array.
struct Graph {
    private let starts: [Int32]
    private let targets: [Int32]
    /// How many steps each step waits for.
    let waiting: [Int32]

    init<Work>(_ plan: Plan<Work>) {
        let sources = plan.predecessors
        var starts = [Int32](repeating: 0, count: sources.count + 1)
        for ahead in sources {
            for other in ahead { starts[other + 1] += 1 }
        }
        for position in starts.indices.dropFirst() { starts[position] += starts[position - 1] }
        var targets = [Int32](repeating: 0, count: Int(starts.last ?? 0))
        var next = starts
        for (position, ahead) in sources.enumerated() {
            for other in ahead {
                targets[Int(next[other])] = Int32(position)
                next[other] += 1
            }
        }
        self.starts = starts
        self.targets = targets
        waiting = sources.map { Int32($0.count) }
    }

    /// The steps that wait for the one at `position`, in plan order.
    func dependents(of position: Int) -> ArraySlice<Int32> {
        targets[Int(starts[position])..<Int(starts[position + 1])]
    }
}
