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

    private func verify(
        _ change: (inout DeploymentSpec) -> Void
    ) throws -> (needs: [String], contracts: [VerifyAction.Contract]) {
        var north = try Bench.live("north")
        north.verifiers = [VerifierSpec(.sourcify, url: "https://s.example")]
        var vault = Bench.deployment("vault", of: "A", on: ["north"])
        change(&vault)
        let manifest = try Bench.manifest(
            contracts: [Bench.contract("A")], networks: [north],
            deployments: [Bench.deployment("math", of: "A", on: ["north"]), vault])
        let plan = try Planner.plan(manifest, Snapshot(), PlanRequest(allNetworks: true)).plan
        let step = try #require(plan[.verify("vault", on: "north")])
        guard case .verify(let action) = step.work else { throw Missing(name: "verify") }
        return (step.needs.map(\.rawValue), action.contracts)
    }

    @Test func itWaitsForTheLibrariesWhoseAddressesItTells() throws {
        let math = LibraryLink(
            name: Bench.located("Math"),
            address: Interpolated(
                [.reference(.deploymentAddress(name: "math", network: nil))], at: Bench.at(13)))
        let (needs, contracts) = try verify { $0.creation = CreationSpec(libraries: [math]) }
        #expect(needs == ["compile:A", "deploy:math@north", "deploy:vault@north"])
        #expect(contracts.map(\.libraries) == [[math]])
        // Behind a proxy it is the code that calls them.
        let behind = try verify {
            $0.creation = CreationSpec(libraries: [math])
            $0.proxy = ProxySpec(kind: .uups)
        }
        #expect(behind.contracts.map(\.libraries) == [[math], []])
        #expect(behind.needs.contains("deploy:math@north"))
    }

    @Test(arguments: [
        (ProxyKind.uups, ["implementation", "proxy"]),
        (.transparent, ["implementation", "proxy", "admin"]),
        (.beacon, ["implementation", "beacon", "proxy"]),
    ])
    func ofAProxyEveryContractIsShown(_ kind: ProxyKind, _ parts: [String]) throws {
        let (needs, contracts) = try verify { $0.proxy = ProxySpec(kind: kind) }
        #expect(contracts.map(\.part.rawValue) == parts)
        #expect(
            contracts.allSatisfy { needs.contains($0.compile.rawValue) && needs.contains($0.deploy.rawValue) }
        )
        #expect(contracts.last?.deploy.rawValue == "proxy:vault@north")
        #expect(contracts.last?.compile == .compile(kind.contract.name))
    }
}
