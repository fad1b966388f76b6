/// A checked, acyclic, immutable graph of steps, each after all that it needs.
///
/// Generic over what a step does, so that the engine knows nothing of contracts and its tests need none.
package struct Plan<Work: Sendable>: Sendable {
    package struct Step: Identifiable, Sendable {
        package let id: StepID
        package let work: Work
        /// Steps whose outputs it uses; where one does not succeed it is skipped.
        package let needs: [StepID]
        /// Steps that must have ended first, however they ended.
        package let after: [StepID]
        /// What it mostly waits for: `cpu`, or `network:NAME`.
        package let pool: String

        package init(id: StepID, work: Work, needs: [StepID] = [], after: [StepID] = [], pool: String = "cpu")
        {
            self.id = id
            self.work = work
            self.needs = needs
            self.after = after
            self.pool = pool
        }
    }

    /// Every step, after all it needs; otherwise in the order in which they were given.
    package let steps: [Step]
    /// Where each step stands in ``steps``.
    package let positions: [StepID: Int]

    /// Orders steps so that each follows what it needs, in time linear in steps and arrows.
    ///
    /// - Throws: ``PlanError``: a step given twice, a need that no step is, or a cycle, named step by step.
    package init(ordering given: [Step]) throws(PlanError) {
        var index: [StepID: Int] = [:]
        for (position, step) in given.enumerated() {
            guard index.updateValue(position, forKey: step.id) == nil else { throw .duplicate(step.id) }
        }
        var waiting = [Int](repeating: 0, count: given.count)
        var dependents = [[Int]](repeating: [], count: given.count)
        for (position, step) in given.enumerated() {
            for need in Set(step.needs + step.after) {
                guard let other = index[need] else { throw .unknown(need, neededBy: step.id) }
                dependents[other].append(position)
                waiting[position] += 1
            }
        }
        var ready = Heap(given.indices.filter { waiting[$0] == 0 })
        var ordered: [Step] = []
        ordered.reserveCapacity(given.count)
        while let position = ready.popLeast() {
            ordered.append(given[position])
            for dependent in dependents[position] {
                waiting[dependent] -= 1
                if waiting[dependent] == 0 { ready.insert(dependent) }
            }
        }
        guard ordered.count == given.count else {
            throw .cycle(Self.cycle(in: given, index: index, left: { waiting[$0] > 0 }))
        }
        steps = ordered
        positions = Dictionary(uniqueKeysWithValues: ordered.enumerated().map { ($1.id, $0) })
    }

    package subscript(id: StepID) -> Step? { positions[id].map { steps[$0] } }

    /// The steps that `wanted` accepts with all they need; order-only arrows to steps left out are dropped.
    package func closed(over wanted: (Step) -> Bool) -> Plan {
        var kept: Set<StepID> = []
        for step in steps.reversed() where kept.contains(step.id) || wanted(step) {
            kept.insert(step.id)
            kept.formUnion(step.needs)
        }
        let left = steps.filter { kept.contains($0.id) }.map { step in
            Step(
                id: step.id,
                work: step.work,
                needs: step.needs,
                after: step.after.filter(kept.contains),
                pool: step.pool
            )
        }
        return Plan(alreadyOrdered: left)
    }

    /// The same steps with other work or more order-only arrows.
    ///
    /// - Precondition: The same ids in the same order, and arrows that point to earlier steps alone.
    package func replacing(_ steps: [Step]) -> Plan {
        precondition(steps.map(\.id) == self.steps.map(\.id), "steps must stay what and where they are")
        for (position, step) in steps.enumerated() {
            let pointsBack = (step.needs + step.after).allSatisfy { (positions[$0] ?? position) < position }
            precondition(pointsBack, "\(step.id) must come after what it waits for")
        }
        return Plan(alreadyOrdered: steps)
    }

    private init(alreadyOrdered steps: [Step]) {
        self.steps = steps
        positions = Dictionary(uniqueKeysWithValues: steps.enumerated().map { ($1.id, $0) })
    }

    /// Walks back from a step that cannot start until one comes up again.
    private static func cycle(in steps: [Step], index: [StepID: Int], left: (Int) -> Bool) -> [StepID] {
        guard var position = steps.indices.first(where: left) else { return [] }
        var seen: [Int: Int] = [:]
        var path: [Int] = []
        while seen[position] == nil {
            seen[position] = path.count
            path.append(position)
            let blockers = (steps[position].needs + steps[position].after).compactMap { index[$0] }
            guard let next = blockers.first(where: left) else { return [] }
            position = next
        }
        let loop = path[(seen[position] ?? 0)...] + [position]
        return loop.map { steps[$0].id }
    }
}

/// Why steps do not make a plan.
package enum PlanError: Error, Hashable, Sendable {
    case duplicate(StepID)
    case unknown(StepID, neededBy: StepID)
    /// The steps of one cycle in order, the first again at the end.
    case cycle([StepID])
}

/// A binary heap of integers, least first: keeps equal choices in the order given.
package struct Heap: Sendable {
    private var items: [Int]

    package init(_ items: [Int] = []) {
        self.items = items.sorted()
    }

    package var isEmpty: Bool { items.isEmpty }

    package mutating func insert(_ item: Int) {
        items.append(item)
        var child = items.count - 1
        while child > 0, items[child] < items[(child - 1) / 2] {
            items.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    package mutating func popLeast() -> Int? {
        guard let least = items.first, let last = items.popLast() else { return nil }
        guard !items.isEmpty else { return least }
        items[0] = last
        var parent = 0
        while true {
            var smallest = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < items.count {
                if items[child] < items[smallest] { smallest = child }
            }
            guard smallest != parent else { return least }
            items.swapAt(parent, smallest)
            parent = smallest
        }
    }
}
