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

        /// The code says nothing of what it was created with.
        @Test func whatIsAdoptedHasTheArgumentsThatItWasCreatedWith() async throws {
            let bench = try await Pipelines.Proposals.PotBench()
            try await bench.send()
            _ = try await bench.asked(4)
            let address = try #require(try bench.entry()["address"].string)
            for path in ["state", "registry"] { try bench.sandbox.remove(path) }
            try bench.manifest("jar", size: "8")
            let adopted = try await bench.sandbox.hyperkit(
                [
                    "deployments", "adopt", "jar@paper", address, "--manifest", "pots.yaml", "--state-dir",
                    "state",
                ])
            #expect(
                adopted.end == .exited(0) && adopted.errors.contains("[other-arguments]"), "\(adopted.errors)"
            )
            #expect(try bench.entry()["constructorArguments"].string == bench.word(7))
            #expect(try bench.entry()["deployer"].string == DevelopmentAccount.address)
            #expect(try await bench.plan()["action"] == "replace")
            await bench.chain.stop()
        }

        /// Both would have it run their code.
        @Test func whatAnotherDeploymentHasIsNotAdopted() async throws {
            let bench = try await Pipelines.Proposals.PotBench()
            try await bench.send()
            _ = try await bench.asked(4)
            let address = try #require(try bench.entry()["address"].string)
            try bench.manifest("pot", "jar")
            let adopt = [
                "deployments", "adopt", "jar@paper", address, "--manifest", "pots.yaml", "--state-dir",
                "state",
            ]
            let refused = try await bench.sandbox.hyperkit(adopt)
            #expect(
                refused.end == .exited(4) && refused.errors.contains("[one-address]"), "\(refused.errors)")
            try bench.manifest("jar")
            #expect(try await bench.sandbox.hyperkit(adopt).end == .exited(0))
            await bench.chain.stop()
        }
    }
}
