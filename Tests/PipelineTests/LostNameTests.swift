import Foundation
import Model
import Testing

extension Pipelines {
    /// Proxies that are on record under a name which the manifest has no longer.
    @Suite struct LostNames {
        private static let anchor = """
            // SPDX-License-Identifier: MIT
            pragma solidity ^0.8.20;

            contract Anchor { uint256 public depth = 7; }
            """

        /// Writes the manifest: a proxy that is initialized with the address of another deployment.
        private func write(
            _ bench: ProxyBench,
            _ name: String,
            formerly: String = "",
            anchor: String = "anchor",
            approval: Bool = false
        ) throws {
            try bench.manifest(
                initial: "${deployments.\(anchor.prefix { $0 != ":" }).address}", approval: approval)
            try bench.sandbox.write(Data(Self.anchor.utf8), to: "contracts/Anchor.sol")
            try bench.sandbox.replace(
                "contracts: { ", with: "contracts: { Anchor: { source: contracts/Anchor.sol }, ", in: "m.yaml"
            )
            let former = anchor.split(separator: ":").dropFirst().map { ", formerly: [\($0)]" }.joined()
            let plain = "  \(anchor.prefix { $0 != ":" }): { contract: Anchor, networks: [chain]\(former) }\n"
            let named = formerly.isEmpty ? "" : "    formerly: [\(formerly)]\n"
            try bench.sandbox.replace("  vault:\n", with: "\(plain)  \(name):\n\(named)", in: "m.yaml")
        }

        @Test(arguments: [ProxyKind.uups, .beacon], [false, true])
        func aRenameThatWasTakenBackHasNothingDeployedAgain(_ kind: ProxyKind, _ fromGit: Bool) async throws {
            let bench = try await ProxyBench(kind)
            for (name, former) in [("vault", ""), ("safe", "vault")] {
                try write(bench, name, formerly: former)
                let ran = try await bench.run()
                try #require(ran.end == .exited(0), "\(ran.errors)")
            }
            let sent = try await bench.sent()
            #expect(sent == bench.first + 1)
            if fromGit { try bench.sandbox.remove("state") }
            let parts = ["implementation", "proxy"] + (kind == .beacon ? ["beacon"] : [])
            // Other code is the same deployment.
            try bench.code(more: ProxyBench.second)
            for anchor in ["anchor", "hook:anchor"] {
                try write(bench, "vault", anchor: anchor, approval: true)
                let planned = try await bench.sandbox.hyperkit(
                    Sandbox.command(
                        "plan", "m.yaml", ["--json", "--network", "chain", "--out", "plan.json"]),
                    environment: ProxyBench.environment)
                #expect(planned.end == .exited(4), "\(planned.errors)")
                let deployments = try JSON(text: planned.output)["deployments"]
                for part in parts {
                    #expect(deployments.first("id", "\(part):vault@chain")["action"] == "blocked", "\(part)")
                }
                let words = "vault@chain would be what 'safe' is at 0x"
                #expect(planned.errors.contains(words), "\(planned.errors)")
                let ran = try await bench.apply("plan.json")
                #expect(ran.end == .exited(4), "\(ran.errors)")
                #expect(ran.errors.contains(words), "\(ran.errors)")
            }
            #expect(try await bench.sent() == sent)
            // What the hint says: it is kept, and upgraded where whoever signs owns it.
            try bench.code(more: kind == .beacon ? ProxyBench.second : "")
            try write(bench, "vault", formerly: "safe", anchor: "hook:anchor")
            let ran = try await bench.run()
            #expect(ran.end == .exited(0), "\(ran.errors)")
            #expect(!ran.errors.contains("[recorded-elsewhere]"), "\(ran.errors)")
            #expect(try await bench.sent() == sent + (kind == .beacon ? 2 : 0))
            await bench.chain.stop()
        }
    }
}
