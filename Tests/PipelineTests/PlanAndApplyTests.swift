import Foundation
import Testing

extension Pipelines {
    /// A plan that is approved and then applied to a chain behind JSON-RPC.
    @Suite struct PlanAndApply {
        private static let key = ["HYPERKIT_PIPELINE_KEY": DevelopmentAccount.key]

        /// The quickstart on a chain that goes on, changed by plans alone.
        private func project(
            _ chain: RunningDevnet, _ sandbox: Sandbox, approval: String = ", approval: plan"
        )
            throws
        {
            try sandbox.replace(
                "devnet: { engine: devnet, state: ephemeral }",
                with: """
                    devnet: { rpc: "\(chain.url)", chainId: 31337, signer: dev\(approval) }
                    signers:
                      dev: { key: "env:HYPERKIT_PIPELINE_KEY" }
                    """,
                in: "quickstart.yaml"
            )
        }

        private func plan(_ sandbox: Sandbox) async throws -> JSON {
            let planned = try await sandbox.hyperkit(
                Sandbox.command("plan", "quickstart.yaml", ["--network", "devnet", "--out", "plan.json"]),
                environment: Self.key)
            #expect(planned.end == .exited(0), "\(planned.errors)")
            #expect(planned.errors.contains("apply exactly this with: hyperkit run --plan plan.json"))
            return try JSON(text: try sandbox.text("plan.json"))
        }

        private func apply(_ sandbox: Sandbox) async throws -> Sandbox.Ran {
            try await sandbox.run("quickstart.yaml", "--plan", "plan.json", environment: Self.key)
        }

        @Test func doesExactlyThatAfterSomebodyElsesTransactionAndOnlyOnce() async throws {
            let sandbox = try Sandbox("manifests")
            let chain = try await RunningDevnet(sandbox)
            try project(chain, sandbox)

            // No other way: nothing is sent, and the key is not even read.
            let bare = try await sandbox.run("quickstart.yaml", "--network", "devnet")
            #expect(bare.end == .exited(4), "\(bare.errors)")
            #expect(bare.errors.contains("is changed only as an approved plan says"))
            #expect(try await chain.transactionCount(DevelopmentAccount.address) == 0)

            let plan = try await plan(sandbox)
            #expect(plan["deployments"].map("id", to: "action").values.allSatisfy { $0 == "create" })
            // Another project's run takes the first nonces: addresses are other ones than the plan foresaw.
            let other = try Sandbox("manifests")
            try project(chain, other, approval: "")
            // Of its own code: the same from the same account would be what an earlier run may have left.
            try other.replace(
                "contract TipJar {", with: "contract TipJar {\n    uint256 public theirs;\n",
                in: "contracts/TipJar.sol")
            let foreign = try await other.run(
                "quickstart.yaml", "--network", "devnet", "--select", "deploy:tips@devnet",
                environment: Self.key)
            #expect(foreign.end == .exited(0), "\(foreign.errors)")

            let applied = try await apply(sandbox)
            #expect(applied.end == .exited(0), "\(applied.errors)")
            let report = try sandbox.report()
            #expect(report["run"]["planDigest"].string?.hasPrefix("sha256:") == true)
            #expect(report["summary"]["deployments"]["created"] == 4)
            let planned = plan["deployments"].first("id", "token@devnet")["address"]
            #expect(report["deployments"].first("name", "token")["address"] != planned)
            let sent = try await chain.transactionCount(DevelopmentAccount.address)

            let again = try await apply(sandbox)
            #expect(again.end == .exited(0), "\(again.errors)")
            #expect(try sandbox.report()["summary"]["deployments"]["kept"] == 4)
            #expect(try await chain.transactionCount(DevelopmentAccount.address) == sent)
            await chain.stop()
        }

        @Test func refusesAChangeOfIntentACapAndAPlanThatHadItsTime() async throws {
            let sandbox = try Sandbox("manifests")
            let chain = try await RunningDevnet(sandbox)
            try project(chain, sandbox)
            _ = try await plan(sandbox)
            let text = try sandbox.text("plan.json")
            let manifest = try sandbox.text("quickstart.yaml")

            try sandbox.replace(#"arguments: [token, "#, with: #"arguments: [coin, "#, in: "quickstart.yaml")
            let changed = try await apply(sandbox)
            #expect(changed.end == .exited(4))
            #expect(
                changed.errors.contains(
                    #"registry@devnet: call nameToken: arguments ["token", "${deployments.token.address}"] → "#
                        + #"["coin", "${deployments.token.address}"] [not-as-planned]"#),
                "\(changed.errors)")
            try sandbox.write(Data(manifest.utf8), to: "quickstart.yaml")

            let plan = try JSON(text: text)
            let gas = try #require(plan["deployments"].first("id", "vault@devnet")["maxGas"].integer)
            try sandbox.replace(#""maxGas" : \#(gas)"#, with: #""maxGas" : 100000"#, in: "plan.json")
            let capped = try await apply(sandbox)
            #expect(capped.end == .exited(4))
            #expect(capped.errors.contains("gas now, and the plan allows 100000"), "\(capped.errors)")

            let expires = try #require(plan["expiresAt"].string)
            try sandbox.write(
                Data(text.replacing(expires, with: "2026-01-01T00:00:00.000Z").utf8), to: "plan.json")
            let late = try await apply(sandbox)
            #expect(late.end == .exited(4))
            #expect(late.errors.contains("it was good until 2026-01-01T00:00:00.000Z [plan-expired]"))

            try sandbox.write(Data("{}".utf8), to: "plan.json")
            let none = try await apply(sandbox)
            #expect(none.end == .exited(2))
            #expect(
                none.errors.contains(
                    "plan.json:1:1: error: it is no plan file: the file has no 'version' [bad-plan]"))
            try sandbox.write(Data(#"{"version": 2,"#.utf8), to: "plan.json")
            let half = try await apply(sandbox)
            #expect(half.end == .exited(2))
            #expect(
                half.errors.contains(
                    "plan.json:1:14: error: this is no JSON: a text is missing here [bad-plan]"))
            try sandbox.remove("plan.json")
            let gone = try await apply(sandbox)
            #expect(gone.end == .exited(2))
            #expect(gone.errors.hasPrefix("error: plan.json: it is not there [bad-plan]\n"))
            #expect(try await chain.transactionCount(DevelopmentAccount.address) == 0)
            await chain.stop()
        }

        @Test func refusesAnotherChainUnderTheSameName() async throws {
            let sandbox = try Sandbox("manifests")
            let chain = try await RunningDevnet(sandbox)
            try project(chain, sandbox)
            let planned = try await plan(sandbox)
            let genesis = try #require(planned["networks"].array.first?["genesisHash"].string)
            #expect(
                planned["networks"].array.map { $0["name"].string } == ["devnet"]
                    && planned["networks"].array.first?["chainId"] == 31_337)

            // As where a preset or an endpoint of the manifest comes to mean another chain.
            let others = [
                try await RunningDevnet(sandbox), try await RunningDevnet(sandbox, chainID: 31_338),
            ]
            try sandbox.replace(chain.url, with: others[0].url, in: "quickstart.yaml")
            let restarted = try await apply(sandbox)
            #expect(restarted.end == .exited(4), "\(restarted.errors)")
            #expect(
                restarted.errors.contains("error: network 'devnet': block 0 \(genesis) → 0x"),
                "\(restarted.errors)")
            try sandbox.replace(
                "\(others[0].url)\", chainId: 31337", with: "\(others[1].url)\", chainId: 31338",
                in: "quickstart.yaml")
            let renumbered = try await apply(sandbox)
            #expect(renumbered.end == .exited(4))
            #expect(
                renumbered.errors.contains("network 'devnet': chain id 31337 → 31338 [not-as-planned]"),
                "\(renumbered.errors)")
            for chain in [chain] + others {
                #expect(try await chain.transactionCount(DevelopmentAccount.address) == 0)
                await chain.stop()
            }
        }

        @Test func whoAppliesAPlanIsToldOfNetworksInWordsOfPlans() async throws {
            let sandbox = try Sandbox("manifests")
            let chain = try await RunningDevnet(sandbox)
            try project(chain, sandbox)
            try sandbox.replace(
                "networks:\n",
                with: "networks:\n  other: { rpc: \"\(chain.url)\", chainId: 31337, signer: dev }\n",
                in: "quickstart.yaml")
            try sandbox.replace(
                "tips:\n    contract: TipJar\n    networks: [devnet]",
                with: "tips:\n    contract: TipJar\n    networks: [devnet, other]", in: "quickstart.yaml")
            let unnamed = try await sandbox.hyperkit(Sandbox.command("plan", "quickstart.yaml"))
            #expect(
                unnamed.errors.contains(
                    "left    5 deployments on networks that are not named: --network devnet --network other, or "
                ),
                "\(unnamed.errors)")
            _ = try await plan(sandbox)
            let applied = try await apply(sandbox)
            #expect(applied.end == .exited(0), "\(applied.errors)")
            let left = try sandbox.report()["deployments"].array.filter { $0["action"] == "skipped" }
            #expect(
                left.map { $0["reason"] } == [
                    "the plan has nothing on the network: make one with --network other"
                ])
            await chain.stop()
        }

        @Test func oneNetworkComesAfterAnother() async throws {
            let sandbox = try Sandbox("manifests")
            let chain = try await RunningDevnet(sandbox)
            try project(chain, sandbox, approval: ", after: first")
            try sandbox.replace(
                "networks:\n",
                with: "networks:\n  first: { engine: devnet, state: persistent, chainId: 31338 }\n",
                in: "quickstart.yaml")
            try sandbox.replace(
                "tips:\n    contract: TipJar\n    networks: [devnet]",
                with: "tips:\n    contract: TipJar\n    networks: [first, devnet]", in: "quickstart.yaml")
            let alone = try await sandbox.run(
                "quickstart.yaml", "--network", "devnet", "--select", "tips", environment: Self.key)
            #expect(alone.end == .exited(4))
            #expect(
                alone.errors.contains("network 'devnet' comes after 'first', and it is not on 'first' yet"),
                "\(alone.errors)")
            #expect(try await chain.transactionCount(DevelopmentAccount.address) == 0)
            let both = try await sandbox.run(
                "quickstart.yaml", "--all-networks", "--select", "tips", environment: Self.key)
            #expect(both.end == .exited(0), "\(both.errors)")
            #expect(try sandbox.report()["summary"]["deployments"]["created"] == 2)
            await chain.stop()
        }
    }
}
