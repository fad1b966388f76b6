import Foundation
import Testing

extension Pipelines {
    /// Networks of several endpoints, and those that nobody answers for.
    @Suite struct EndpointTests {
        private let key = ["HYPERKIT_PIPELINE_KEY": DevelopmentAccount.key]

        /// The quickstart with its network behind endpoints, signed for by the devnets' first account.
        private func sandbox(_ endpoints: [String]) throws -> Sandbox {
            let sandbox = try Sandbox("manifests")
            let list = endpoints.map { "\"\($0)\"" }.joined(separator: ", ")
            try sandbox.replace(
                "devnet: { engine: devnet, state: ephemeral }",
                with: """
                    devnet: { rpc: [\(list)], chainId: 31337, signer: dev }
                    signers:
                      dev: { key: "env:HYPERKIT_PIPELINE_KEY" }
                    """,
                in: "quickstart.yaml"
            )
            return sandbox
        }

        private func run(_ sandbox: Sandbox) async throws -> Sandbox.Ran {
            try await sandbox.run("quickstart.yaml", "--network", "devnet", environment: key)
        }

        /// A port of this machine on which nobody answers.
        private static let nobody = "http://127.0.0.1:1/"

        @Test func twoChainsBehindOneNetworkBlockBeforeASignature() async throws {
            let place = try Sandbox()
            let first = try await RunningDevnet(place)
            let second = try await RunningDevnet(place)
            let sandbox = try sandbox([first.url, second.url])
            let ran = try await run(sandbox)
            #expect(ran.end == .exited(4))
            let report = try sandbox.report()
            #expect(report["run"]["status"] == "blocked")
            let deploy = report["steps"].array.first { $0["id"] == "deploy:token@devnet" }
            #expect(deploy?["status"] == "blocked")
            #expect(deploy?["error"]["code"] == "wrong-chain")
            let message = deploy?["error"]["message"].string ?? ""
            #expect(message.hasPrefix("endpoint 1 (127.0.0.1:"), "\(message)")
            #expect(message.contains(" and endpoint 2 (127.0.0.1:"), "\(message)")
            for chain in [first, second] {
                #expect(try await chain.transactionCount(DevelopmentAccount.address) == 0)
                await chain.stop()
            }
        }

        @Test func aRunSucceedsWhereOneEndpointBreaksAndOneWasNeverThere() async throws {
            let chain = try await RunningDevnet(try Sandbox())
            let port = try #require(URLComponents(string: chain.url)?.port)
            let proxy = try BreakingProxy(to: UInt16(port), breakingAfter: 8)
            let sandbox = try sandbox([Self.nobody, "http://127.0.0.1:\(proxy.port)/", chain.url])
            let ran = try await run(sandbox)
            #expect(ran.end == .exited(0), "\(ran.errors)")
            #expect(proxy.isBroken)
            let report = try sandbox.report()
            #expect(report["run"]["status"] == "succeeded")
            #expect(report["summary"]["deployments"]["created"] == 4)
            #expect(try await chain.transactionCount(DevelopmentAccount.address) == 7)
            #expect(ran.errors.contains("endpoint 1 (127.0.0.1:1) of network 'devnet' is done without"))
            proxy.stop()
            await chain.stop()
        }

        @Test func aNetworkThatMayBeSkippedDegradesTheRun() async throws {
            let sandbox = try Sandbox("manifests")
            try sandbox.replace(
                "devnet: { engine: devnet, state: ephemeral }",
                with: """
                    devnet: { engine: devnet, state: ephemeral }
                      gone: { rpc: "\(Self.nobody)", chainId: 5, signer: dev, onUnavailable: skip }
                    signers:
                      dev: { key: "env:HYPERKIT_PIPELINE_KEY" }
                    """,
                in: "quickstart.yaml"
            )
            try sandbox.replace(
                "    contract: TipJar\n    networks: [devnet]",
                with: "    contract: TipJar\n    networks: [devnet, gone]",
                in: "quickstart.yaml"
            )
            let ran = try await sandbox.run(
                "quickstart.yaml", "--network", "gone", "--network", "devnet", "--fail-fast",
                environment: key)
            #expect(ran.end == .exited(0), "\(ran.errors)")
            let report = try sandbox.report()
            #expect(report["run"]["status"] == "degraded")
            #expect(report["run"]["exitCode"] == 0)
            #expect(ran.errors.contains(" · degraded · "), "\(ran.errors)")
            #expect(
                report["networks"].map("name", to: "status") == ["devnet": "used", "gone": "unavailable"])
            let step = report["steps"].array.first { $0["id"] == "deploy:tips@gone" }
            #expect(step?["status"] == "skipped")
            #expect(step?["error"]["code"] == "network-unavailable")
            let deployment = report["deployments"].array.first { $0["network"] == "gone" }
            #expect(deployment?["action"] == "skipped")
            #expect(deployment?["reason"].string?.contains("cannot be used") == true)
            #expect(report["summary"]["deployments"]["created"] == 4)
            #expect(report["summary"]["deployments"]["skipped"] == 1)
            #expect(report["summary"]["steps"]["skipped"] == 1)
            // Without leave to skip it the same run fails.
            try sandbox.replace(", onUnavailable: skip", with: "", in: "quickstart.yaml")
            let strict = try await sandbox.run("quickstart.yaml", "--network", "gone", environment: key)
            #expect(strict.end == .exited(1))
        }

        /// One of two networks of a plan is down when that is applied, and what needs what is there with it.
        @Test func aPlanIsAppliedWithoutANetworkThatMayBeSkipped() async throws {
            let bench = try await BoxBench()
            let far = try await RunningDevnet(bench.sandbox, chainID: 31_338)
            let manifest = """
                version: 1
                project: boxes
                signers: { dev: { key: "env:DEV_KEY", address: "\(DevelopmentAccount.address)" } }
                networks:
                  chain: { rpc: "\(bench.chain.url)", chainId: 31337, signer: dev, approval: plan }
                  far: { rpc: "FAR", chainId: 31338, signer: dev, approval: plan, onUnavailable: skip }
                contracts: { Box: { source: contracts/Box.sol }, Reader: { source: contracts/Reader.sol } }
                deployments:
                  box: { contract: Box, networks: [chain, far], arguments: ["1"] }
                  behind: { contract: Box, networks: [far], arguments: ["2"], calls: {
                    set: { function: "set(uint256)", arguments: ["3"] } } }
                  reads: { contract: Reader, networks: [chain], arguments: ["${deployments.box@far.address}"] }
                policies: { default: { tools: [solc, hyperkit] } }
                """
            let reader = """
                // SPDX-License-Identifier: MIT
                pragma solidity ^0.8.20;
                contract Reader { address public immutable box; constructor(address box_) { box = box_; } }
                """
            try bench.sandbox.write(Data(reader.utf8), to: "contracts/Reader.sol")
            func write(_ url: String) throws {
                try bench.sandbox.write(Data(manifest.replacing("FAR", with: url).utf8), to: "m.yaml")
            }
            try write(far.url)
            let planned = try await bench.plan()
            #expect(planned.end == .exited(0), "\(planned.errors)")
            try write(Self.nobody)
            let degraded = try await bench.run("--plan", "plan.json")
            #expect(degraded.end == .exited(0), "\(degraded.errors)")
            #expect(try bench.sandbox.report()["run"]["status"] == "degraded")
            #expect(try bench.sandbox.report()["summary"]["deployments"]["created"] == 1)
            #expect(try await bench.sent() == 1)
            try write(far.url)
            let whole = try await bench.run("--plan", "plan.json")
            #expect(whole.end == .exited(0), "\(whole.errors)")
            #expect(try bench.sandbox.report()["run"]["status"] == "succeeded")
            #expect(try await bench.sent() == 2)
            #expect(try await far.transactionCount(DevelopmentAccount.address) == 3)
            // Where the manifest does not let it be skipped nothing is done.
            try bench.sandbox.replace(", onUnavailable: skip", with: "", in: "m.yaml")
            try bench.sandbox.replace(far.url, with: Self.nobody, in: "m.yaml")
            #expect(try await bench.run("--plan", "plan.json").end == .exited(4))
            await far.stop()
            await bench.chain.stop()
        }
    }
}
