import Foundation
import Model
import Testing

extension Pipelines {
    /// An approved plan is done once, whatever happens between and however often it is applied.
    @Suite struct PlanOnce {
        @Test func redeployAlwaysIsDoneOnceAPlan() async throws {
            let bench = try await BoxBench()
            try bench.manifest(network: ", approval: plan", deployment: "redeploy: always")
            for (made, action) in ["created", "replaced"].enumerated() {
                let planned = try await bench.plan()
                #expect(planned.end == .exited(0), "\(planned.errors)")
                let first = try await bench.run("--plan", "plan.json")
                #expect(first.end == .exited(0), "\(first.errors)")
                #expect(try bench.action() == .string(action))
                #expect(try await bench.sent() == made + 1)
                let again = try await bench.run("--plan", "plan.json")
                #expect(again.end == .exited(0), "\(again.errors)")
                #expect(try bench.action() == "kept")
                #expect(try await bench.sent() == made + 1)
            }
            await bench.chain.stop()
        }

        @Test func aReplacementThatWasInterruptedIsTakenUpWithTheSamePlan() async throws {
            let bench = try await BoxBench()
            #expect(try await bench.run("--network", "chain").end == .exited(0))
            try bench.manifest(number: 2, network: ", approval: plan", top: "limits: { run: 4s }")
            #expect(try await bench.plan().end == .exited(0))
            _ = try await bench.chain.ask("evm_setAutomine", "false")
            let late = try await bench.run("--plan", "plan.json")
            #expect(late.end != .exited(0), "\(late.errors)")
            let waiting = try await bench.chain.ask(
                "eth_getTransactionCount", "\"\(DevelopmentAccount.address)\", \"pending\"")
            #expect(waiting == "0x2")
            _ = try await bench.chain.ask("evm_setAutomine", "true")
            let taken = try await bench.run("--plan", "plan.json")
            #expect(taken.end == .exited(0), "\(taken.errors)")
            #expect(try bench.action() == "replaced")
            #expect(try await bench.sent() == 2)
            await bench.chain.stop()
        }

        @Test(arguments: [ProxyKind.beacon, .uups])
        func proxiesAreInPlansAndSoAreTheirUpgrades(_ kind: ProxyKind) async throws {
            let bench = try await ProxyBench(kind)
            try bench.manifest(approval: true)
            let bare = try await bench.run()
            #expect(bare.end == .exited(4), "\(bare.errors)")
            for (code, action) in [("", "created"), (ProxyBench.second, "upgraded")] {
                try bench.code(more: code)
                _ = try await bench.plan("--out", "plan.json")
                let applied = try await bench.apply("plan.json")
                #expect(applied.end == .exited(0), "\(applied.errors)")
                #expect(try bench.deployment()["action"] == .string(action))
                let sent = try await bench.sent()
                let again = try await bench.apply("plan.json")
                #expect(again.end == .exited(0), "\(again.errors)")
                #expect(try bench.deployment()["action"] == "kept")
                #expect(try await bench.sent() == sent)
            }
            #expect(try await bench.number("version") == 2)
            #expect(try await bench.sent() == bench.first + 2)
            await bench.chain.stop()
        }
    }
}
