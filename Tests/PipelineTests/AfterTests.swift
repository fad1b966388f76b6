import Ethereum
import EthereumTypes
import Foundation
import Model
import Testing

extension Pipelines {
    /// One network after another, where what is on the first is not as it should be.
    @Suite struct After {
        private static func manifest(_ number: Int, wanted: Int) -> String {
            """
            version: 1
            project: after
            networks:
              east: { engine: devnet, state: persistent, chainId: 31337 }
              west: { engine: devnet, state: persistent, chainId: 31338, after: east }
            contracts: { Box: { source: contracts/Box.sol } }
            deployments:
              box:
                contract: Box
                networks: [east, west]
                calls: { set: { function: "set(uint256)", arguments: ["\(number)"] } }
                checks: { number: { read: "number()", equals: "\(wanted)" } }
            policies: { default: { tools: [solc, hyperkit] } }
            """
        }

        private func write(_ number: Int, wanted: Int, _ sandbox: Sandbox) throws {
            try sandbox.write(Data(Self.manifest(number, wanted: wanted).utf8), to: "m.yaml")
        }

        private func statuses(_ sandbox: Sandbox) throws -> [String: String] {
            try sandbox.report()["steps"].map("id", to: "status").filter { $0.key.contains("@") }
        }

        @Test func aFailedCallAndACheckThatDoesNotHoldKeepTheLaterNetworkAsItIs() async throws {
            let sandbox = try Sandbox()
            let source = """
                // SPDX-License-Identifier: MIT
                pragma solidity ^0.8.20;

                contract Box {
                    uint256 public number;
                    function set(uint256 number_) external { require(number_ != 13, "unlucky"); number = number_; }
                }
                """
            try sandbox.write(Data(source.utf8), to: "contracts/Box.sol")

            try write(13, wanted: 13, sandbox)
            let failed = try await sandbox.run("m.yaml")
            #expect(failed.end == .exited(4), "\(failed.errors)")
            let after = "network 'west' comes after 'east', and "
            #expect(failed.errors.contains(after + "call:box@east/set did not end well"), "\(failed.errors)")
            #expect(
                try statuses(sandbox) == [
                    "deploy:box@east": "succeeded", "call:box@east/set": "failed",
                    "deploy:box@west": "blocked", "call:box@west/set": "skipped",
                ])

            try write(7, wanted: 5, sandbox)
            let unmet = try await sandbox.run("m.yaml")
            #expect(unmet.end == .exited(4), "\(unmet.errors)")
            let words = after + "check 'number' does not hold there: number() is 7"
            #expect(unmet.errors.contains(words), "\(unmet.errors)")
            #expect(
                try statuses(sandbox) == [
                    "deploy:box@east": "reused", "call:box@east/set": "succeeded",
                    "deploy:box@west": "blocked", "call:box@west/set": "skipped",
                ])
            let planned = try await sandbox.hyperkit(Sandbox.command("plan", "m.yaml"))
            #expect(planned.end == .exited(4) && planned.errors.contains(words), "\(planned.errors)")

            try write(7, wanted: 7, sandbox)
            let held = try await sandbox.run("m.yaml")
            #expect(held.end == .exited(0), "\(held.errors)")
            #expect(
                try statuses(sandbox) == [
                    "deploy:box@east": "reused", "call:box@east/set": "reused",
                    "deploy:box@west": "succeeded", "call:box@west/set": "succeeded",
                ])
        }

        /// That the code is there says nothing of what its proxy runs.
        @Test(arguments: ProxyKind.allCases)
        func aProxyThatRunsOtherCodeKeepsTheLaterNetworkAsItIs(_ kind: ProxyKind) async throws {
            let bench = try await ProxyBench(kind)
            let later = try await RunningDevnet(bench.sandbox, state: "later", chainID: 31_338)
            let proxy = #"{ kind: \#(kind.rawValue), initialize: { function: "initialize(address)", "#
            let text = """
                version: 1
                project: vaults
                registry: deployments
                signers: { dev: { key: "env:DEV_KEY" } }
                networks:
                  chain: { rpc: "\(bench.chain.url)", chainId: 31337, signer: dev }
                  later: { rpc: "\(later.url)", chainId: 31338, signer: dev, after: chain }
                contracts: { Vault: { source: contracts/Vault.sol } }
                deployments:
                  vault:
                    contract: Vault
                    networks: [chain, later]
                    proxy: \(proxy)arguments: ["\(DevelopmentAccount.address)"] } }
                policies: { default: { tools: [solc, hyperkit], failOn: critical } }
                """
            try bench.sandbox.write(Data(text.utf8), to: "m.yaml")
            func run(_ networks: String..., ending code: Int32 = 0) async throws -> String {
                let ran = try await bench.sandbox.hyperkit(
                    Sandbox.command("run", "m.yaml", networks.flatMap { ["--network", $0] }),
                    environment: ProxyBench.environment)
                #expect(ran.end == .exited(code), "\(ran.errors)")
                return ran.errors
            }
            func entries(_ network: String) throws -> [JSON] {
                try JSON(text: bench.sandbox.text("deployments/\(network).json"))["deployments"].array
            }
            _ = try await run("chain", "later")
            let first = try #require(
                try entries("chain").first { $0["name"] == "implementation:vault" }?["address"].string)
            try bench.code(more: ProxyBench.second)
            _ = try await run("chain")
            let upgraded = try #require(try entries("chain").first { $0["name"] == "vault" }?["proxy"])

            // Somebody has it run the first code again.
            let vault = try #require(try entries("chain").first { $0["name"] == "vault" }?["address"].string)
            func set(_ code: String) async throws {
                let (to, data) = try Self.upgrade(kind, vault, upgraded, to: code)
                try await Wallet(bench.chain).call(to, data)
            }
            try await set(first)
            let words =
                "network 'later' comes after 'chain', and its proxy there runs other code, at \(first)"
            let planned = try await bench.sandbox.hyperkit(
                Sandbox.command("plan", "m.yaml", ["--network", "later"]),
                environment: ProxyBench.environment)
            #expect(planned.end == .exited(4) && planned.errors.contains(words), "\(planned.errors)")
            let sent = try await later.transactionCount(DevelopmentAccount.address)
            #expect(try await run("later", ending: 4).contains(words))
            #expect(try await later.transactionCount(DevelopmentAccount.address) == sent)

            try await set(try #require(upgraded["implementation"].string))
            _ = try await run("later")
            let moved = try entries("later").first { $0["name"] == "vault" && $0["status"] == "current" }
            #expect(moved?["proxy"]["implementation"].string != nil)
            #expect(try await later.transactionCount(DevelopmentAccount.address) == sent.map { $0 + 2 })
            await later.stop()
            await bench.chain.stop()
        }

        /// What has a proxy run other code: whom that is asked of, and with which data.
        private static func upgrade(
            _ kind: ProxyKind,
            _ proxy: String,
            _ state: JSON,
            to code: String
        ) throws -> (Address, [UInt8]) {
            let (proxy, code) = (try Address(proxy), try Address(code))
            let controller = try (state["admin"].string ?? state["beacon"].string).map { try Address($0) }
            return switch kind {
            case .uups:
                (
                    proxy,
                    Selector.of("upgradeToAndCall(address,bytes)")
                        + (try ABI.encode([.address(code), .bytes([])], as: [.address, .bytes]))
                )
            case .transparent:
                (
                    try #require(controller),
                    Selector.of("upgradeAndCall(address,address,bytes)")
                        + (try ABI.encode(
                            [.address(proxy), .address(code), .bytes([])], as: [.address, .address, .bytes]))
                )
            case .beacon:
                (
                    try #require(controller),
                    Selector.of("upgradeTo(address)") + (try ABI.encode([.address(code)], as: [.address]))
                )
            }
        }
    }
}
