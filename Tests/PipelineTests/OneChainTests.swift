import Foundation
import Glibc
import Testing

extension Pipelines {
    /// One chain that a manifest has under two names, or one account under two.
    @Suite struct OneChain {
        /// Nonces and what is on record of an account are a chain's, whatever its name: one run at a time changes it.
        @Test func ofTwoRunsAtOnceOneWaitsForTheOther() async throws {
            let bench = try await BoxBench()
            try bench.manifest(network: ", confirmations: 50", more: ["tight": ""])
            let first = try bench.sandbox.start(
                Sandbox.command("run", "m.yaml", progress: "json", ["--network", "chain"]),
                environment: ["DEV_KEY": DevelopmentAccount.key])
            try #require(await first.errorLine { $0.contains("of 50 confirmations") } != nil)
            let second = try await bench.run("--network", "tight")
            #expect(second.end == .exited(5), "\(second.errors)")
            let words =
                "the chain of network 'tight' is in use by another run: process \(first.processID) since "
            #expect(second.errors.contains(words), "\(second.errors)")
            #expect(second.errors.contains(", as network 'chain'"), "\(second.errors)")
            first.send(SIGTERM)
            _ = await first.remainingErrors()
            #expect(await first.end() == .exited(143))
            #expect(try await bench.sent() == 1)
            let alone = try await bench.run("--network", "tight")
            #expect(alone.end == .exited(0), "\(alone.errors)")
            #expect(
                try bench.sandbox.report()["deployments"].first("network", "tight")["action"] == "created")
            #expect(try await bench.sent() == 2)
            await bench.chain.stop()
        }

        /// What another name's registry has is not somebody else's, and is not taken for what this name is to have.
        @Test func aMachineWithoutItsStateReadsTheRegistriesOfBothNames() async throws {
            let bench = try await BoxBench()
            let crate =
                "redeploy: changed\n  crate:\n    contract: Box\n    networks: [tight]\n    arguments: [\"2\"]"
            try bench.manifest(deployment: crate, more: ["tight": ""], top: "registry: registry")
            #expect(try await bench.run("--network", "tight", "--select", "crate@tight").end == .exited(0))
            #expect(try await bench.run("--network", "chain").end == .exited(0))
            #expect(try await bench.sent() == 2)
            try bench.sandbox.remove("state")
            let ran = try await bench.run("--network", "tight")
            #expect(ran.end == .exited(0), "\(ran.errors)")
            #expect(!ran.errors.contains("unknown-history"), "\(ran.errors)")
            #expect(try await bench.sent() == 3, "each name has a box of its own")
            let places = try ["chain", "tight"].map { name in
                try JSON(text: bench.sandbox.text("registry/\(name).json"))["deployments"]
                    .first("name", "box")["address"].string
            }
            #expect(places[0] != nil && places[0] != places[1], "\(places)")
            await bench.chain.stop()
        }

        /// Two signers whose keys are read in two places, one account: nothing but the keys tells.
        @Test func anAccountThatTwoShardsHaveSendsInNeither() async throws {
            let bench = try await BoxBench()
            try bench.manifest(more: ["tight": ""])
            try bench.sandbox.replace(
                #"dev: { key: "env:DEV_KEY" }"#,
                with: #"dev: { key: "env:DEV_KEY" }, other: { key: "env:OTHER_KEY" }"#, in: "m.yaml")
            try bench.sandbox.replace(
                #"chainId: 31337, signer: dev }\#n\#n"#, with: #"chainId: 31337, signer: other }\#n\#n"#,
                in: "m.yaml")
            func run(_ command: String, _ shard: String, _ other: String) async throws -> Sandbox.Ran {
                try await bench.sandbox.hyperkit(
                    Sandbox.command(command, "m.yaml", ["--all-networks", "--shard", shard]),
                    environment: ["DEV_KEY": DevelopmentAccount.key, "OTHER_KEY": other])
            }
            for shard in ["1/2", "2/2"] {
                for command in ["plan", "run"] {
                    let ran = try await run(command, shard, DevelopmentAccount.key)
                    #expect(ran.end == .exited(4), "\(ran.errors)")
                    let account =
                        "and it is the account \(DevelopmentAccount.address), which sends in this one"
                    #expect(ran.errors.contains(account), "\(ran.errors)")
                }
            }
            #expect(try await bench.sent() == 0)
            // Said beside both keys it is one account from the start, and one shard has all of it.
            try bench.sandbox.replace(
                #""env:OTHER_KEY" }"#,
                with: #""env:OTHER_KEY", address: "\#(DevelopmentAccount.address)" }"#, in: "m.yaml")
            try bench.sandbox.replace(
                #""env:DEV_KEY" }"#,
                with: #""env:DEV_KEY", address: "\#(DevelopmentAccount.address)" }"#, in: "m.yaml")
            let none = try await run("run", "2/2", DevelopmentAccount.key)
            #expect(none.end == .exited(0), "\(none.errors)")
            #expect(try await bench.sent() == 0)
            await bench.chain.stop()
        }
    }
}
