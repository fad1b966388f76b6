import Model

/// What comes after another network waits for the calls that its deployment has there.
///
/// It finds out by itself whether they ended well, so that a part of a plan can do without them.
enum LiveFirstOrder {
    /// Draws arrows to the calls that each step waits for.
    ///
    /// - Parameter steps: Each after what it waits for.
    /// - Returns: The same steps, in their order, which may no longer be one in which they can be done.
    static func arranged(_ steps: [Plan<Action>.Step]) -> [Plan<Action>.Step] {
        guard steps.contains(where: { $0.work.liveFirst != nil }) else { return steps }
        let waitedFor = networksWaitedFor(steps)
        let earlier = earlier(steps)
        var calls: [String: [StepID]] = [:]
        for step in steps {
            guard case .call(let action) = step.work else { continue }
            // One that itself waits for a network which comes after another than its own may be waited for in a circle.
            let own = earlier[action.network.name, default: []]
            guard waitedFor[step.id, default: []].isSubset(of: own) else { continue }
            calls["\(action.deployment)@\(action.network.name)", default: []].append(step.id)
        }
        return steps.map { step in
            guard let first = step.work.liveFirst,
                let awaited = calls["\(first.deployment)@\(first.network.name)"]
            else { return step }
            return Plan.Step(
                id: step.id,
                work: step.work.waiting(for: awaited),
                needs: step.needs,
                after: Set(step.after + awaited).subtracting(step.needs).sorted(),
                early: step.early,
                claims: step.claims
            )
        }
    }

    /// The networks that come after others, of the steps that each step waits for.
    private static func networksWaitedFor(_ steps: [Plan<Action>.Step]) -> [StepID: Set<String>] {
        var networks: [StepID: Set<String>] = [:]
        for step in steps {
            var reached: Set<String> = []
            for other in step.needs + step.after {
                if let more = networks[other] { reached.formUnion(more) }
            }
            if step.work.liveFirst != nil, let own = step.network?.name { reached.insert(own) }
            networks[step.id] = reached
        }
        return networks
    }

    /// Each network with those that it comes after, one after the other.
    private static func earlier(_ steps: [Plan<Action>.Step]) -> [String: Set<String>] {
        var after: [String: String] = [:]
        for step in steps {
            for network in [step.network, step.work.liveFirst?.network] {
                if let network, let first = network.after { after[network.name] = first }
            }
        }
        var earlier: [String: Set<String>] = [:]
        for name in Set(steps.compactMap(\.network?.name)) {
            var chain: Set<String> = []
            var next: String? = name
            while let network = next, chain.insert(network).inserted { next = after[network] }
            earlier[name] = chain
        }
        return earlier
    }
}
