import EthereumTypes
import Model
import Testing

@testable import Planning

@Suite struct VerifyPlanTests {
    typealias Bench = PlanBench

    private func plan(_ request: PlanRequest) throws -> Plan<Action> {
        var north = try Bench.live("north")
        north.verifiers = [VerifierSpec(.sourcify, url: "https://s.example")]
        let manifest = try Bench.manifest(
            contracts: [Bench.contract("A")], networks: [north, Bench.devnet()],
            deployments: [
                Bench.deployment("a", of: "A", on: ["north", "devnet"], calls: [Bench.call("go")]),
                Bench.deployment("b", of: "A", on: ["north"]),
            ])
        return try Planner.plan(manifest, Snapshot(), request).plan
    }

    @Test func eachDeploymentOfANetworkWithAServiceIsVerifiedAndNobodyWaitsForIt() throws {
        let plan = try plan(PlanRequest(allNetworks: true))
        let verify = plan.steps.filter { $0.id.kind == .verify }
        #expect(verify.map(\.id.rawValue) == ["verify:a@north", "verify:b@north"])
        #expect(
            verify.map { $0.needs.map(\.rawValue) } == [
                ["compile:A", "deploy:a@north"], ["compile:A", "deploy:b@north"],
            ])
        // It begins when the deployment has ended, not when it is on its way.
        #expect(verify.allSatisfy { $0.early.isEmpty && $0.after.isEmpty })
        #expect(verify.map(\.pool) == ["verifiers", "verifiers"])
        #expect(
            !plan.steps.contains {
                $0.needs.contains { $0.kind == .verify } || $0.after.contains { $0.kind == .verify }
            })
        #expect(plan[.deploy("b", on: "north")]?.after.map(\.rawValue) == ["deploy:a@north"])
    }

    @Test func withoutADeploymentThereIsNothingToVerify() throws {
        #expect(!(try plan(PlanRequest()).steps.contains { $0.id.kind == .verify }))
        #expect(
            !(try plan(PlanRequest(allNetworks: true, until: .audit)).steps.contains { $0.id.kind == .verify })
        )
    }

    @Test func itIsSelectedAsItsDeploymentIs() throws {
        let steps = try plan(PlanRequest(select: ["verify:b@*"], allNetworks: true)).steps.map(\.id.rawValue)
        #expect(steps == ["compile:A", "audit:A", "deploy:b@north", "verify:b@north"])
        let named = try plan(PlanRequest(select: ["b"], allNetworks: true)).steps.map(\.id.rawValue)
        #expect(named == steps)
    }
}
