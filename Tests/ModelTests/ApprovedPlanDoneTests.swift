import Foundation
import Support
import Testing

@testable import Model

/// What a plan has and a run would not do now: done by an application of the plan, or a departure.
@Suite struct ApprovedPlanDoneTests {
    private static let chain = PlannedChain.numbered(11_155_111, as: "sepolia", block0: "genesis")

    private static func forecast(
        _ name: String = "token",
        _ action: DeploymentForecast.Action = .create,
        change: (inout DeploymentForecast) -> Void = { _ in }
    ) -> DeploymentForecast {
        var forecast = DeploymentForecast(
            step: .deploy(name, on: "sepolia"), network: "sepolia", action: action, reason: "it is there",
            sender: "0xA", address: "0x1",
            calls: ["setTo", "pay"].map {
                .init(
                    name: $0, function: "\($0)()", arguments: "[]", to: nil, data: nil, valueWei: "0",
                    reason: "")
            })
        change(&forecast)
        return forecast
    }

    private static func departures(_ planned: DeploymentForecast..., now: DeploymentForecast...) -> [String] {
        ApprovedPlan(digest: Digest(of: Data()), chains: [chain], deployments: planned)
            .departures(of: now, on: [chain])
    }

    // MARK: Calls

    @Test func aCallThatTheManifestsNoLongerHaveIsADeparture() {
        #expect(
            Self.departures(Self.forecast(), now: Self.forecast { $0.calls.removeFirst() }) == [
                "token@sepolia: call setTo: the manifests no longer have it"
            ])
        // What stops its deployment stops it too, and is said.
        let stuck = Self.forecast("token", .blocked) { $0.calls = [] }
        #expect(
            Self.departures(Self.forecast(), now: stuck) == [
                "token@sepolia: planned create, now blocked (it is there)"
            ])
    }

    @Test func aCallThatIsNotNeededAnyMoreIsNoneWhereItStillMeansTheSame() {
        func done(_ change: (inout DeploymentForecast.Call) -> Void) -> [String] {
            Self.departures(
                Self.forecast { $0.calls[0].signers = [ReadSigner(name: "dao", address: nil)] },
                now: Self.forecast {
                    $0.notNeeded = [$0.calls.removeFirst()]
                    change(&$0.notNeeded[0])
                })
        }
        #expect(done { _ in } == [])
        #expect(
            done { $0.unless = #"to() equals "0x0""# } == [
                #"token@sepolia: call setTo: unless nothing → to() equals "0x0""#
            ])
        #expect(
            done {
                $0.function = "set()"
                $0.arguments = #"["1"]"#
                $0.valueWei = "1"
            } == [
                "token@sepolia: call setTo: setTo() → set()",
                #"token@sepolia: call setTo: arguments [] → ["1"]"#,
                "token@sepolia: call setTo: value 0 → 1 wei",
            ])
    }

    @Test func anotherConditionIsNamed() {
        func call(_ unless: String?) -> DeploymentForecast { Self.forecast { $0.calls[1].unless = unless } }
        #expect(Self.departures(call("a"), now: call("a")) == [])
        #expect(
            Self.departures(call("a"), now: call("b")) == ["token@sepolia: call pay: unless a → b"])
        #expect(
            Self.departures(call("a"), now: call(nil)) == ["token@sepolia: call pay: unless a → nothing"])
    }

    @Test func anUpgradeThatWasMadeIsNoCallOfTheManifests() {
        let upgrade = Self.forecast("token", .upgrade) {
            $0.calls[0].name = "upgradeTo(address)"
            $0.calls.removeLast()
        }
        let made = Self.forecast("token", .keep) { $0.calls = [] }
        #expect(Self.departures(upgrade, now: made) == [])
    }

    // MARK: Creations

    private static func kept(
        _ change: (inout DeploymentForecast) -> Void
    ) -> DeploymentForecast {
        forecast("token", .keep) {
            $0.notNeeded = $0.calls
            $0.calls = []
            $0.address = "0x2"
            $0.madeBy = "0xA"
            change(&$0)
        }
    }

    @Test func whatIsKeptInPlaceOfACreationIsOfTheAccountThatWasApproved() {
        #expect(Self.departures(Self.forecast(), now: Self.kept { _ in }) == [])
        #expect(
            Self.departures(Self.forecast(), now: Self.kept { $0.madeBy = "0xB" }) == [
                "token@sepolia: planned create by 0xA, now keep of what 0xB made at 0x2 (it is there)"
            ])
        #expect(
            Self.departures(Self.forecast(), now: Self.kept { $0.madeBy = nil }) == [
                "token@sepolia: planned create by 0xA, now keep of what is at 0x2, and no record says who made that "
                    + "(it is there)"
            ])
        // Where nothing told who would send it, whoever signs now would.
        let blind = Self.forecast { $0.sender = nil }
        #expect(Self.departures(blind, now: Self.kept { _ in }) == [])
        #expect(Self.departures(blind, now: Self.kept { $0.madeBy = "0xB" }).count == 1)
        // What the plan keeps is whoever's it was.
        #expect(
            Self.departures(
                Self.forecast("token", .keep) { $0.address = "0x2" }, now: Self.kept { $0.madeBy = "0xB" })
                == [])
    }

    @Test func whatWasToBeReplacedAndStaysIsADeparture() {
        func replace(_ signer: String?) -> DeploymentForecast {
            Self.forecast("token", .replace) {
                $0.replaces = "0x2"
                $0.signers = [ReadSigner(name: "dao", address: signer)]
            }
        }
        #expect(
            Self.departures(replace("0xD"), now: Self.kept { _ in }) == [
                "token@sepolia: planned replace, now keep of what it was to replace at 0x2 (it is there)"
            ])
        #expect(Self.departures(replace("0xD"), now: Self.kept { $0.address = "0x3" }) == [])
        #expect(Self.departures(replace(nil), now: Self.kept { _ in }) == [], "it was taken for another")
    }

    // MARK: Addresses

    private static func reading(_ address: String, call: String) -> DeploymentForecast {
        forecast {
            $0.deployments = [ReadDeployment(name: "asset@amoy", address: address)]
            $0.calls[1].deployments = [ReadDeployment(name: "asset@amoy", address: call)]
        }
    }

    @Test func anotherAddressBehindADeploymentIsNamed() {
        #expect(
            Self.departures(Self.reading("0xA", call: "0xA"), now: Self.reading("0xA", call: "0xA")) == [])
        #expect(
            Self.departures(Self.reading("0xA", call: "0xB"), now: Self.reading("0xC", call: "0xD")) == [
                "token@sepolia: address of asset@amoy 0xA → 0xC",
                "token@sepolia: call pay: address of asset@amoy 0xB → 0xD",
            ])
    }

    @Test func anAddressThatThePlanDoesNotSayIsADeparture() {
        #expect(
            Self.departures(Self.forecast(), now: Self.reading("0xA", call: "0xA")) == [
                "token@sepolia: the address of asset@amoy is not in the plan",
                "token@sepolia: call pay: the address of asset@amoy is not in the plan",
            ])
        // One that the plan makes was not there when it was made.
        for step in [StepID.deploy("asset", on: "amoy"), .proxy("asset", on: "amoy")] {
            let asset = DeploymentForecast(step: step, network: "amoy", action: .create, reason: "")
            #expect(
                Self.departures(
                    Self.forecast(), asset, now: Self.reading("0xA", call: "0xA"), asset
                ).allSatisfy { !$0.contains("asset@amoy is") })
        }
    }

    @Test func anAddressIsAskedForWhereItIsUsed() {
        let stuck = Self.forecast("stuck", .blocked) {
            $0.deployments = [ReadDeployment(name: "other@amoy", address: "0xE")]
        }
        let plan = ApprovedPlan(
            digest: Digest(of: Data()), chains: [Self.chain],
            deployments: [Self.reading("0xA", call: "0xB"), stuck])
        func departure(_ name: String, _ address: String, on network: String = "sepolia") -> String? {
            plan.departure(of: ReadDeployment(name: name, address: address), on: network)
        }
        #expect(departure("asset@amoy", "0xA") == nil && departure("asset@amoy", "0xB") == nil)
        #expect(departure("asset@amoy", "0xC") == "address of asset@amoy 0xA, 0xB → 0xC")
        #expect(departure("asset@amoy", "0xC", on: "elsewhere") == nil)
        #expect(departure("other@amoy", "0xC") == nil, "nothing of it was approved")
    }
}
