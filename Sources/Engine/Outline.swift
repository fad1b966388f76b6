import Model

/// What a schedule knows of a plan: all of its steps but what they do.
///
/// It is taken once, so that no decision has to ask a step whose kind of work is only known to the runner.
struct Outline: Sendable {
    private(set) var ids: [StepID] = []
    private(set) var needs: [[StepID]] = []
    private(set) var claims: [[Claim]] = []
    private(set) var effects: [Bool] = []
    /// Of the steps that wait for milestones of others, which of whom.
    private(set) var early: [Int: [StepID: Milestone]] = [:]
    /// For each position those that it waits for, each once.
    let predecessors: [[Int]]
    let positions: [StepID: Int]

    init<Work>(_ plan: Plan<Work>, isEffect: (Plan<Work>.Step) -> Bool) {
        positions = plan.positions
        predecessors = plan.predecessors
        ids.reserveCapacity(plan.steps.count)
        needs.reserveCapacity(plan.steps.count)
        claims.reserveCapacity(plan.steps.count)
        effects.reserveCapacity(plan.steps.count)
        for step in plan.steps {
            if !step.early.isEmpty { early[ids.count] = step.early }
            ids.append(step.id)
            needs.append(step.needs)
            claims.append(step.claims)
            effects.append(isEffect(step))
        }
    }
}
