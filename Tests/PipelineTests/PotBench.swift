import Foundation
import Testing

extension Pipelines.Proposals {
    /// Contracts that an account alone is asked for, each with a call.
    final class PotBench {
        let sandbox: Sandbox
        let chain: RunningDevnet
        let wallet: Wallet
        private var plans = 0
        private let approval: Bool
        /// What the network is called.
        var network = "paper"
        /// Who is asked.
        var people = DevelopmentAccount.address

        init(approval: Bool = false) async throws {
            self.approval = approval
            sandbox = try Sandbox()
            chain = try await RunningDevnet(sandbox)
            wallet = try Wallet(chain)
            try sandbox.write(
                Data(
                    """
                    // SPDX-License-Identifier: MIT
                    pragma solidity ^0.8.20;

                    contract Pot {
                        uint256 public size;
                        uint256 public paid;

                        constructor(uint256 size_) payable { size = size_; }

                        function pay(uint256) external payable { paid += msg.value; }
                    }
                    """.utf8), to: "contracts/Pot.sol")
            try manifest()
        }

        /// Writes the manifest.
        ///
        /// - Parameters:
        ///   - names: What the deployments are called.
        ///   - formerly: What they were called before, each `none` where it was never called otherwise.
        ///   - size: The argument of their constructor.
        ///   - paid: The argument of their call.
        /// - Throws: What writing a file throws.
        func manifest(
            _ names: String...,
            formerly: String...,
            size: String = "7",
            paid: String = "1"
        ) throws {
            let deployments = (names.isEmpty ? ["pot"] : names).enumerated().map { place, name in
                let former = place < formerly.count ? formerly[place] : "none"
                return """
                      \(name):
                        contract: Pot
                        arguments: ["\(size)"]
                        networks: [\(network)]
                        \(former == "none" ? "" : "formerly: [\(former)]")
                        calls: { first: { function: "pay(uint256)", arguments: ["\(paid)"], value: 5 wei } }
                    """
            }
            try sandbox.write(
                Data(
                    """
                    version: 1
                    project: pots
                    registry: registry
                    contracts: { Pot: { source: contracts/Pot.sol } }
                    signers: { people: { address: "\(people)" } }
                    networks:
                      \(network):
                        rpc: "\(chain.url)"
                        chainId: 31337
                        signer: people
                        \(approval ? "approval: plan" : "")
                    policies: { default: { tools: [solc, hyperkit], failOn: critical } }
                    deployments:
                    \(deployments.joined(separator: "\n"))
                    """.utf8), to: "pots.yaml")
        }

        /// What is asked for by a run that ends so, by nonce; where plans approve, of a plan of now.
        @discardableResult
        func asked(_ code: Int32) async throws -> [String: String] {
            var arguments = ["--network", network]
            if approval {
                plans += 1
                let plan = "plan\(plans).json"
                let planned = try await sandbox.hyperkit(
                    Sandbox.command("plan", "pots.yaml", arguments + ["--out", plan]))
                #expect(planned.end == .exited(0), "\(planned.errors)")
                arguments = ["--plan", plan]
            }
            let ran = try await sandbox.hyperkit(Sandbox.command("run", "pots.yaml", arguments))
            #expect(ran.end == .exited(code), "\(ran.errors)")
            var asked: [String: String] = [:]
            for name in (try? sandbox.names("reports/latest/unsigned")) ?? [] {
                let file = try sandbox.text("reports/latest/unsigned/\(name)")
                asked[try #require(try JSON(text: file)["nonce"].string)] = file
            }
            return asked
        }

        /// Sends the one thing that is asked for by a run of now; its nonce.
        @discardableResult
        func send() async throws -> String? {
            let asked = try await asked(4)
            #expect(asked.count == 1)
            let (nonce, file) = try #require(asked.first)
            try await wallet.send(file)
            return nonce
        }

        func plan() async throws -> JSON {
            let planned = try await sandbox.hyperkit(
                Sandbox.command("plan", "pots.yaml", ["--json", "--network", network]))
            return try #require(try JSON(text: planned.output)["deployments"].array.first)
        }

        func entry() throws -> JSON {
            try #require(
                try JSON(text: sandbox.text("registry/\(network).json"))["deployments"].array
                    .first { $0["status"] == "current" })
        }

        func word(_ number: Int) -> String { "0x" + String(repeating: "0", count: 63) + "\(number)" }

        func transactions() async throws -> Int? {
            try await chain.transactionCount(DevelopmentAccount.address)
        }

        /// What the newest report warns of.
        func codes() throws -> [String] {
            try sandbox.report()["notes"].array.compactMap { $0["code"].string }
        }
    }
}
