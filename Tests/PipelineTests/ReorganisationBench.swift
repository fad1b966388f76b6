import Ethereum
import EthereumTypes
import Foundation
import Glibc
import Testing

/// A token, a vault that is made with its address, a call to the vault that pays it, and a chain that takes them back.
final class ReorganisationBench {
    static let paid = 1_000
    private static let depth = 6
    private static let nobody = "0x00000000000000000000000000000000000000aa"

    let sandbox: Sandbox
    let chain: RunningDevnet
    let killer: KillingProxy
    private let miner: MiningProxy
    private let wallet: Wallet

    init() async throws {
        sandbox = try Sandbox()
        chain = try await RunningDevnet(sandbox)
        wallet = try Wallet(chain)
        miner = try MiningProxy(to: chain)
        killer = try KillingProxy(to: miner.port)
        _ = try await chain.ask("hyperkit_setFinalityLag", "3")
        try sandbox.write(Data(Self.contracts.utf8), to: "contracts/C.sol")
        let manifest = """
            version: 1
            project: reorganised
            signers: { dev: { key: "env:DEV_KEY" } }
            networks:
              a:
                rpc: "http://127.0.0.1:\(killer.port)/"
                chainId: 31337
                signer: dev
                confirmations: \(Self.depth)
                blockTime: 1s
            contracts: { Token: { source: "contracts/C.sol:Token" }, Vault: { source: "contracts/C.sol:Vault" } }
            deployments:
              t: { contract: Token, networks: [a] }
              v:
                contract: Vault
                networks: [a]
                arguments: ["${deployments.t.address}"]
                calls: { hit: { function: "hit()", value: \(Self.paid) wei } }
            policies: { default: { tools: [solc, hyperkit], failOn: critical } }
            """
        try sandbox.write(Data(manifest.utf8), to: "m.yaml")
    }

    private static let contracts = """
        // SPDX-License-Identifier: MIT
        pragma solidity ^0.8.20;

        contract Token {
            uint256 public supply = 7;
        }

        contract Vault {
            address public token;
            uint256 public hits;

            constructor(address token_) { require(token_ != address(0), "no token"); token = token_; }

            function hit() external payable { hits += 1; }
        }
        """

    func start() throws -> Child {
        try sandbox.start(
            Sandbox.command("run", "m.yaml", progress: "json", ["--network", "a"]),
            environment: ["DEV_KEY": DevelopmentAccount.key])
    }

    /// Starts a run whose three transactions blocks have and then have not; others use the first nonces.
    ///
    /// It stands still meanwhile.
    ///
    /// - Parameter foreign: How many nonces others use.
    /// - Returns: The run, which goes on at SIGCONT.
    /// - Throws: What the sandbox and the chain throw; where the run ends before all are in blocks.
    func interrupted(foreign: Int) async throws -> Child {
        let before = try #require(try await chain.ask("evm_snapshot", "").string)
        let child = try start()
        let isThere = await child.errorLine {
            $0.contains("call:v@a/hit") && $0.contains("1 of \(Self.depth) confirmations")
        }
        try #require(isThere != nil)
        child.send(SIGSTOP)
        #expect(try await sent().count == 3)
        #expect(try await chain.ask("evm_revert", "\"\(before)\"") == true)
        for nonce in 0..<foreign { try await wallet.spend(nonce: UInt64(nonce)) }
        #expect(try await sent().count == foreign)
        // What others sent is final when the run looks, or it looks again only after a while.
        for _ in 0..<4 { _ = try await chain.ask("evm_mine", "") }
        miner.goOn()
        return child
    }

    /// Has a run come to its end.
    ///
    /// - Returns: Whether all was done. Where not, it was blocked by lost addresses, and by nothing else.
    func isDone(_ child: Child) async throws -> Bool {
        let said = await child.remainingErrors()
        let end = await child.end()
        guard end != .exited(0) else { return true }
        #expect(end == .exited(4), "\(said)")
        let steps = try sandbox.report()["steps"].array
        let codes = Set(steps.filter { $0["status"] == "blocked" }.compactMap { $0["error"]["code"].string })
        #expect(codes == ["address-lost"], "\(said)")
        #expect(steps.allSatisfy { $0["status"] != "failed" }, "\(said)")
        return false
    }

    /// A transaction of the account that a block has, with what became of it.
    struct Sent {
        var transaction: JSON
        var receipt: JSON
        var isCreation: Bool { transaction["to"] == .null }
    }

    /// What blocks have of the account, whoever sent it.
    func sent() async throws -> [Sent] {
        let head = try #require(try await chain.ask("eth_blockNumber", "").string)
        var sent: [Sent] = []
        for block in 0...(Int(head.dropFirst(2), radix: 16) ?? 0) {
            let seen = try await chain.ask("eth_getBlockByNumber", "\"0x\(String(block, radix: 16))\", true")
            for transaction in seen["transactions"].array
            where transaction["from"].string == DevelopmentAccount.address {
                let hash = try #require(transaction["hash"].string)
                sent.append(
                    Sent(
                        transaction: transaction,
                        receipt: try await chain.ask("eth_getTransactionReceipt", "\"\(hash)\"")))
            }
        }
        return sent
    }

    /// The chain counts, not the ledger: one token, one vault with that token, and one call that paid that vault.
    func expectOneOfEach(foreign: Int) async throws {
        let sent = try await sent()
        #expect(sent.allSatisfy { $0.receipt["status"] == "0x1" })
        let made = sent.filter(\.isCreation).compactMap { $0.receipt["contractAddress"].string }
        try #require(made.count == 2, "created \(made)")
        for address in made { #expect(try await chain.code(address)?.count ?? 0 > 2) }
        let word = try #require(try await chain.call(made[1], selector: Self.token))
        #expect(word.hasSuffix(made[0].dropFirst(2).lowercased()), "the vault has another token")
        #expect(try await chain.call(made[1], selector: Self.hits)?.hasSuffix("01") == true)
        let rest = sent.filter { !$0.isCreation }
        let paying = rest.filter { $0.transaction["value"] == .string("0x" + String(Self.paid, radix: 16)) }
        #expect(paying.compactMap { $0.transaction["to"].string } == [made[1]])
        let strange = rest.filter { $0.transaction["to"].string?.lowercased() == Self.nobody }
        #expect(strange.count == foreign)
        // Whatever else is there does nothing but use up a nonce.
        let voids = rest.filter { $0.transaction["to"].string == DevelopmentAccount.address }
        #expect(voids.allSatisfy { $0.transaction["value"] == "0x0" && $0.transaction["input"] == "0x" })
        #expect(sent.count == 3 + foreign + voids.count)
        let report = try sandbox.report()
        #expect(
            report["deployments"].map("name", to: "address") == ["t": made[0], "v": made[1]])
        // One that was killed behind its last answer leaves the next nothing to do.
        #expect(["succeeded", "reused"].contains(report["steps"].first("id", "call:v@a/hit")["status"]))
    }

    private static let token = Hex.prefixed(Selector.of("token()"))
    private static let hits = Hex.prefixed(Selector.of("hits()"))

    func stop() async {
        killer.stop()
        miner.stop()
        await chain.stop()
    }
}
