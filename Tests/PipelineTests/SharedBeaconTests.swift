import Ethereum
import EthereumTypes
import Foundation
import Model
import Testing

extension Pipelines {
    /// Two deployments whose proxies have one beacon.
    @Suite struct SharedBeacons {
        /// The second account of every devnet.
        private static let other = "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d"

        /// A vault, and a coffer behind a proxy that somebody made with the vault's beacon.
        private func shared() async throws -> (bench: ProxyBench, coffer: String) {
            let bench = try await ProxyBench(.beacon)
            let ran = try await bench.run()
            try #require(ran.end == .exited(0), "\(ran.errors)")
            let registry = try JSON(text: try bench.sandbox.text("deployments/chain.json"))
            let hash = try #require(registry["deployments"].first("name", "vault")["transactionHash"].string)
            let made = try await bench.chain.ask("eth_getTransactionByHash", "\"\(hash)\"")
            let address = try await Wallet(bench.chain, key: Self.other).create(
                #require(Hex.decode(made["input"].string ?? "")))
            try bench.sandbox.replace(
                "deployments:\n",
                with: """
                    deployments:
                      coffer:
                        contract: Vault
                        networks: [chain]
                        proxy: { kind: beacon, initialize: { function: "initialize(address)", arguments: ["\(DevelopmentAccount.address)"] } }

                    """,
                in: "m.yaml")
            let adopted = try await bench.sandbox.hyperkit(
                [
                    "deployments", "adopt", "coffer@chain", address.description, "--manifest", "m.yaml",
                    "--state-dir", "state",
                ], environment: ProxyBench.environment)
            try #require(adopted.end == .exited(0), "\(adopted.errors)")
            return (bench, address.description)
        }

        private func plan(_ bench: ProxyBench, _ more: String...) async throws -> Sandbox.Ran {
            try await bench.sandbox.hyperkit(
                Sandbox.command("plan", "m.yaml", ["--json", "--network", "chain"] + more),
                environment: ProxyBench.environment)
        }

        @Test func neitherIsUpgradedAndNothingIsPaidFor() async throws {
            let (bench, coffer) = try await shared()
            let kept = try await bench.run()
            #expect(kept.end == .exited(0), "\(kept.errors)")
            let sent = try await bench.sent()
            try bench.code(more: ProxyBench.second)
            for (selection, parts) in [
                ([String](), ["coffer", "vault"]), (["--select", "vault@chain"], ["vault"]),
            ] {
                let planned = try await bench.sandbox.hyperkit(
                    Sandbox.command("plan", "m.yaml", ["--json", "--network", "chain"] + selection),
                    environment: ProxyBench.environment)
                #expect(planned.end == .exited(4), "\(planned.errors)")
                let deployments = try JSON(text: planned.output)["deployments"]
                for part in parts {
                    for step in ["implementation", "proxy"] {
                        #expect(deployments.first("id", "\(step):\(part)@chain")["action"] == "blocked")
                    }
                }
                #expect(
                    planned.errors.contains("vault@chain and coffer@chain have one beacon, 0x"),
                    "\(planned.errors)")
                let ran = try await bench.sandbox.hyperkit(
                    Sandbox.command("run", "m.yaml", ["--network", "chain"] + selection),
                    environment: ProxyBench.environment)
                #expect(ran.end == .exited(4), "\(ran.errors)")
                #expect(
                    ran.errors.contains("vault@chain and coffer@chain have one beacon, 0x"), "\(ran.errors)")
            }
            #expect(try await bench.sent() == sent)

            // What the manifest has no longer is upgraded too, and that is said.
            try bench.manifest()
            let words =
                "an upgrade of vault@chain upgrades 'coffer' at \(coffer) too: they have one beacon [shared-beacon]"
            let planned = try await plan(bench)
            #expect(planned.end == .exited(0), "\(planned.errors)")
            #expect(planned.errors.ranges(of: words).count == 1, "\(planned.errors)")
            let ran = try await bench.run()
            #expect(ran.end == .exited(0), "\(ran.errors)")
            #expect(ran.errors.ranges(of: words).count == 1, "\(ran.errors)")
            #expect(try await bench.sent() == sent + 2)
            let version = Hex.prefixed(Array(Keccak256.hash("version()".utf8).bytes.prefix(4)))
            #expect(try await bench.chain.call(coffer, selector: version)?.hasSuffix("2") == true)

            // So is another project's.
            let registry = try bench.sandbox.text("deployments/chain.json")
            let file = try #require(
                try JSONSerialization.jsonObject(with: Data(registry.utf8)) as? [String: Any])
            let entries = try #require(file["deployments"] as? [[String: Any]]).map { entry in
                guard (entry["name"] as? String)?.hasSuffix("coffer") == true else { return entry }
                return entry.merging(["project": "banks"]) { $1 }
            }
            try bench.sandbox.write(
                try JSONSerialization.data(
                    withJSONObject: file.merging(["deployments": entries]) { $1 }, options: .sortedKeys),
                to: "deployments/chain.json")
            try bench.sandbox.remove("state")
            try bench.code(more: ProxyBench.third)
            let theirs = try await plan(bench)
            #expect(theirs.end == .exited(0), "\(theirs.errors)")
            #expect(
                theirs.errors.contains(
                    "an upgrade of vault@chain upgrades 'coffer' of project 'banks' at \(coffer) too"),
                "\(theirs.errors)")
            await bench.chain.stop()
        }
    }
}
