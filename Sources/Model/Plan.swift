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
        /// Of those it waits for the ones that need not have ended: a milestone of theirs is enough.
        package let early: [StepID: Milestone]
        /// What it takes of which pools while its work is done; the first says what it mostly waits for.
        package let claims: [Claim]

        /// All that it waits for, each once.
        var waitedFor: [StepID] {
            // Most steps have one arrow or none, and need no set.
            let all = after.isEmpty ? needs : needs + after
            return all.count <= 1 ? all : Array(Set(all))
        }

        /// The pool that it mostly waits for: `cpu`, or `network:NAME`.
        package var pool: String { claims.first?.pool ?? Claim.cpu.pool }

        package init(
            id: StepID,
            work: Work,
            needs: [StepID] = [],
            after: [StepID] = [],
            early: [StepID: Milestone] = [:],
            claims: [Claim] = [.cpu]
        ) {
            self.id = id
            self.work = work
            self.needs = needs
            self.after = after
            self.early = early
            self.claims = claims
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
        index.reserveCapacity(given.count)
        for (position, step) in given.enumerated() {
            guard index.updateValue(position, forKey: step.id) == nil else { throw .duplicate(step.id) }
        }
        var waiting = [Int](repeating: 0, count: given.count)
        var dependents = [[Int]](repeating: [], count: given.count)
        for (position, step) in given.enumerated() {
            for need in step.waitedFor {
                guard let other = index[need] else { throw .unknown(need, neededBy: step.id) }
                dependents[other].append(position)
                waiting[position] += 1
            }
        }
        var ready = Heap(given.indices.filter { waiting[$0] == 0 })
        var ordered: [Step] = []
        ordered.reserveCapacity(given.count)
        var isAsGiven = true
        while let position = ready.popLeast() {
            isAsGiven = isAsGiven && position == ordered.count
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
        positions =
            isAsGiven ? index : Dictionary(uniqueKeysWithValues: ordered.enumerated().map { ($1.id, $0) })
    }

    package subscript(id: StepID) -> Step? { positions[id].map { steps[$0] } }

    /// The steps that `wanted` accepts with all they need; order-only arrows to steps left out are dropped.
    package func closed(over wanted: (Step) -> Bool) -> Plan {
        var kept: Set<StepID> = []
        for step in steps.reversed() where kept.contains(step.id) || wanted(step) {
            kept.insert(step.id)
            kept.formUnion(step.needs)
        }
        guard kept.count < steps.count else { return self }
        let left = steps.filter { kept.contains($0.id) }.map { step in
            Step(
                id: step.id,
                work: step.work,
                needs: step.needs,
                after: step.after.filter(kept.contains),
                early: step.early.filter { kept.contains($0.key) },
                claims: step.claims
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

/// What a step takes of a pool while its work is done.
package struct Claim: Hashable, Sendable {
    /// One core.
    package static let cpu = Claim("cpu")
    /// One of the few talks with services that show sources, which limit how often they are asked.
    package static let verifier = Claim("verifiers")

    package let pool: String
    /// At least 1; where it is more than the pool holds, the step has the pool for itself.
    package let weight: Int

    /// - Precondition: `weight` is at least 1.
    package init(_ pool: String, weight: Int = 1) {
        precondition(weight >= 1, "a claim weighs at least 1 (was \(weight))")
        self.pool = pool
        self.weight = weight
    }
}

/// Why steps do not make a plan.
package enum PlanError: Error, Hashable, Sendable {
    case duplicate(StepID)
    case unknown(StepID, neededBy: StepID)
    /// The steps of one cycle in order, the first again at the end.
    case cycle([StepID])
}
