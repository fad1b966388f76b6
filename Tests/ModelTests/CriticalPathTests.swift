import Model
import Support
import Testing

@Suite struct CriticalPathTests {
    @Test(arguments: 0..<300) func findsWhatTryingEveryChainFinds(_ seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let count = Int.random(in: 1...9, using: &random)
        let density = Int.random(in: 1...4, using: &random)
        let predecessors = (0..<count).map { position in
            (0..<position).filter { _ in Int.random(in: 0..<4, using: &random) < density }
        }
        // Few different durations, zero among them, so that many chains are equally long.
        let durations = (0..<count).map { _ in Duration.seconds(Int.random(in: 0...3, using: &random)) }
        let path = CriticalPath(durations: durations, predecessors: predecessors)

        for position in 0..<count {
            let longest = Self.chains(from: position, predecessors).map { Self.sum($0, durations) }.max()
            #expect(path.levels[position] == longest)
        }
        let all = (0..<count).flatMap { Self.chains(from: $0, predecessors) }
        #expect(path.length == all.map { Self.sum($0, durations) }.max())
        #expect(Self.sum(path.positions, durations) == path.length)
        #expect(all.contains(path.positions))
    }

    @Test func orderAloneCountsAsMuchAsNeed() throws {
        let plan = try Plan(ordering: [
            Plan.Step(id: Self.id(0), work: 0), Plan.Step(id: Self.id(1), work: 1),
            Plan.Step(id: Self.id(2), work: 2, needs: [Self.id(0)], after: [Self.id(1), Self.id(0)]),
        ])
        let path = CriticalPath(plan) { $0 == Self.id(1) ? .seconds(5) : .seconds(1) }
        #expect(path.levels == [.seconds(2), .seconds(6), .seconds(1)])
        #expect(path.positions == [1, 2])
        #expect(plan.predecessors == [[], [], [0, 1]])
    }

    @Test func ofEquallyLongChainsTheEarliestIsNamed() {
        let path = CriticalPath(
            durations: [.seconds(1), .seconds(1), .seconds(1), .seconds(1)],
            predecessors: [[], [], [0, 1], [0, 1]])
        #expect(path.positions == [0, 2])
    }

    @Test func aGraphWithoutStepsTakesNoTime() {
        let path = CriticalPath(durations: [], predecessors: [])
        #expect(path.length == .zero)
        #expect(path.positions.isEmpty)
    }

    @Test func aLongChainTakesNoStack() {
        let count = 100_000
        let path = CriticalPath(
            durations: [Duration](repeating: .milliseconds(1), count: count),
            predecessors: (0..<count).map { $0 == 0 ? [] : [$0 - 1] })
        #expect(path.length == .seconds(100))
        #expect(path.positions.count == count)
    }

    private static func id(_ number: Int) -> StepID { .deploy("d\(number)", on: "n") }

    private static func sum(_ chain: [Int], _ durations: [Duration]) -> Duration {
        chain.reduce(.zero) { $0 + durations[$1] }
    }

    /// Every chain that starts at `position`, also those that go no further than they must.
    private static func chains(from position: Int, _ predecessors: [[Int]]) -> [[Int]] {
        let following = predecessors.indices.filter { predecessors[$0].contains(position) }
        return [[position]] + following.flatMap { chains(from: $0, predecessors).map { [position] + $0 } }
    }
}
