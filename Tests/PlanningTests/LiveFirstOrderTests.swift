import Model
import Testing

@testable import Planning

/// What comes after another network waits for its calls there, and knows its checks there.
@Suite struct LiveFirstOrderTests {
    typealias Bench = PlanBench

    private static func networks() throws -> [NetworkSpec] {
        var networks = [try Bench.live("north"), try Bench.live("south", chainID: 2)]
        networks[1].after = "north"
        return networks
    }

    private static func plan(
        _ deployments: [DeploymentSpec],
        _ networks: [NetworkSpec],
        _ request: PlanRequest = PlanRequest(allNetworks: true)
    ) throws -> Plan<Action> {
        let contracts = [try Bench.contract("A"), try Bench.contract("B")]
        let manifest = try Bench.manifest(
            contracts: contracts, networks: networks, deployments: deployments)
        return try Planner.plan(manifest, Snapshot(), request).plan
    }

    private static let there = StepID.call("go", of: "a", on: "north")

    @Test func aDeploymentAndItsCallsComeAfterTheCallsThere() throws {
        let plan = try Self.plan(
            [Bench.deployment("a", of: "A", on: ["south", "north"], calls: [Bench.call("go")])],
            try Self.networks())
        let steps = [StepID.deploy("a", on: "south"), .call("go", of: "a", on: "south")]
        for id in steps {
            let step = try #require(plan[id])
            #expect(step.after.contains(Self.there), "\(step.after)")
            #expect(step.early[Self.there] == nil, "it waits until that has ended")
            #expect(step.work.liveFirst?.calls == [Self.there])
        }
        #expect(plan[Self.there]?.work.liveFirst == nil)
    }

    @Test func eachPartBehindAProxyDoesToo() throws {
        var spec = Bench.deployment("a", of: "A", on: ["north", "south"], calls: [Bench.call("go")])
        spec.proxy = ProxySpec(kind: .beacon)
        let plan = try Self.plan([spec], try Self.networks())
        let parts = plan.steps.filter { $0.network?.name == "south" }
        #expect(parts.count == 4)
        #expect(
            parts.allSatisfy { $0.work.liveFirst?.calls == [Self.there] && $0.after.contains(Self.there) })
    }

    @Test func whatIsNotPartOfThePlanIsNotWaitedFor() throws {
        let spec = Bench.deployment("a", of: "A", on: ["north", "south"], calls: [Bench.call("go")])
        for request in [
            PlanRequest(networks: ["south"]),
            PlanRequest(select: ["deploy:a@south"], allNetworks: true),
        ] {
            let plan = try Self.plan([spec], try Self.networks(), request)
            #expect(try plan.deploy("a", on: "south").liveFirst?.calls == [])
        }
    }

    /// A bridge: what is on the first network is told of what is on the second.
    @Test func aCallThatItselfWaitsForALaterNetworkIsNotWaitedFor() throws {
        let tell = Bench.call("tell", arguments: [Bench.address(of: "b", on: "south")])
        let plan = try Self.plan(
            [
                Bench.deployment("a", of: "A", on: ["north", "south"], calls: [Bench.call("go"), tell]),
                Bench.deployment("b", of: "B", on: ["south"], arguments: [Bench.address(of: "a")]),
            ], try Self.networks())
        #expect(try plan.deploy("a", on: "south").liveFirst?.calls == [Self.there])
    }

    @Test func aChainOfNetworksWaitsAllTheWay() throws {
        var networks = try Self.networks()
        networks.append(try Bench.live("west", chainID: 3))
        networks[2].after = "south"
        let plan = try Self.plan(
            [
                Bench.deployment(
                    "a", of: "A", on: ["north", "south", "west"], calls: [Bench.call("go")])
            ], networks)
        #expect(
            try plan.deploy("a", on: "west").liveFirst?.calls == [.call("go", of: "a", on: "south")])
    }

    @Test func theChecksAreThoseOfTheFirstNetwork() throws {
        var networks = try Self.networks()
        for (place, name) in ["north", "south"].enumerated() {
            networks[place].values = ["owner": Interpolated(text: name, at: Bench.at(1))]
        }
        var spec = Bench.deployment("a", of: "A", on: ["north", "south"])
        let owner = Interpolated([.reference(.networkValue(key: "owner"))], at: Bench.at(9))
        spec.checks = [Expectation(name: "owner", read: Bench.located("owner()"), equals: .text(owner))]
        spec.formerly = [Bench.located("old")]
        let action = try Self.plan([spec], networks).deploy("a", on: "south")
        let first = try #require(action.liveFirst)
        func wanted(_ expectations: [Model.Expectation]) -> [String] {
            expectations.compactMap { if case .text(let text) = $0.equals { text.text } else { nil } }
        }
        #expect(wanted(first.expectations) == ["north"])
        #expect(wanted(action.expectations) == ["south"])
        #expect(first.deployment == "a" && first.formerly == ["old"])
    }
}
