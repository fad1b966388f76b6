import Foundation
import Model
import Support
import Testing

@testable import Reports

@Suite struct PlanFileTests {
    static let made = Timestamp(milliseconds: 1_764_000_000_000)
    static let days: Int64 = 24 * 3600 * 1000

    static let chains = [
        PlannedChain.numbered(11_155_111, as: "sepolia", block0: "genesis"),
        // Neither asked nor deployed to.
        .numbered(80_002, as: "amoy", block0: nil),
    ]

    static func plan(at time: Timestamp = made) -> PlanV2 {
        var forecast = Self.forecast
        forecast.signers = [
            ReadSigner(name: "dao", address: "0xD"), ReadSigner(name: "tr", address: nil),
        ]
        forecast.calls[0].signers = [ReadSigner(name: "tr", address: "0xE")]
        forecast.deployments = [ReadDeployment(name: "asset@sepolia", address: "0x5")]
        forecast.calls[0].deployments = [ReadDeployment(name: "asset@sepolia", address: "0x6")]
        forecast.calls[0].unless = #"isOpen() equals "true""#
        forecast.calls[0].past = [
            PastCall(.asked, "run-2"), PastCall(.made, "0x8", run: "run-1"), PastCall(.made, "0x9"),
        ]
        forecast.calls[0].formerly = ["begin"]
        forecast.leftOut = ["close"]
        forecast.replaces = "0x7"
        forecast.replacesSince = 9
        return PlanV2(
            project: "treasury",
            manifests: [],
            createdAt: time,
            chains: chains,
            steps: [
                .init(id: .deploy("drops/17", on: "sepolia"), action: "create", reasons: ["new"]),
                .init(id: .call("open", of: "drops/17", on: "sepolia"), action: "call", reasons: ["new"]),
            ],
            forecasts: [forecast]
        )
    }

    private static let forecast = DeploymentForecast(
        step: .deploy("drops/17", on: "sepolia"), network: "sepolia", action: .create, reason: "new",
        sender: "0xB", initCodeDigest: Digest(of: Data("code".utf8)), arguments: #"["1"]"#, valueWei: "5",
        calls: [
            .init(
                name: "open", function: "open()", arguments: "[]", sender: "0xA", to: nil, data: nil,
                valueWei: "0", reason: "")
        ],
        maxGas: 7, maxCostWei: "9", unlinkedCodeDigest: Digest(of: Data("unlinked".utf8)),
        libraries: #"{Math: "0x1"}"#, salt: #"createx ["v1"]"#)

    @Test func aPlanThatWasWrittenIsReadAsItWas() throws {
        let later = Timestamp(milliseconds: Self.made.milliseconds + 2 * Self.days)
        let plan = try PlanV2(reading: try Self.plan().json(), at: later)
        #expect(try plan.digest() == Self.plan().digest())
        let approved = try plan.approved(for: "treasury")
        #expect(approved.digest == (try Self.plan().digest()))
        #expect(approved.networks == ["sepolia"])
        #expect(approved.chains == [Self.chains[0]])
        let deployment = try #require(approved[.deploy("drops/17", on: "sepolia")])
        #expect(deployment.arguments == #"["1"]"#)
        #expect(deployment.valueWei == "5")
        #expect(deployment.maxGas == 7)
        #expect(deployment.maxCostWei == "9")
        #expect(deployment.unlinkedCodeDigest == Digest(of: Data("unlinked".utf8)))
        #expect(deployment.libraries == #"{Math: "0x1"}"#)
        #expect(deployment.salt == #"createx ["v1"]"#)
        #expect(approved.call("open", of: deployment.step)?.function == "open()")
        #expect(approved.call("open", of: deployment.step)?.sender == "0xA")
        #expect(
            deployment.signers == [
                ReadSigner(name: "dao", address: "0xD"), ReadSigner(name: "tr", address: nil),
            ])
        #expect(deployment.calls.map(\.signers) == [[ReadSigner(name: "tr", address: "0xE")]])
        #expect(deployment.deployments == [ReadDeployment(name: "asset@sepolia", address: "0x5")])
        #expect(
            deployment.calls.map(\.deployments) == [[ReadDeployment(name: "asset@sepolia", address: "0x6")]])
        #expect(deployment.calls.map(\.unless) == [#"isOpen() equals "true""#])
        #expect(deployment.calls.map(\.formerly) == [["begin"]])
        #expect(plan.deployments[0].calls.map(\.madeBefore) == [["0x8", "0x9"]])
        #expect(
            deployment.calls.map(\.past) == [
                [PastCall(.made, "0x8"), PastCall(.made, "0x9"), PastCall(.asked, "run-2")]
            ])
        #expect(approved.stepsLeftOut == [.call("close", of: "drops/17", on: "sepolia")])
        #expect(deployment.replaces == "0x7")
        #expect(deployment.replacesSince == 9)
    }

    @Test func aPlanHasItsTime() throws {
        let late = Timestamp(milliseconds: Self.made.milliseconds + 3 * Self.days)
        let json = try Self.plan().json()
        #expect(throws: PlanFileError.expired(at: late.rfc3339)) { try PlanV2(reading: json, at: late) }
    }

    @Test func timesAreNotPartOfTheDigest() throws {
        let other = Self.plan(at: Timestamp(milliseconds: Self.made.milliseconds + 1))
        #expect(try other.digest() == Self.plan().digest())
        #expect(try other.json() != Self.plan().json())
    }

    @Test(arguments: [
        ("", "it is no plan file: it is no JSON"), ("[]", "it is no plan file: the file is not a map"),
        (#"{"version": 2, "project": 5}"#, "it is no plan file: project is not text"),
        (#"{"version": 3}"#, "it is a plan of version 3; this hyperkit reads version 2"),
        (
            #"{"version": 1}"#,
            "it is a plan of version 1, which does not say which chains it is for: make a new plan"
        ),
        (#"{"version": 2}"#, "it is no plan file: the file has no 'project'"),
        (#"{"version": "x"}"#, "it is no plan file: version is not a whole number"),
    ])
    func whatIsNoPlanIsSaid(_ text: String, _ message: String) throws {
        let error = try #require(throws: PlanFileError.self) {
            try PlanV2(reading: Data(text.utf8), at: Self.made)
        }
        #expect(error.description == message, "\(error)")
    }

    @Test func aValueThatIsWrongIsNamedByItsPath() throws {
        func refusal(_ old: String, _ new: String) throws -> PlanFileError? {
            let text = String(decoding: try Self.plan().json(), as: UTF8.self).replacing(old, with: new)
            return #expect(throws: PlanFileError.self) {
                try PlanV2(reading: Data(text.utf8), at: Self.made).approved(for: "treasury")
            }
        }
        #expect(
            try refusal(#""maxGas" : 7"#, #""maxGas" : "7""#)
                == .malformed(
                    detail: "deployments[0].maxGas is not a whole number",
                    path: ["deployments", "0", "maxGas"]))
        #expect(
            try refusal(#""calls" : ["#, #""calls" : 7, "x" : ["#)
                == .malformed(
                    detail: "deployments[0].calls is not a list", path: ["deployments", "0", "calls"]))
        #expect(
            try refusal(#""maxGas" : 7"#, #""gasBound" : "guess""#)
                == .malformed(detail: "'guess' of drops/17@sepolia is no 'gasBound'"))
    }

    @Test func whichChainANetworkIsMustBeTold() throws {
        func refusal(_ change: (inout PlanV2) -> Void) -> String? {
            var plan = Self.plan()
            change(&plan)
            let error = #expect(throws: PlanFileError.self) { try plan.approved(for: "treasury") }
            return error.map { "\($0)" }
        }
        #expect(
            refusal { $0.networks = [] } == "it is no plan file: it does not say which chain 'sepolia' is")
        #expect(
            refusal { $0.networks[0].chainId = 0 }
                == "it is no plan file: network sepolia has the chain id 0")
        #expect(
            refusal { $0.networks[0].genesisHash = "0x25" }
                == "it is no plan file: the 'genesisHash' of network sepolia is no hash")
        #expect(
            refusal { $0.networks.append($0.networks[0]) }
                == "it is no plan file: it has 'network sepolia' twice")
        // A chain that is another is another plan.
        var other = Self.plan()
        other.networks[0].chainId = 1
        #expect(try other.digest() != Self.plan().digest())
    }

    @Test func valuesAreInTheFile() throws {
        var plan = Self.plan()
        plan.deployments[0].values = ["uint256 supply: 1"]
        plan.deployments[0].calls[0].values = []
        let read = try PlanV2(reading: try plan.json(), at: Self.made)
        #expect(read.deployments[0].values == ["uint256 supply: 1"])
        #expect(read.deployments[0].calls[0].values == [])
    }

    @Test func anEntryThatIsThereTwiceIsRefused() throws {
        func refusal(_ change: (inout PlanV2) -> Void) -> PlanFileError? {
            var plan = Self.plan()
            change(&plan)
            return #expect(throws: PlanFileError.self) { try plan.approved(for: "treasury") }
        }
        #expect(
            refusal { $0.deployments.append($0.deployments[0]) }?.description
                == "it is no plan file: it has 'drops/17@sepolia' twice")
        #expect(
            refusal {
                $0.deployments.append($0.deployments[0])
                // The same step by its whole name.
                $0.deployments[1].id = "deploy:drops/17@sepolia"
            }?.description == "it is no plan file: it has 'drops/17@sepolia' twice")
        #expect(
            refusal { $0.deployments[0].calls.append($0.deployments[0].calls[0]) }?.description
                == "it is no plan file: it has 'call open of drops/17@sepolia' twice")
        #expect(
            refusal { $0.steps.append($0.steps[0]) }?.description
                == "it is no plan file: it has 'deploy:drops/17@sepolia' twice")
    }

    @Test func whatHasNoPlaceInTheOrderIsRefused() throws {
        for (lost, name) in [(0, "deploy:drops/17@sepolia"), (1, "call:drops/17@sepolia/open")] {
            var plan = Self.plan()
            plan.steps.remove(at: lost)
            let error = #expect(throws: PlanFileError.self) { try plan.approved(for: "treasury") }
            #expect(error?.description == "it is no plan file: '\(name)' is not among its 'steps'")
        }
        // An upgrade is done by its deployment's step.
        var upgrade = Self.plan()
        upgrade.deployments[0].calls[0].name = "upgradeTo(address)"
        upgrade.steps.removeLast()
        #expect(throws: Never.self) { try upgrade.approved(for: "treasury") }
    }

    @Test func aPlanOfAnotherProjectIsRefused() throws {
        let plan = try PlanV2(reading: try Self.plan().json(), at: Self.made)
        #expect(throws: PlanFileError.otherProject("treasury", expected: "other")) {
            try plan.approved(for: "other")
        }
    }
}
