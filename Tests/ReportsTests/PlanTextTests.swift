import Model
import Reports
import Testing

@Suite struct PlanTextTests {
    private static func step(_ id: StepID, _ action: String, _ reason: String = "nothing changed")
        -> PlanV1.Step
    {
        PlanV1.Step(id: id, action: action, reasons: [reason])
    }

    @Test func saysWhatWouldBeDoneWhyAndForHowMuch() {
        var forecasts = [
            DeploymentForecast(
                step: .deploy("token", on: "amoy"), network: "amoy", action: .keep, reason: "code matches",
                address: "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf"),
            DeploymentForecast(
                step: .deploy("token", on: "sepolia"), network: "sepolia", action: .create, reason: "new",
                calls: [
                    .init(
                        name: "setFee", function: "f()", arguments: "[]", to: nil, data: nil, valueWei: "0",
                        reason: "not yet made")
                ],
                maxGas: 1_204_331, maxCostWei: "18100000000000000"),
        ]
        forecasts[1].calls.append(forecasts[1].calls[0])
        forecasts[1].calls[1].obstacle = StepFailure(.blocked, code: "unknown-history", "nobody knows")
        let steps = [
            Self.step(.deploy("a", on: "x"), "reuse"), Self.step(.deploy("b", on: "x"), "run", "it is new"),
        ]
        let chains: [String: UInt64] = ["amoy": 80_002, "sepolia": 11_155_111]
        #expect(
            PlanText.render(steps: steps, forecasts: forecasts, chains: chains) == """
                deployments
                  = token@amoy     keep    0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf                               code matches
                  + token@sepolia  create                                              1,204,331 gas  ≤ 0.0181 ETH  new
                      call setFee  not yet made
                      call setFee  blocked: not yet made

                steps   1 reuse · 1 run
                  deploy:b@x  it is new
                cost    sepolia ≤ 0.0181 ETH

                """)
    }

    @Test func manyRunsAreCountedByTheirReasons() {
        let steps = (0..<30).map { number in
            Self.step(.deploy("s\(number)", on: "x"), "run", number < 10 ? "solc changed" : "it is new")
        }
        #expect(
            PlanText.render(steps: steps, forecasts: [], chains: [:])
                == "steps   0 reuse · 30 run (it is new: 20, solc changed: 10)\n")
    }
}
