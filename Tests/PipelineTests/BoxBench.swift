import Foundation
import Testing

/// A project with one small contract, and a chain of its own that goes on.
final class BoxBench {
    let sandbox: Sandbox
    let chain: RunningDevnet

    init() async throws {
        sandbox = try Sandbox()
        chain = try await RunningDevnet(sandbox)
        try code()
        try manifest()
    }

    /// Writes the contract; `payable`: whether its function takes money.
    func code(payable: Bool = false) throws {
        let source = """
            // SPDX-License-Identifier: MIT
            pragma solidity ^0.8.20;

            contract Box {
                uint256 public number;
                constructor(uint256 number_) { number = number_; }
                function set(uint256 number_) external\(payable ? " payable" : "") { number = number_; }
            }
            """
        try sandbox.write(Data(source.utf8), to: "contracts/Box.sol")
    }

    /// What the account that signs has, in wei.
    func balance() async throws -> UInt128 {
        let answer = try await chain.ask("eth_getBalance", "\"\(DevelopmentAccount.address)\", \"latest\"")
        return try #require(answer.string.flatMap { UInt128($0.dropFirst(2), radix: 16) })
    }

    /// Writes the manifest.
    ///
    /// - Parameters:
    ///   - number: The constructor's argument.
    ///   - network: More of the network.
    ///   - deployment: More of the deployment.
    ///   - more: More networks, of the same chain, with the names of their own.
    ///   - top: More of the manifest.
    /// - Throws: What writing a file throws.
    func manifest(
        number: Int = 1,
        network: String = "",
        deployment: String = "",
        more: [String: String] = [:],
        top: String = ""
    ) throws {
        let others = more.sorted { $0.key < $1.key }.map { name, words in
            "  \(name): { rpc: \"\(chain.url)\", chainId: 31337, signer: dev\(words) }\n"
        }
        let text = """
            version: 1
            project: boxes
            signers: { dev: { key: "env:DEV_KEY" } }
            networks:
              chain: { rpc: "\(chain.url)", chainId: 31337, signer: dev\(network) }
            \(others.joined())
            contracts: { Box: { source: contracts/Box.sol } }
            deployments:
              box:
                contract: Box
                networks: [\((["chain"] + more.keys.sorted()).joined(separator: ", "))]
                arguments: ["\(number)"]
                \(deployment)
            policies: { default: { tools: [solc, hyperkit] } }
            \(top)
            """
        try sandbox.write(Data(text.utf8), to: "m.yaml")
    }

    func run(_ more: String..., key: String = DevelopmentAccount.key) async throws -> Sandbox.Ran {
        try await sandbox.hyperkit(Sandbox.command("run", "m.yaml", more), environment: ["DEV_KEY": key])
    }

    /// Makes `plan.json`.
    func plan(_ more: String..., key: String = DevelopmentAccount.key) async throws -> Sandbox.Ran {
        try await sandbox.hyperkit(
            Sandbox.command("plan", "m.yaml", ["--all-networks", "--out", "plan.json"] + more),
            environment: ["DEV_KEY": key])
    }

    /// What `plan.json` says of the deployments.
    func planned() throws -> JSON { try JSON(text: try sandbox.text("plan.json"))["deployments"] }

    func sent() async throws -> Int {
        try #require(try await chain.transactionCount(DevelopmentAccount.address))
    }

    /// How the newest report says that it ended.
    func action() throws -> JSON { try sandbox.report()["deployments"].first("name", "box")["action"] }
}
