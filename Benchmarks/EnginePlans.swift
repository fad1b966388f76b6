import ArgumentParser
import Model

/// How the steps of a made-up plan hang together.
enum Shape: String, CaseIterable, ExpressibleByArgument {
    /// None needs another.
    case flat
    /// Chains of 100.
    case chains
    /// Layers of 500, each step with up to 3 needs at random in the layer before.
    case layers
    /// Chains of 3, like a source that is copied in three stages.
    case stages

    /// The positions that a step needs; the same for every run.
    func needs(of step: Int, _ chance: inout Chance) -> [Int] {
        switch self {
        case .flat: return []
        case .chains: return step % 100 == 0 ? [] : [step - 1]
        case .stages: return step % 3 == 0 ? [] : [step - 1]
        case .layers:
            let layer = step / 500
            guard layer > 0 else { return [] }
            let needs = (0..<1 + chance.next(below: 3)).map { _ in
                (layer - 1) * 500 + chance.next(below: 500)
            }
            return Set(needs).sorted()
        }
    }

    func plan(steps: Int) throws -> Plan<Int> {
        var chance = Chance()
        return try Plan(
            ordering: (0..<steps).map { step in
                Plan.Step(
                    id: .check("s\(step)"),
                    work: step,
                    needs: needs(of: step, &chance).map { .check("s\($0)") }
                )
            }
        )
    }
}

/// Numbers that look random and are the same in every run.
///
/// The generator of Knuth's MMIX; its high bits are the good ones.
struct Chance {
    private var state: UInt64 = 1

    mutating func next(below bound: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(state >> 33) % bound
    }
}
