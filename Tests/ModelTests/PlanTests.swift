import Model
import Support
import Testing

@Suite struct PlanTests {
    /// Steps named by numbers; `arrows` says what each needs.
    static func steps(_ arrows: [(Int, [Int])]) -> [Plan<Int>.Step] {
        arrows.map { number, needs in
            Plan.Step(id: id(number), work: number, needs: needs.map(id))
        }
    }

    static func id(_ number: Int) -> StepID { .deploy("d\(number)", on: "n") }

    @Test func ordersStepsAfterTheirNeedsAndElseAsGiven() throws {
        let plan = try Plan(ordering: Self.steps([(3, [1]), (2, []), (1, []), (0, [3, 2])]))
        #expect(plan.steps.map(\.work) == [2, 1, 3, 0])
    }

    @Test func namesACycleStepByStep() {
        let error = #expect(throws: PlanError.self) {
            try Plan(ordering: Self.steps([(0, []), (1, [2, 0]), (2, [3]), (3, [1])]))
        }
        #expect(error == .cycle([1, 2, 3, 1].map(Self.id)))
    }

    @Test func refusesAStepGivenTwiceAndAnUnknownNeed() {
        #expect(throws: PlanError.duplicate(Self.id(1))) {
            try Plan(ordering: Self.steps([(1, []), (1, [])]))
        }
        #expect(throws: PlanError.unknown(Self.id(9), neededBy: Self.id(1))) {
            try Plan(ordering: Self.steps([(1, [9])]))
        }
    }

    @Test func selectionKeepsWhatIsNeededAndDropsOrderToWhatIsNot() throws {
        let steps = [
            Plan.Step(id: Self.id(0), work: 0), Plan.Step(id: Self.id(1), work: 1),
            Plan.Step(id: Self.id(2), work: 2, needs: [Self.id(0)], after: [Self.id(1)]),
        ]
        let plan = try Plan(ordering: steps).closed { $0.work == 2 }
        #expect(plan.steps.map(\.work) == [0, 2])
        #expect(plan.steps[1].after.isEmpty)
    }

    @Test func aLongChainIsOrderedInLinearTime() throws {
        let count = 100_000
        let plan = try Plan(
            ordering: Self.steps((0..<count).map { ($0, $0 == 0 ? [] : [$0 - 1]) }).reversed())
        #expect(plan.steps.map(\.work) == Array(0..<count))
    }

    @Test(arguments: 0..<200) func theHeapGivesWhatSortingGives(_ seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var heap = Heap()
        var model: [Int] = []
        for _ in 0..<200 {
            if Bool.random(using: &random) || model.isEmpty {
                let item = Int.random(in: 0..<50, using: &random)
                heap.insert(item)
                model.append(item)
                model.sort()
            } else {
                #expect(heap.popLeast() == model.removeFirst())
            }
        }
    }
}
