import EthereumTypes
import Model
import Testing

@testable import Planning

@Suite struct RetryTests {
    typealias Bench = PlanBench

    private func past(_ steps: [(String, StepEnd.Status?)]) -> PastRunDetail {
        PastRunDetail(
            run: PastRun(
                id: "2026-11-22T02-00-07Z-4f1c", project: "treasury", actor: "ada", hyperkitVersion: "1",
                startedAt: Timestamp(milliseconds: 0), end: nil, steps: [:], unended: 0),
            steps: steps.compactMap { id, status in
                StepID(id).map { PastRunDetail.Step(id: $0, status: status) }
            })
    }

    private func manifest() throws -> Manifest {
        try Bench.manifest(
            contracts: [Bench.contract("A"), Bench.contract("B")],
            networks: [Bench.devnet(), Bench.live("north")],
            deployments: [
                Bench.deployment("a", of: "A", on: ["devnet", "north"], calls: [Bench.call("go")]),
                Bench.deployment("b", of: "B", on: ["devnet", "north"], arguments: [Bench.address(of: "a")]),
            ])
    }

    private func retry(_ steps: [(String, StepEnd.Status?)], _ request: PlanRequest = PlanRequest()) throws
        -> (retry: Retry, plan: [String])
    {
        let manifest = try manifest()
        let whole = try Planner.plan(manifest, Snapshot(), PlanRequest(allNetworks: true)).plan
        let retry = Retry(of: past(steps), in: whole, request)
        var request = request
        request.steps = retry.steps
        let plan = try Planner.plan(manifest, Snapshot(), request).plan
        return (retry, plan.steps.map(\.id.rawValue))
    }

    @Test func onlyWhatDidNotSucceedIsDoneAgainWithWhatItNeeds() throws {
        let (retry, plan) = try retry([
            ("compile:A", .reused), ("audit:A", .succeeded), ("compile:B", .succeeded), ("audit:B", .reused),
            ("deploy:a@devnet", .succeeded), ("call:a@devnet/go", .succeeded), ("deploy:b@devnet", .failed),
        ])
        #expect(
            plan == [
                "compile:A", "audit:A", "compile:B", "audit:B", "deploy:a@devnet", "deploy:b@devnet",
            ])
        #expect(
            retry.notes.map(\.description) == [
                "note: this run does again what did not succeed in run 2026-11-22T02-00-07Z-4f1c [retry]"
            ])
        #expect(!retry.isEmpty)
    }

    @Test(arguments: [
        StepEnd.Status.failed, .refused, .skipped, .blocked, .cancelled, nil,
    ])
    func whateverIsNotDoneIsLeft(_ status: StepEnd.Status?) throws {
        #expect(try retry([("audit:A", status)]).plan == ["compile:A", "audit:A"])
    }

    @Test func whereAllSucceededNothingIsLeft() throws {
        let (retry, plan) = try retry([("audit:A", .succeeded), ("audit:B", .reused)])
        #expect(retry.isEmpty)
        #expect(retry.notes.isEmpty)
        #expect(plan.isEmpty)
    }

    @Test func whatIsGoneIsSaid() throws {
        let (retry, plan) = try retry([("audit:Old", .failed), ("audit:B", .failed)])
        #expect(plan == ["compile:B", "audit:B"])
        #expect(
            retry.notes.map(\.description).last
                == "warning: audit:Old did not succeed in run 2026-11-22T02-00-07Z-4f1c, "
                + "and the manifests no longer have it [gone-step]")
    }

    @Test func networksAreNamedAnewAndThatIsSaid() throws {
        let left: [(String, StepEnd.Status?)] = [
            ("deploy:a@devnet", .failed), ("deploy:a@north", .blocked), ("call:a@north/go", .skipped),
        ]
        let (retry, plan) = try retry(left)
        #expect(plan == ["compile:A", "audit:A", "deploy:a@devnet"])
        #expect(
            retry.notes.map(\.description).last == """
                warning: 2 steps of run 2026-11-22T02-00-07Z-4f1c are not tried again: the command does not name 'north' [not-named]
                  hint: name it as well: --network north
                """)
        let named = try self.retry(left, PlanRequest(networks: ["north"]))
        #expect(named.plan == ["compile:A", "audit:A", "deploy:a@north", "call:a@north/go"])
        #expect(named.retry.notNamed.map(\.rawValue) == ["deploy:a@devnet"])
    }
}
