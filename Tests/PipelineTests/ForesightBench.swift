import Foundation
import Testing

/// A token, a vault that refers to it, and a chain of their own.
final class ForesightBench {
    let sandbox: Sandbox
    let chain: RunningDevnet

    init() async throws {
        sandbox = try Sandbox()
        chain = try await RunningDevnet(sandbox)
        try sandbox.write(Data(Self.contracts.utf8), to: "contracts/C.sol")
        try manifest()
    }

    private static let contracts = """
        // SPDX-License-Identifier: MIT
        pragma solidity ^0.8.20;

        contract Token {
            uint256 public immutable supply;

            constructor(uint256 supply_) { require(supply_ != 13, "unlucky"); supply = supply_; }
        }

        contract Vault {
            Token public immutable asset;
            uint256 public fee;

            constructor(Token asset_) { asset = asset_; }

            function setFee(uint256 fee_) external { require(fee_ <= asset.supply(), "too much"); fee = fee_; }
        }

        contract Counter {
            uint256 public count;

            function initialize(uint256 count_) external { count = count_; }

            function grow(uint256 by) external { count += by; }
        }
        """

    static let token = #"token: { contract: Token, networks: [chain], arguments: ["100"] }"#

    /// The vault; the rest of its entry, such as calls, behind its arguments.
    static func vault(_ more: String = "") -> String {
        #"vault: { contract: Vault, networks: [chain], arguments: ["${deployments.token.address}"]"#
            + more + " }"
    }

    /// Writes the manifest.
    ///
    /// - Parameters:
    ///   - network: More of the chain's network, behind a comma.
    ///   - networks: Other networks, a line each.
    ///   - policy: What of the policy is not usual.
    ///   - deployments: A line each.
    /// - Throws: What writing a file throws.
    func manifest(
        network: String = "",
        networks: [String] = [],
        policy: String = "failOn: critical",
        _ deployments: String...
    ) throws {
        let lines = deployments.isEmpty ? [Self.token, Self.vault()] : deployments
        let text = """
            version: 1
            project: foresight
            registry: deployments
            signers: { dev: { key: "env:DEV_KEY" } }
            networks:
              chain: { rpc: "\(chain.url)", chainId: 31337, signer: dev\(network) }
            \(networks.map { "  \($0)\n" }.joined())
            contracts:
              Token: { source: "contracts/C.sol:Token" }
              Vault: { source: "contracts/C.sol:Vault" }
              Counter: { source: "contracts/C.sol:Counter" }
            deployments:
            \(lines.map { "  \($0)" }.joined(separator: "\n"))
            policies: { default: { tools: [solc, hyperkit], \(policy) } }
            """
        try sandbox.write(Data(text.utf8), to: "m.yaml")
    }

    static let key = ["DEV_KEY": DevelopmentAccount.key]

    func run(_ more: [String] = [], environment: [String: String] = key) async throws -> Sandbox.Ran {
        try await sandbox.hyperkit(
            Sandbox.command("run", "m.yaml", ["--network", "chain"] + more), environment: environment)
    }

    func plan(
        _ more: [String] = ["--network", "chain"],
        environment: [String: String] = key
    ) async throws -> Sandbox.Ran {
        try await sandbox.hyperkit(
            Sandbox.command("plan", "m.yaml", ["--json"] + more), environment: environment)
    }

    func apply(environment: [String: String] = key) async throws -> Sandbox.Ran {
        try await sandbox.hyperkit(
            Sandbox.command("run", "m.yaml", ["--plan", "plan.json"]), environment: environment)
    }

    /// What a plan says of each deployment, and why.
    static func said(_ planned: Sandbox.Ran) throws -> [String: (action: String, reason: String)] {
        let deployments = try JSON(text: planned.output)["deployments"].array
        return Dictionary(
            deployments.map {
                ($0["id"].string ?? "", ($0["action"].string ?? "", $0["reason"].string ?? ""))
            }, uniquingKeysWith: { first, _ in first })
    }

    /// How many transactions were sent.
    func sent() async throws -> Int {
        try #require(try await chain.transactionCount(DevelopmentAccount.address))
    }
}
