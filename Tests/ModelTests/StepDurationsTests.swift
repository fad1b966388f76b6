import EthereumTypes
import Model
import Testing

@Suite struct StepDurationsTests {
    @Test func aStepThatIsKnownIsTakenAtItsWord() {
        let step = StepID.deploy("a", on: "n")
        #expect(StepDurations([step: .seconds(7)]).estimate(step) == .seconds(7))
    }

    @Test(arguments: [([5], 5), ([9, 1, 5], 5), ([1, 9, 3, 7], 3)])
    func anUnknownStepTakesWhatItsKindTakes(_ seconds: [Int], _ median: Int) {
        let known = seconds.enumerated().map { (StepID.deploy("d\($0)", on: "n"), Duration.seconds($1)) }
        let durations = StepDurations(
            Dictionary(uniqueKeysWithValues: known + [(.call("c", of: "d", on: "n"), .seconds(100))]))
        #expect(durations.estimate(.deploy("new", on: "n")) == .seconds(median))
    }

    @Test func whereNothingIsKnownEveryKindHasAGuess() throws {
        let token = try #require(ContractName("Token"))
        let steps = [
            StepID.generate(token), .compile(token), .audit(token), .factory(.createX, on: "n"),
            .implementation("d", on: "n"), .beacon("d", on: "n"), .proxy("d", on: "n"), .deploy("d", on: "n"),
            .call("c", of: "d", on: "n"), .verify("d", on: "n"), .check("unit"),
        ]
        #expect(steps.map(\.kind) == StepID.Kind.allCases)
        #expect(steps.allSatisfy { StepDurations().estimate($0) > .zero })
    }
}
