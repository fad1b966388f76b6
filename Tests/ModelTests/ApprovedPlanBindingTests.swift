import Foundation
import Support
import Testing

@testable import Model

/// What a plan binds that the manifest only names: the accounts behind signers, the order, and what is there when it starts.
@Suite struct ApprovedPlanBindingTests {
    private static let chain = PlannedChain.numbered(11_155_111, as: "sepolia", block0: "genesis")

    private static func forecast(
        _ name: String = "token",
        _ action: DeploymentForecast.Action = .create,
        calls: [String] = [],
        change: (inout DeploymentForecast) -> Void = { _ in }
    ) -> DeploymentForecast {
        var forecast = DeploymentForecast(
            step: .deploy(name, on: "sepolia"), network: "sepolia", action: action, reason: "",
            calls: calls.map {
                .init(
                    name: $0, function: "\($0)()", arguments: "[]", to: nil, data: nil, valueWei: "0",
                    reason: "")
            })
        change(&forecast)
        return forecast
    }

    private static func plan(order: [StepID] = [], _ forecasts: DeploymentForecast...) -> ApprovedPlan {
        ApprovedPlan(digest: Digest(of: Data()), chains: [chain], order: order, deployments: forecasts)
    }

    private static func departures(_ planned: DeploymentForecast, _ now: DeploymentForecast) -> [String] {
        plan(planned).departures(of: [now], on: [chain])
    }

    // MARK: Signers

    private static func read(_ address: String?, call: String?) -> DeploymentForecast {
        forecast(calls: ["setTo"]) {
            $0.signers = [ReadSigner(name: "dao", address: address)]
            $0.calls[0].signers = [ReadSigner(name: "treasury", address: call)]
        }
    }

    @Test func anotherAddressBehindASignerIsNamed() {
        #expect(Self.departures(Self.read("0xA", call: "0xB"), Self.read("0xA", call: "0xB")) == [])
        #expect(
            Self.departures(Self.read("0xA", call: "0xB"), Self.read("0xC", call: "0xD")) == [
                "token@sepolia: address of signer 'dao' 0xA → 0xC",
                "token@sepolia: call setTo: address of signer 'treasury' 0xB → 0xD",
            ])
    }

    @Test func whatNothingToldCannotHaveBeenApproved() {
        #expect(
            Self.departures(Self.read(nil, call: nil), Self.read("0xA", call: "0xB")) == [
                "token@sepolia: the address of signer 'dao' was not known when the plan was made",
                "token@sepolia: call setTo: the address of signer 'treasury' was not known when the plan was made",
            ])
        // What is there already reads nothing any more.
        var kept = Self.forecast("token", .keep)
        kept.signers = []
        kept.madeBy = "0xF"
        kept.notNeeded = Self.forecast(calls: ["setTo"]).calls
        #expect(Self.departures(Self.read(nil, call: nil), kept) == [])
    }

    @Test func aSignerThatThePlanDoesNotNameIsADeparture() {
        #expect(
            Self.departures(Self.forecast(calls: ["setTo"]), Self.read("0xA", call: "0xB")) == [
                "token@sepolia: the address of signer 'dao' is not in the plan",
                "token@sepolia: call setTo: the address of signer 'treasury' is not in the plan",
            ])
    }

    @Test func anAddressIsAskedForWhereItIsUsed() {
        let plan = Self.plan(
            Self.read("0xA", call: "0xB"),
            Self.forecast("stuck", .blocked) { $0.signers = [ReadSigner(name: "other", address: "0xE")] })
        func departure(_ name: String, _ address: String, on network: String = "sepolia") -> String? {
            plan.departure(of: ReadSigner(name: name, address: address), on: network)
        }
        #expect(departure("dao", "0xA") == nil)
        #expect(departure("dao", "0xC") == "address of signer 'dao' 0xA → 0xC")
        #expect(departure("treasury", "0xA") == "address of signer 'treasury' 0xB → 0xA")
        #expect(departure("dao", "0xC", on: "elsewhere") == nil)
        #expect(departure("other", "0xC") == nil, "nothing of it was approved")
    }

    // MARK: Order

    private static let steps: [StepID] = [
        .deploy("token", on: "sepolia"), .call("setTo", of: "token", on: "sepolia"),
        .call("pay", of: "token", on: "sepolia"), .deploy("vault", on: "sepolia"),
    ]

    private static func reorderings(
        _ now: [StepID],
        _ forecasts: DeploymentForecast...
    ) -> [String] {
        plan(order: steps).reorderings(of: forecasts, in: now)
    }

    @Test func anotherOrderIsNamed() {
        let (token, vault) = (Self.forecast(calls: ["setTo", "pay"]), Self.forecast("vault"))
        let steps = Self.steps
        #expect(Self.reorderings(steps, token, vault) == [])
        let swapped = [steps[0], steps[2], steps[1], steps[3]]
        #expect(
            Self.reorderings(swapped, token, vault) == [
                "network 'sepolia': planned call:token@sepolia/setTo before call:token@sepolia/pay, now "
                    + "call:token@sepolia/pay comes first"
            ])
        #expect(
            Self.reorderings([steps[3], steps[0], steps[1], steps[2]], token, vault) == [
                "network 'sepolia': planned deploy:token@sepolia before deploy:vault@sepolia, now "
                    + "deploy:vault@sepolia comes first"
            ])
    }

    @Test func whatIsDoneOrNotInThePlanHasNoPlaceInTheOrder() {
        let steps = Self.steps
        let swapped = [steps[2], steps[0], steps[1]]
        #expect(Self.reorderings(swapped, Self.forecast("token", .keep, calls: ["setTo"])) == [])
        #expect(Self.reorderings(swapped, Self.forecast("token", .blocked, calls: ["setTo", "pay"])) == [])
        let new = [StepID.call("new", of: "token", on: "sepolia")] + steps
        #expect(Self.reorderings(new, Self.forecast(calls: ["new", "setTo", "pay"])) == [])
    }

    @Test func networksDoNotWaitForEachOther() {
        let other = StepID.deploy("token", on: "amoy")
        let plan = Self.plan(order: Self.steps + [other])
        let there = DeploymentForecast(step: other, network: "amoy", action: .create, reason: "")
        #expect(plan.reorderings(of: [there, Self.forecast()], in: [other] + Self.steps) == [])
    }

    // MARK: Start

    @Test(arguments: [DeploymentForecast.Action.replace, .upgrade])
    func whatItStartsFromIsCompared(_ action: DeploymentForecast.Action) {
        func departures(_ planned: String?, _ now: String?, _ action: DeploymentForecast.Action) -> [String] {
            Self.departures(
                Self.forecast("token", action) { $0.replaces = planned },
                Self.forecast("token", action) { $0.replaces = now })
        }
        #expect(departures("0x1", "0x1", action) == [])
        #expect(departures("0x1", "0x2", action) == ["token@sepolia: starts from 0x1 → 0x2"])
        #expect(departures(nil, "0x2", action) == ["token@sepolia: starts from nothing → 0x2"])
        #expect(departures(nil, "0x2", .create) == [])
    }

    @Test func whatWasMadeSinceIsNamed() {
        func call(_ past: [PastCall]) -> DeploymentForecast {
            Self.forecast("token", .keep, calls: ["setTo"]) { $0.calls[0].past = past }
        }
        let (known, new) = (PastCall(.made, "0x1"), PastCall(.made, "0x2", run: "run-2"))
        #expect(Self.departures(call([known]), call([PastCall(.made, "0x1", run: "run-1")])) == [])
        #expect(Self.departures(call([known, new]), call([])) == [], "another machine knows less")
        #expect(
            Self.departures(call([known]), call([known, new, PastCall(.made, "0x3")])) == [
                "token@sepolia: call setTo: it was made since, in 0x2 (run run-2)",
                "token@sepolia: call setTo: it was made since, in 0x3",
            ])
        #expect(
            Self.departures(call([PastCall(.made, "run-1")]), call([PastCall(.asked, "run-1")])) == [
                "token@sepolia: call setTo: people were asked for it with other data since, in run run-1"
            ])
        #expect(
            PastCall.sorted([new, known, PastCall(.asked, "run-1"), new]).map(\.mark) == [
                "run-1", "0x1", "0x2",
            ])
    }

    @Test func theSameCodeThatCameBackIsAnotherStart() {
        func upgrade(_ block: UInt64?) -> DeploymentForecast {
            Self.forecast("token", .upgrade) {
                $0.replaces = "0x1"
                $0.replacesSince = block
            }
        }
        func departures(_ planned: UInt64?, _ now: UInt64?) -> [String] {
            Self.departures(upgrade(planned), upgrade(now))
        }
        #expect(departures(7, 7) == [])
        #expect(departures(7, nil) == [] && departures(nil, nil) == [], "nobody noted it")
        #expect(
            departures(nil, 7) == [
                "token@sepolia: starts from 0x1 since nobody knows when → since block 7"
            ])
        #expect(departures(7, 9) == ["token@sepolia: starts from 0x1 since block 7 → since block 9"])
    }
}
