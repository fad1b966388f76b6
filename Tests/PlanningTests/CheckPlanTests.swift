import Foundation
import Model
import Testing

@testable import Planning

@Suite struct CheckPlanTests {
    typealias Bench = PlanBench

    private static func check(_ name: String, _ gates: Set<CheckSpec.Gate>) -> CheckSpec {
        CheckSpec(
            name: name, location: Bench.at(20), program: .named("sh"), arguments: ["-c", "true"],
            inputs: [Bench.located("test/**")], gates: gates, environment: ["CI"], deadline: .seconds(5))
    }

    private static func manifest(live: Bool = false) throws -> Manifest {
        var manifest = try Bench.manifest(
            contracts: [Bench.contract("A")],
            networks: [live ? Bench.live("devnet") : Bench.devnet()],
            deployments: [Bench.deployment("a", of: "A", calls: [Bench.call("on")])])
        manifest.checks = [
            check("unit", [.deploy]), check("lint", [.audit]), check("both", [.audit, .deploy]),
        ]
        return manifest
    }

    private static let inputs = [CheckInput(path: "test/a", digest: Digest(of: Data("a".utf8)))]

    private func steps(_ request: PlanRequest, live: Bool = false) throws -> [String] {
        try Planner.plan(try Self.manifest(live: live), Snapshot(), request).plan.steps.map(\.id.rawValue)
    }

    @Test func whatAKindOfStepIsGatedByItNeeds() throws {
        let snapshot = Snapshot(checks: ["unit": Self.inputs])
        let plan = try Planner.plan(try Self.manifest(), snapshot).plan
        #expect(
            Bench.lines(plan) == [
                "check:unit", "check:lint", "check:both", "compile:A",
                "audit:A < compile:A check:lint check:both",
                "deploy:a@devnet < compile:A audit:A check:unit check:both",
                "call:a@devnet/on < compile:A deploy:a@devnet",
            ])
        guard case .check(let action)? = plan[.check("unit")]?.work else { throw Missing(name: "unit") }
        #expect(action == CheckAction(Self.check("unit", [.deploy]), inputs: Self.inputs))
        #expect(try plan.deploy("a").checks == [.check("unit"), .check("both")])
    }

    @Test(arguments: [
        (StepID.Kind.compile, ["compile:A"]),
        (.audit, ["check:lint", "check:both", "compile:A", "audit:A"]),
        (.deploy, ["check:unit", "check:lint", "check:both", "compile:A", "audit:A", "deploy:a@devnet"]),
    ])
    func aCheckBelongsToTheKindsThatItGates(_ until: StepID.Kind, _ expected: [String]) throws {
        #expect(try steps(PlanRequest(until: until)) == expected)
    }

    @Test(arguments: [
        (["check:unit"], ["check:unit"]), (["lint"], ["check:lint"]), (["compile:*"], ["compile:A"]),
        (["audit:A"], ["check:lint", "check:both", "compile:A", "audit:A"]),
        (
            ["deploy:a@*"],
            ["check:unit", "check:lint", "check:both", "compile:A", "audit:A", "deploy:a@devnet"]
        ),
    ])
    func aSelectionBringsTheChecksThatGateIt(_ select: [String], _ expected: [String]) throws {
        #expect(try steps(PlanRequest(select: select)) == expected)
    }

    @Test func aCheckIsDoneWhereNothingIsDeployed() throws {
        #expect(
            try steps(PlanRequest(), live: true) == [
                "check:unit", "check:lint", "check:both", "compile:A", "audit:A",
            ])
    }

    @Test func aDrawingShowsChecks() throws {
        let plan = try Planner.plan(try Self.manifest(), Snapshot(), PlanRequest(until: .audit)).plan
        #expect(plan.mermaid().contains("s0[\"check:lint\"]"))
        #expect(plan.mermaid().contains("s0 --> s3"))
        #expect(try plan.json().contains("\"kind\" : \"check\""))
    }
}
