import EthereumTypes
import Foundation
import Model
import Testing

/// A project with one deployment behind a proxy, and a chain of its own.
final class ProxyBench {
    let kind: ProxyKind
    let sandbox: Sandbox
    let chain: RunningDevnet
    private let url: String

    /// - Parameters:
    ///   - kind: The proxy's kind.
    ///   - through: Where programs reach the chain.
    /// - Throws: What starting a chain throws.
    init(_ kind: ProxyKind, through: (UInt16) throws -> UInt16 = { $0 }) async throws {
        self.kind = kind
        sandbox = try Sandbox()
        chain = try await RunningDevnet(sandbox, state: "chain")
        let port = try #require(URLComponents(string: chain.url)?.port)
        url = "http://127.0.0.1:\(try through(UInt16(port)))/"
        try code()
        try manifest()
    }

    /// Writes the contract.
    ///
    /// - Parameters:
    ///   - variables: After `owner`.
    ///   - more: Functions beside those that there always are.
    /// - Throws: What writing a file throws.
    func code(variables: String = "uint256 public fee;", more: String = "") throws {
        let source = """
            // SPDX-License-Identifier: MIT
            pragma solidity ^0.8.20;

            abstract contract Upgradeable {
                bytes32 private constant SLOT =
                    0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc;

                address public owner;

                error NotOwner(address caller);

                function proxiableUUID() external pure returns (bytes32) { return SLOT; }

                function upgradeToAndCall(address next, bytes calldata) external payable {
                    if (msg.sender != owner) revert NotOwner(msg.sender);
                    assembly { sstore(SLOT, next) }
                }
            }

            contract Vault is Upgradeable {
                \(variables)

                function initialize(address owner_) external {
                    require(owner == address(0), "initialized");
                    owner = owner_;
                }

                function setFee(uint256 fee_) external { fee = fee_; }

                \(more)
            }
            """
        try sandbox.write(Data(source.utf8), to: "contracts/Vault.sol")
    }

    static let second = "function version() external pure returns (uint256) { return 2; }"
    static let third = "function version() external pure returns (uint256) { return 3; }"

    /// Writes the manifest.
    ///
    /// - Parameters:
    ///   - kind: The proxy's kind; nil: no proxy.
    ///   - owner: Who may upgrade.
    ///   - initial: Whom `initialize` is told; nil: the owner.
    ///   - approval: Whether it is changed by plans alone.
    ///   - verify: The services that show sources, as the manifest names them; nil: none.
    /// - Throws: What writing a file throws.
    func manifest(
        kind: ProxyKind?? = .none,
        owner: String = DevelopmentAccount.address,
        initial: String? = nil,
        approval: Bool = false,
        verify: String? = nil
    ) throws {
        let more = (approval ? ", approval: plan" : "") + (verify.map { ", verify: \($0)" } ?? "")
        var proxy = ""
        if let kind = kind ?? self.kind {
            let who = kind == .uups ? "" : "owner: \"\(owner)\", "
            proxy =
                "proxy: { kind: \(kind.rawValue), \(who)initialize: { function: \"initialize(address)\", "
                + "arguments: [\"\(initial ?? owner)\"] } }"
        }
        let text = """
            version: 1
            project: vaults
            registry: deployments
            signers: { dev: { key: "env:DEV_KEY" } }
            networks:
              chain: { rpc: "\(url)", chainId: 31337, signer: dev\(more) }
            contracts: { Vault: { source: contracts/Vault.sol } }
            deployments:
              vault:
                contract: Vault
                networks: [chain]
                \(proxy)
                calls: { setFee: { function: "setFee(uint256)", arguments: ["7"] } }
                checks: { fee: { read: "fee()", equals: "7" } }
            policies: { default: { tools: [solc, hyperkit], failOn: critical } }
            """
        try sandbox.write(Data(text.utf8), to: "m.yaml")
    }

    static let environment = ["DEV_KEY": DevelopmentAccount.key]

    func run(_ more: String...) async throws -> Sandbox.Ran {
        try await sandbox.hyperkit(
            Sandbox.command("run", "m.yaml", ["--network", "chain"] + more), environment: Self.environment)
    }

    /// Applies a plan.
    func apply(_ plan: String) async throws -> Sandbox.Ran {
        try await sandbox.run("m.yaml", "--plan", plan, environment: Self.environment)
    }

    func plan(_ more: String...) async throws -> JSON {
        let planned = try await sandbox.hyperkit(
            Sandbox.command("plan", "m.yaml", ["--json", "--network", "chain"] + more),
            environment: Self.environment)
        return try JSON(text: planned.output)
    }

    func check() async throws -> Sandbox.Ran {
        try await sandbox.hyperkit(
            ["deployments", "check", "--manifest", "m.yaml", "--state-dir", "state"],
            environment: Self.environment)
    }

    func adopt(_ address: String) async throws -> Sandbox.Ran {
        try await sandbox.hyperkit(
            ["deployments", "adopt", "vault@chain", address, "--manifest", "m.yaml", "--state-dir", "state"],
            environment: Self.environment)
    }

    /// How many transactions were sent.
    func sent() async throws -> Int {
        try #require(try await chain.transactionCount(DevelopmentAccount.address))
    }

    /// The one deployment that the newest report tells of.
    func deployment() throws -> JSON {
        let deployments = try sandbox.report()["deployments"].array
        #expect(deployments.count == 1)
        return deployments.first ?? .null
    }

    /// A number that the deployment's address gives for a function without arguments.
    func number(_ function: String) async throws -> Int? {
        let address = try #require(try deployment()["address"].string)
        let selector = Hex.prefixed(Array(Keccak256.hash("\(function)()".utf8).bytes.prefix(4)))
        let answer = try await chain.call(address, selector: selector)
        return answer.flatMap { Int($0.dropFirst(2), radix: 16) }
    }

    /// What is there in a new project: code, a beacon where there is one, the proxy, and a call.
    var first: Int { kind == .beacon ? 4 : 3 }
}
