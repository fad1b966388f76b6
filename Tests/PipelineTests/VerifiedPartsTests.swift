import Ethereum
import EthereumTypes
import Foundation
import Model
import Support
import Testing

extension Pipelines {
    /// Sources of linked code and of proxies: what fake services are handed is compiled, as real ones would.
    @Suite struct VerifiedParts {
        private static let job = FakeVerifierServer.Answer(
            #"{"isJobCompleted":true,"contract":{"match":"exact_match"}}"#)

        /// A Sourcify and a Blockscout that show whatever they are handed.
        private struct Services {
            let sourcify: FakeVerifierServer
            let explorer: FakeVerifierServer

            init() throws {
                sourcify = try FakeVerifierServer { request in
                    request.asked.hasPrefix("POST")
                        ? .init("202 Accepted", #"{"verificationId":"id"}"#) : VerifiedParts.job
                }
                explorer = try FakeVerifierServer(
                    .init(#"{"status":"0","result":"Contract source code already verified"}"#))
            }

            var manifest: String {
                "[{ sourcify: { url: \"\(sourcify.url)\" } }, { blockscout: { url: \"\(explorer.url)/api\" } }]"
            }

            /// What Sourcify was handed, by address.
            func handed() throws -> [String: [String: Any]] {
                let posts = sourcify.requests.filter { $0.asked.hasPrefix("POST") }
                return Dictionary(
                    try posts.map { post in
                        let body = try JSONSerialization.jsonObject(with: post.body) as? [String: Any]
                        return (String(post.asked.split(separator: "/").last ?? ""), try #require(body))
                    }, uniquingKeysWith: { first, _ in first })
            }

            /// What the Blockscout was handed, by address.
            var forms: [String: [String: String]] {
                Dictionary(
                    explorer.requests.map { ($0.form["contractaddress"] ?? "", $0.form) },
                    uniquingKeysWith: { first, _ in first })
            }
        }

        private func input(_ form: [String: String]) throws -> [String: Any] {
            let text = try #require(form["sourceCode"])
            return try #require(
                try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        }

        private func code(_ chain: RunningDevnet, at address: String) async throws -> [UInt8] {
            try #require(Hex.decode((try await chain.code(address) ?? "").dropFirst(2)))
        }

        // MARK: Libraries

        private static let math = """
            // SPDX-License-Identifier: MIT
            pragma solidity ^0.8.20;

            library Math {
                function twice(uint256 number) external pure returns (uint256) { return number * 2; }
            }

            library Start {
                function next(uint256 number) external pure returns (uint256) { return number + 1; }
            }
            """

        /// It calls one library from its functions, and the other from its constructor alone.
        private static let vault = """
            // SPDX-License-Identifier: MIT
            pragma solidity ^0.8.20;

            import {Math, Start} from "./Math.sol";

            contract Vault {
                uint256 public immutable amount;

                constructor(uint256 amount_) { amount = Start.next(amount_); }

                function twice() external view returns (uint256) { return Math.twice(amount); }
            }
            """

        @Test func linkedCodeIsWhatTheServicesCompile() async throws {
            let (sandbox, services) = (try Sandbox(), try Services())
            let chain = try await RunningDevnet(sandbox, state: "chain")
            try sandbox.write(Data(Self.math.utf8), to: "contracts/Math.sol")
            try sandbox.write(Data(Self.vault.utf8), to: "contracts/Vault.sol")
            let manifest = """
                version: 1
                project: vaults
                signers: { dev: { key: "env:DEV_KEY" } }
                networks:
                  chain: { rpc: "\(chain.url)", chainId: 31337, signer: dev, verify: \(services.manifest) }
                contracts:
                  Math: { source: "contracts/Math.sol:Math" }
                  Start: { source: "contracts/Math.sol:Start" }
                  Vault: { source: contracts/Vault.sol }
                deployments:
                  math: { contract: Math, networks: [chain] }
                  start: { contract: Start, networks: [chain] }
                  vault:
                    contract: Vault
                    networks: [chain]
                    arguments: ["6"]
                    libraries:
                      Math: "${deployments.math.address}"
                      "contracts/Math.sol:Start": "${deployments.start.address}"
                policies: { default: { tools: [solc, hyperkit], failOn: critical } }
                """
            try sandbox.write(Data(manifest.utf8), to: "m.yaml")
            let ran = try await sandbox.run(
                "m.yaml", "--network", "chain", environment: ["DEV_KEY": DevelopmentAccount.key])
            try #require(ran.end == .exited(0), "\(ran.errors)")
            let deployments = try sandbox.report()["deployments"]
            #expect(
                deployments.array.flatMap { $0["verification"].array }.map { $0["status"].string }
                    == Array(repeating: "verified", count: 6))
            let places = deployments.map("name", to: "address")
            let vault = try #require(places["vault"])
            let there = try await code(chain, at: vault)

            // An explorer links as the input says; its metadata has the addresses then, and nothing else is another.
            let form = try #require(services.forms[vault])
            let linked = try input(form)
            let libraries =
                (linked["settings"] as? [String: Any])?["libraries"] as? [String: [String: String]]
            #expect(
                libraries == [
                    "contracts/Math.sol": ["Math": places["math"], "Start": places["start"]].compactMapValues(
                        \.self)
                ])
            let name = try #require(form["contractname"])
            let explorers = try await Recompiled(linked, name)
            #expect(explorers.links.isEmpty)
            #expect(
                CodeComparison(onChain: there, artifact: try explorers.filled(from: there))
                    == .identicalButMetadata)
            #expect("v" + explorers.version == form["compilerversion"])

            // Sourcify reads the addresses from the code, and then every byte is the same.
            let body = try #require(try services.handed()[vault])
            let sourcify = try await Recompiled(
                try #require(body["stdJsonInput"] as? [String: Any]), name)
            #expect(!sourcify.links.isEmpty)
            #expect(try sourcify.filled(from: there) == there)
            #expect(sourcify.creation.count == explorers.creation.count)
            await chain.stop()
        }

        // MARK: Proxies

        private static let parts: [ProxyKind: [String]] = [
            .uups: ["implementation", "proxy"], .transparent: ["implementation", "proxy", "admin"],
            .beacon: ["implementation", "beacon", "proxy"],
        ]

        @Test(arguments: ProxyKind.allCases)
        func everyContractOfAProxyIsWhatTheServicesCompile(_ kind: ProxyKind) async throws {
            let (bench, services) = (try await ProxyBench(kind), try Services())
            try bench.manifest(verify: services.manifest)
            let ran = try await bench.run()
            try #require(ran.end == .exited(0), "\(ran.errors)")
            let made = try bench.deployment()
            let parts = try #require(Self.parts[kind])
            #expect(
                made["verification"].array.compactMap { $0["part"].string } == parts.flatMap { [$0, $0] })
            #expect(made["verification"].array.allSatisfy { $0["status"] == "verified" })
            let (forms, handed) = (services.forms, try services.handed())
            #expect(forms.count == parts.count && Set(forms.keys) == Set(handed.keys))
            let proxy = try #require(made["address"].string)
            #expect(forms[proxy]?["contractname"] == "hyperkit/proxies.sol:\(kind.contract.rawValue)")
            let implementation = try #require(made["implementation"].string)
            #expect(forms[implementation]?["contractname"] == "contracts/Vault.sol:Vault")
            for (address, form) in forms {
                let compiled = try await Recompiled(
                    try input(form), try #require(form["contractname"]))
                let there = try await code(bench.chain, at: address)
                #expect(!there.isEmpty)
                #expect(try compiled.filled(from: there) == there, "\(form["contractname"] ?? "")")
                // The transaction has just that code with just those arguments.
                let arguments = try #require(form["constructorArguments"])
                guard let hash = handed[address]?["creationTransactionHash"] as? String else {
                    #expect(form["contractname"] == "hyperkit/proxies.sol:ProxyAdmin")
                    let owner = try #require(Hex.decode(DevelopmentAccount.address.dropFirst(2)))
                    #expect(Hex.decode(arguments) == [UInt8](repeating: 0, count: 12) + owner)
                    continue
                }
                let sent = try await bench.chain.ask("eth_getTransactionByHash", "\"\(hash)\"")
                #expect(sent["input"].string == "0x" + compiled.creation + arguments)
            }

            // What is shown stays so; an upgrade has one contract more.
            try bench.code(more: ProxyBench.second)
            #expect(try await bench.run().end == .exited(0))
            let again = try bench.deployment()
            #expect(again["action"] == "upgraded")
            let new = try #require(again["implementation"].string)
            #expect(Set(services.forms.keys) == Set(forms.keys).union([new]))
            #expect(services.explorer.requests.count == parts.count + 1)
            let step = try await bench.plan()["steps"].first("id", "verify:vault@chain")
            #expect(step["action"] == "keep")
            await bench.chain.stop()
        }
    }
}
