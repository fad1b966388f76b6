import Foundation
import Testing

extension Pipelines {
    /// What is on no record counts when its block stays: nobody here would see it go away.
    @Suite struct TakenOver {
        @Test func whatIsFoundIsTakenOverOnceItIsDeep() async throws {
            let bench = try await BoxBench()
            try await Wallet(bench.chain).deployFactory()
            try bench.manifest(deployment: "salt: one", top: "registry: registry")
            #expect(try await bench.run("--network", "chain").end == .exited(0))
            let address = try #require(
                try bench.sandbox.report()["deployments"].array.first?["address"].string)
            for record in ["state", "registry"] { try bench.sandbox.remove(record) }
            try bench.manifest(
                network: ", confirmations: 3", deployment: "salt: one", top: "registry: registry")
            let sent = try await bench.sent()

            let command = [
                "deployments", "adopt", "box@chain", address, "--manifest", "m.yaml", "--state-dir", "state",
            ]
            let environment = ["DEV_KEY": DevelopmentAccount.key]
            let early = try await bench.sandbox.hyperkit(command, environment: environment)
            #expect(early.end == .exited(4), "\(early.errors)")
            #expect(early.errors.contains("not yet deep enough to be taken over"), "\(early.errors)")

            let run = try bench.sandbox.start(
                Sandbox.command("run", "m.yaml", ["--network", "chain"]), environment: environment)
            for _ in 0..<2 { _ = try await bench.chain.ask("evm_mine", "") }
            #expect(await run.end() == .exited(0))
            #expect(try bench.action() == "kept")
            #expect(try await bench.sent() == sent)
            await bench.chain.stop()
        }
    }
}
