import Model

/// The arrows of a plan as positions: which steps wait for which, in one array.
struct Graph {
    private let starts: [Int32]
    private let targets: [Int32]
    /// For each target the milestone that it waits for, ``end`` where that is the end; empty where all wait for ends.
    private let milestones: [UInt8]
    /// How many steps each step waits for.
    let waiting: [Int32]

    /// Stands for the end of a step, which comes after every milestone.
    static let end = UInt8.max

    init(_ outline: Outline) {
        let sources = outline.predecessors
        var starts = [Int32](repeating: 0, count: sources.count + 1)
        for ahead in sources {
            for other in ahead { starts[other + 1] += 1 }
        }
        for position in starts.indices.dropFirst() { starts[position] += starts[position - 1] }
        var targets = [Int32](repeating: 0, count: Int(starts.last ?? 0))
        var milestones: [UInt8] = []
        if !outline.early.isEmpty {
            milestones = [UInt8](repeating: Self.end, count: targets.count)
        }
        var next = starts
        for (position, ahead) in sources.enumerated() {
            let early = milestones.isEmpty ? nil : outline.early[position]
            for other in ahead {
                targets[Int(next[other])] = Int32(position)
                if let milestone = early?[outline.ids[other]] {
                    milestones[Int(next[other])] = milestone.rawValue
                }
                next[other] += 1
            }
        }
        self.milestones = milestones
        self.starts = starts
        self.targets = targets
        waiting = sources.map { Int32($0.count) }
    }

    /// The steps that wait for the one at `position` and no longer do when it has come from one milestone to another, in
    /// plan order; 0 is its start.
    func dependents(of position: Int, from reached: UInt8 = 0, to now: UInt8 = end) -> ArraySlice<Int32> {
        let range = Int(starts[position])..<Int(starts[position + 1])
        guard !milestones.isEmpty else { return now == Self.end ? targets[range] : [] }
        return ArraySlice(
            range.filter { milestones[$0] > reached && milestones[$0] <= now }.map { targets[$0] }
        )
    }
}
