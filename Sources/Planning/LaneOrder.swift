import Model

/// In which order the effects of a plan come.
///
/// What is told of one that another refers to is known when a block has it, so that a row in the manifest's order waits for a
/// block at each reference. Here each block gets as many as may wait for it, the first of those whose references earlier
/// blocks have; otherwise the order stays. It is a function of the plan: nonces do not depend on what runs when.
enum LaneOrder {
    /// The same steps; each still follows what it waits for.
    static func arranged(_ steps: [Plan<Action>.Step]) -> [Plan<Action>.Step] {
        var places: [StepID: Int] = [:]
        for (place, step) in steps.enumerated() where step.lane != nil { places[step.id] = place }
        var waitsFor = [Int](repeating: 0, count: steps.count)
        var dependents = [[Int]](repeating: [], count: steps.count)
        for place in places.values {
            for other in Set(steps[place].needs + steps[place].after).compactMap({ places[$0] }) {
                waitsFor[place] += 1
                dependents[other].append(place)
            }
        }
        var ready: [String: Heap] = [:]
        func isReady(_ place: Int) {
            guard let lane = steps[place].lane else { return }
            ready[lane.name, default: Heap()].insert(place)
        }
        for place in places.values where waitsFor[place] == 0 { isReady(place) }
        var effects: [Int] = []
        while effects.count < places.count {
            var block: [Int] = []
            for name in ready.keys.sorted() {
                var left = ready[name] ?? Heap()
                var room = left.least.flatMap { steps[$0].lane?.width } ?? 0
                while room > 0, let place = left.popLeast() {
                    block.append(place)
                    room -= 1
                }
                ready[name] = left.isEmpty ? nil : left
            }
            // Not in a plan, which has no cycles.
            guard !block.isEmpty else { return steps }
            effects += block.sorted()
            for place in block {
                for dependent in dependents[place] {
                    waitsFor[dependent] -= 1
                    if waitsFor[dependent] == 0 { isReady(dependent) }
                }
            }
        }
        // What has no lane stays ahead of the effects that wait for it, and behind those that it waits for.
        return steps.filter { $0.lane == nil && $0.id.kind != .verify } + effects.map { steps[$0] }
            + steps.filter { $0.lane == nil && $0.id.kind == .verify }
    }
}

extension Plan<Action>.Step {
    /// The row of one sender on one network that it is in, and how many of the row may wait for a block; nil where it is in none.
    var lane: (name: String, width: Int)? {
        guard let name = lanes.first, let network else { return nil }
        return (name, network.inFlight)
    }

    /// The names of all rows that it is in.
    var lanes: [String] {
        guard let network else { return [] }
        return senders.map { "\(network.name)/\($0?.name ?? "")" }
    }

    /// Whether people are asked to send what it sends.
    var isAskedOfPeople: Bool { senders.contains { $0?.isPeoples ?? false } }

    /// Who sends in a row, first whoever puts something there.
    ///
    /// Who puts a proxy there and who upgrades it may be two; nil is a devnet's first account.
    var senders: [SignerSpec?] {
        switch work {
        case .generate, .compile, .audit, .check, .factory, .verify: []
        case .deploy(let action), .implementation(let action, _): [action.signer]
        case .beacon(let action): [action.deployment.signer]
        case .proxy(let action): [action.deployment.signer, action.upgrader]
        case .call(let action): [action.signer]
        }
    }
}
