import EthereumTypes
import Model
import Reports
import Support
import Testing

@Suite struct PlanTextTests {
    private static func step(_ id: StepID, _ action: String, _ reason: String = "nothing changed")
        -> PlanV2.Step
    {
        PlanV2.Step(id: id, action: action, reasons: [reason])
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
                        name: "setFee", function: "setFee(uint256)", arguments: #"["${var}"]"#, to: nil,
                        data: nil, valueWei: "0", reason: "not yet made")
                ],
                maxGas: 1_204_331, maxCostWei: "18100000000000000",
                libraries: #"{Math: "${deployments.math.address}"}"#, salt: #"createx ["v1"]"#),
        ]
        forecasts[1].values = [#"string name: "Token""#, "address owner: 0xf39F"]
        forecasts[1].valueWei = "5"
        forecasts[1].calls.append(forecasts[1].calls[0])
        forecasts[1].calls[0].values = ["uint256 fee: 25"]
        forecasts[1].sender = "0xf39F"
        forecasts[1].calls[0].sender = "0x7099"
        forecasts[1].signers = [ReadSigner(name: "dao", address: "0xf39F")]
        forecasts[1].calls[0].signers = [ReadSigner(name: "tr", address: nil)]
        forecasts[1].deployments = [
            ReadDeployment(name: "asset@amoy", address: "0x7099"),
            ReadDeployment(name: "math@sepolia", address: "0x5"),
        ]
        forecasts[1].calls[0].deployments = [ReadDeployment(name: "asset@amoy", address: "0x7099")]
        forecasts[1].calls[0].unless = #"fee() equals "25""#
        forecasts[1].leftOut = ["pay", "close"]
        forecasts[1].calls[0].to = "0x7E5F"
        forecasts[1].calls[0].valueWei = "1000000000000000000"
        forecasts[1].calls[0].maxGas = 69_624
        forecasts[1].calls[0].maxCostWei = "200000000000000"
        forecasts[1].calls[1].obstacle = StepFailure(.blocked, code: "unknown-history", "nobody knows")
        let steps = [
            Self.step(.deploy("a", on: "x"), "reuse"), Self.step(.deploy("b", on: "x"), "run", "it is new"),
        ]
        let genesis = Keccak256.hash("genesis".utf8)
        let chains = [
            PlannedChain.numbered(11_155_111, as: "sepolia", block0: "genesis"),
            .numbered(80_002, as: "amoy", block0: nil),
            // Neither asked nor deployed to.
            .numbered(8453, as: "base", block0: nil),
        ]
        #expect(
            PlanText.render(steps: steps, forecasts: forecasts, chains: chains) == """
                deployments
                  = token@amoy     keep    0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf                               code matches
                  + token@sepolia  create                                              1,204,331 gas  ≤ 0.0181 ETH  new
                      constructor(string name: "Token", address owner: 0xf39F)  with 0.000000000000000005 ETH
                      libraries {Math: "${deployments.math.address}"}
                      salt createx ["v1"]
                      signer dao is 0xf39F
                      asset@amoy is at 0x7099
                      by 0xf39F
                      call setFee  setFee(uint256 fee: 25)  to 0x7E5F  by 0x7099  with 1 ETH  69,624 gas  ≤ 0.0002 ETH  unless fee() equals "25"  not yet made
                        nothing tells the address of signer tr: this plan is refused when it is applied
                        asset@amoy is at 0x7099
                      call setFee  setFee(uint256) ["${var}"]  by an account that nothing tells  blocked: not yet made
                      without calls pay, close, not selected

                steps   1 reuse · 1 run
                  deploy:b@x  it is new
                chain   amoy: chain id 80002
                chain   sepolia: chain id 11155111, block 0 \(genesis)
                cost    sepolia ≤ 0.0183 ETH

                """)
    }

    private static func lines(_ change: (inout DeploymentForecast) -> Void) -> [String] {
        var forecast = DeploymentForecast(
            step: .deploy("vault", on: "a"), network: "a", action: .create, reason: "new")
        change(&forecast)
        let text = PlanText.render(steps: [], forecasts: [forecast], chains: [])
        let lines = text.split(separator: "\n").map(String.init).filter { $0.hasPrefix("      ") }
        guard forecast.isCreation else { return lines }
        #expect(lines.last == "      by an account that nothing tells")
        return lines.dropLast()
    }

    @Test func whatIsNotKnownYetIsShownAsTheManifestHasIt() {
        let written = #"["${deployments.token.address}"]"#
        #expect(Self.lines { $0.arguments = written } == ["      constructor \(written)"])
        let proxy = Self.lines {
            $0.step = .proxy("vault", on: "a")
            $0.arguments = "uups: initialize(address) \(written)"
        }
        #expect(proxy == ["      proxy uups: initialize(address) \(written)"])
    }

    @Test func whatSendsNothingShowsNoArguments() {
        #expect(Self.lines { _ in } == [])
        #expect(Self.lines { $0.values = [] } == [])
        for action in [DeploymentForecast.Action.keep, .drift, .blocked] {
            #expect(
                Self.lines {
                    $0.action = action
                    $0.values = ["uint256 1"]
                } == [])
        }
    }

    @Test func aLongLineHasAValueALineAndALongValueIsCut() {
        let values = [
            "address owner: 0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf",
            "bytes code: 0x" + .init(repeating: "ab", count: 300),
        ]
        let lines = Self.lines { $0.values = values }
        #expect(
            lines == [
                "      constructor", "        \(values[0])",
                "        \(values[1].prefix(400))… (614 characters, all of them in the plan file)",
            ])
    }

    @Test func anUpgradeHasTheNameOfItsFunctionOnce() {
        let lines = Self.lines {
            $0.action = .upgrade
            $0.address = "0x1"
            $0.calls = [
                .init(
                    name: "upgradeTo(address)", function: "upgradeTo(address)",
                    arguments: "its implementation",
                    to: "0x2", data: nil, valueWei: "0", reason: "its code changed")
            ]
            $0.calls[0].values = ["address 0x3"]
        }
        #expect(
            lines == [
                "      call upgradeTo(address 0x3)  to 0x2  by an account that nothing tells  its code changed"
            ])
    }

    @Test func aCallSaysWhereItGoesOnlyWhereThatIsNotTheDeployment() {
        func line(to address: String) -> [String] {
            Self.lines {
                $0.action = .keep
                $0.address = "0x1"
                $0.calls = [
                    .init(
                        name: "go", function: "go()", arguments: "[]", to: address, data: nil,
                        valueWei: "0", reason: "not yet made")
                ]
                $0.calls[0].values = []
            }
        }
        #expect(line(to: "0x1") == ["      call go  go()  by an account that nothing tells  not yet made"])
        #expect(
            line(to: "0x2") == ["      call go  go()  to 0x2  by an account that nothing tells  not yet made"]
        )
    }

    @Test func aBoundByRuleIsSaidToBeOne() {
        for (bound, words) in [
            (DeploymentForecast.GasBound.rule, "16,777,216 gas at most, by rule"),
            (.given, "16,777,216 gas"),
        ] {
            let lines = Self.lines {
                $0.action = .keep
                $0.calls = [
                    .init(
                        name: "go", function: "go()", arguments: "[]", to: nil, data: nil, valueWei: "0",
                        reason: "not yet made", maxGas: 16_777_216, gasBound: bound)
                ]
                $0.calls[0].values = []
            }
            #expect(
                lines == ["      call go  go()  by an account that nothing tells  \(words)  not yet made"])
        }
    }

    @Test func whatIsLeftOutIsCounted() {
        #expect(PlanText.leftOut(0, on: []) == "")
        #expect(
            PlanText.leftOut(1, on: ["b"])
                == "left    1 deployment on a network that is not named: --network b, or --all-networks\n")
        #expect(
            PlanText.leftOut(3, on: ["a", "b"])
                == "left    3 deployments on networks that are not named: --network a --network b, or --all-networks\n"
        )
    }

    @Test func manyRunsAreCountedByTheirReasons() {
        let steps = (0..<30).map { number in
            Self.step(.deploy("s\(number)", on: "x"), "run", number < 10 ? "solc changed" : "it is new")
        }
        #expect(
            PlanText.render(steps: steps, forecasts: [], chains: [])
                == "steps   0 reuse · 30 run (it is new: 20, solc changed: 10)\n")
    }
}
