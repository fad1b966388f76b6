import Foundation
import Model
import Testing

extension Pipelines {
    /// A node that counts three transactions too many of the account that signs.
    @Suite struct NonceGaps {
        private static let other = (
            address: "0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
            key: "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d"
        )

        /// A chain, an account of which has sent three transactions and the one that signs none, and a project with one deployment.
        private struct Bench {
            let sandbox: Sandbox
            let chain: RunningDevnet
            let node: FakeOvercountingNode

            init(beside: Bool = false) async throws {
                sandbox = try Sandbox()
                chain = try await RunningDevnet(sandbox)
                let wallet = try Wallet(chain, key: NonceGaps.other.key)
                for nonce in 0..<3 { try await wallet.spend(nonce: UInt64(nonce)) }
                node = try FakeOvercountingNode(
                    to: UInt16(try #require(URLComponents(string: chain.url)?.port)),
                    of: DevelopmentAccount.address,
                    as: NonceGaps.other.address
                )
                let source =
                    "pragma solidity ^0.8.20; contract NAME { uint256 public hits; function hit() external { hits++; } }"
                for name in ["Box", "Lid"] {
                    try sandbox.write(
                        Data(source.replacing("NAME", with: name).utf8), to: "contracts/\(name).sol")
                }
                let endpoints = ["\"\(node.url)\""] + (beside ? ["\"\(chain.url)\""] : [])
                let manifest = """
                    version: 1
                    project: gaps
                    signers: { dev: { key: "env:DEV_KEY" } }
                    networks:
                      chain: { rpc: [\(endpoints.joined(separator: ", "))], chainId: 31337, signer: dev }
                    contracts: { Box: { source: contracts/Box.sol }, Lid: { source: contracts/Lid.sol } }
                    deployments:
                      box: { contract: Box, networks: [chain], calls: { hit: { function: "hit()" } } }
                    policies: { default: { tools: [solc, hyperkit], failOn: critical } }
                    """
                try sandbox.write(Data(manifest.utf8), to: "m.yaml")
            }

            func run() async throws -> Sandbox.Ran {
                try await sandbox.run(
                    "m.yaml", "--network", "chain", environment: ["DEV_KEY": DevelopmentAccount.key])
            }

            func error(_ step: String) throws -> JSON {
                try sandbox.report()["steps"].first("id", step)["error"]
            }

            func sent() async throws -> Int? { try await chain.transactionCount(DevelopmentAccount.address) }

            func stop() async {
                node.stop()
                await chain.stop()
            }
        }

        @Test func aCountThatIsTooHighOnceIsNotBelieved() async throws {
            let bench = try await Bench()
            bench.node.mistake(.once)
            let ran = try await bench.run()
            #expect(ran.end == .exited(0), "\(ran.errors)")
            #expect(bench.node.asked > 1)
            #expect(try await bench.sent() == 2)
            await bench.stop()
        }

        @Test func anEndpointThatAlwaysCountsTooManyIsNamedBeforeAnythingIsSent() async throws {
            let bench = try await Bench(beside: true)
            bench.node.mistake(.always)
            let ran = try await bench.run()
            #expect(ran.end == .exited(4), "\(ran.errors)")
            let error = try bench.error("deploy:box@chain")
            #expect(error["code"] == "counts-differ")
            let message = error["message"].string ?? ""
            #expect(message.contains("endpoint 1 (127.0.0.1") && message.contains(") says 3, "), "\(message)")
            #expect(message.hasSuffix(") says 0"), "\(message)")
            #expect(try await bench.sent() == 0)
            await bench.stop()
        }

        @Test func aGapBlocksSaysWhatToDoAndIsGoneOnFromWhenItIsFilled() async throws {
            let bench = try await Bench()
            for mistake in [FakeOvercountingNode.Mistake.untilASend, .never] {
                bench.node.mistake(mistake)
                let ran = try await bench.run()
                #expect(ran.end == .exited(4), "\(ran.errors)")
                let error = try bench.error("deploy:box@chain")
                #expect(error["code"] == "nonce-gap")
                let message = error["message"].string ?? ""
                #expect(
                    message.hasPrefix("nonces 0–2 of \(DevelopmentAccount.address) on 'chain' are open"),
                    "\(message)")
                #expect(message.contains("(nonce 3) of deploy:box@chain"), "\(message)")
                #expect(ran.errors.contains("send a transaction with each of these nonces"), "\(ran.errors)")
                #expect(try await bench.sent() == 0)
            }
            // A deployment that came to the manifest since takes one of them, and a person two.
            try bench.sandbox.replace(
                "deployments:", with: "deployments:\n  lid: { contract: Lid, networks: [chain] }",
                in: "m.yaml")
            let filled = try await bench.run()
            #expect(filled.end == .exited(4), "\(filled.errors)")
            #expect(
                try bench.sandbox.report()["steps"].first("id", "deploy:lid@chain")["status"] == "succeeded")
            let left = try bench.error("deploy:box@chain")["message"].string ?? ""
            #expect(left.hasPrefix("nonces 1–2 of "), "\(left)")
            #expect(try await bench.sent() == 1)

            let wallet = try Wallet(bench.chain)
            for nonce in 1..<3 { try await wallet.spend(nonce: UInt64(nonce)) }
            let last = try await bench.run()
            #expect(last.end == .exited(0), "\(last.errors)")
            #expect(try await bench.sent() == 5)
            await bench.stop()
        }
    }
}
