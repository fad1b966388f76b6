import Ethereum
import EthereumTypes
import Foundation
import Model
import Testing

/// A proxy on a chain where a real Safe is, whose one owner is nobody whom the runs know.
struct OwnedProxyBench {
    let bench: ProxyBench
    let wallet: Wallet
    let safe: RealSafe
    private let signer: String
    private let owner: String?
    private let salt: String?

    /// The second account of every devnet.
    static let people = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
    static let key = "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d"

    /// - Parameters:
    ///   - kind: The proxy's kind.
    ///   - signer: Who signs on the network: `dev`, `dao` or `people`.
    ///   - owner: Who owns what is there; nil: the network does not say.
    ///   - salt: The deployment's; nil: none.
    /// - Throws: What starting a chain throws.
    init(_ kind: ProxyKind, signer: String, owner: String? = nil, salt: String? = nil) async throws {
        bench = try await ProxyBench(kind)
        wallet = try Wallet(bench.chain, key: Self.key)
        try await wallet.deployFactory()
        safe = try await RealSafe(wallet)
        (self.signer, self.owner, self.salt) = (signer, owner, salt)
        try manifest()
    }

    /// Writes the manifest; `approval` says whether the chain is changed by plans alone, `kind` what the proxy is to be where that is
    /// another than it was made as, `initial` whom `initialize` is told, `name` what the deployment is called that was 'vault'.
    func manifest(
        approval: Bool = false,
        kind: ProxyKind? = nil,
        initial: String? = nil,
        name: String = "vault"
    ) throws {
        let who = owner ?? signer
        let text = """
            version: 1
            project: vaults
            registry: deployments
            signers:
              dev: { key: "env:DEV_KEY" }
              dao: { safe: "\(safe.address)", multiSend: "\(safe.multiSend)" }
              people: { address: "\(Self.people)" }
            networks:
              chain:
                rpc: "\(bench.chain.url)"
                chainId: 31337
                signer: \(signer)
                \(owner.map { "owner: \($0)" } ?? "")
                \(approval ? "approval: plan" : "")
            contracts: { Vault: { source: contracts/Vault.sol } }
            deployments:
              \(name):
                contract: Vault
                networks: [chain]
                \(name == "vault" ? "" : "formerly: [vault]")
                \(salt.map { "salt: \($0)" } ?? "")
                proxy:
                  kind: \((kind ?? bench.kind).rawValue)
                  initialize: { function: "initialize(address)", arguments: ["\(initial ?? "${signers.\(who).address}")"] }
                calls: { setFee: { function: "setFee(uint256)", arguments: ["7"], by: owner } }
            policies: { default: { tools: [solc, hyperkit], failOn: critical } }
            """
        try bench.sandbox.write(Data(text.utf8), to: "m.yaml")
    }

    /// Runs, or applies a plan, and gives what the Safe is asked for.
    func asked(_ steps: [String], nonce: Int64, applying plan: String? = nil) async throws -> JSON {
        let ran = if let plan { try await bench.apply(plan) } else { try await bench.run() }
        #expect(ran.end == .exited(4), "\(ran.errors)")
        let files = try bench.sandbox.names("reports/latest/safe").filter { !$0.hasSuffix("-builder.json") }
        let proposal = try JSON(
            text: try bench.sandbox.text("reports/latest/safe/\(try #require(files.first))"))
        #expect(files.count == 1)
        #expect(proposal["calls"].array.compactMap { $0["step"].string } == steps)
        #expect(proposal["nonce"] == .integer(nonce))
        // The Safe's own word on what its owners sign.
        #expect(try await safe.hash(of: proposal) == proposal["safeTxHash"].string)
        return proposal
    }

    /// Runs, and gives the one file that is to be signed with a key.
    func unsigned() async throws -> String {
        let ran = try await bench.run()
        #expect(ran.end == .exited(4), "\(ran.errors)")
        let files = try bench.sandbox.names("reports/latest/unsigned")
        #expect(files.count == 1)
        return try bench.sandbox.text("reports/latest/unsigned/\(try #require(files.first))")
    }

    /// Runs to the end, and gives what was done to the deployment.
    func done() async throws -> JSON {
        let ran = try await bench.run()
        #expect(ran.end == .exited(0), "\(ran.errors)")
        return try bench.deployment()
    }

    /// What a plan says of one of the deployment's contracts.
    func planned(_ part: String = "proxy") async throws -> JSON {
        try await bench.plan()["deployments"].first("id", "\(part):vault@chain")
    }

    /// What the proxy's code calls itself.
    func version() async throws -> Int? { try await bench.number("version") }

    func stop() async { await bench.chain.stop() }
}
