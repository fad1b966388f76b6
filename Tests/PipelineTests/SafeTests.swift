import Ethereum
import EthereumTypes
import Foundation
import Testing

extension Pipelines {
    /// Deployments that the owners of a Safe sign and execute.
    @Suite struct Safes {
        private static func manifest(
            _ chain: RunningDevnet,
            _ safe: RealSafe,
            amount: String = "3",
            more: String = ""
        ) -> Data {
            Data(
                """
                version: 1
                project: safes
                contracts:
                  Token: { generate: { template: erc20, options: { name: Quick, symbol: QCK, premint: "5" } } }
                signers:
                  dao: { safe: "\(safe.address)", multiSend: "\(safe.multiSend)" }
                networks:
                  council: { rpc: "\(chain.url)", chainId: 31337, signer: dao }
                deployments:
                  token:
                    contract: Token
                    networks: [council]
                    salt: one
                    calls:
                      allow: { function: "approve(address,uint256)", arguments: ["${deployments.other.address}", "\(amount)"] }
                  other: { contract: Token, networks: [council], salt: two }
                \(more)
                """.utf8)
        }

        @Test func aBatchIsProposedAndTakenUpOnceItsOwnersExecutedIt() async throws {
            let sandbox = try Sandbox()
            let chain = try await RunningDevnet(sandbox)
            let wallet = try Wallet(chain)
            try await wallet.deployFactory()
            let safe = try await RealSafe(wallet)
            try sandbox.write(Self.manifest(chain, safe), to: "dao.yaml")

            func proposal(of calls: Int, nonce: Int64) async throws -> JSON {
                let ran = try await sandbox.run("dao.yaml", "--network", "council")
                #expect(ran.end == .exited(4), "\(ran.errors)")
                let files = try sandbox.names("reports/latest/safe").filter { !$0.hasSuffix("-builder.json") }
                let file = try #require(files.first)
                #expect(files.count == 1)
                let proposal = try JSON(text: try sandbox.text("reports/latest/safe/\(file)"))
                let hash = try #require(proposal["safeTxHash"].string)
                #expect(ran.errors.contains("safeTxHash \(hash)"), "\(ran.errors)")
                // The Safe's own word on what its owners sign.
                #expect(try await safe.hash(of: proposal) == hash)
                #expect(proposal["calls"].array.count == calls && proposal["nonce"] == .integer(nonce))
                let builder = try JSON(
                    text: try sandbox.text(
                        "reports/latest/safe/\(file.replacing(".json", with: "-builder.json"))"))
                #expect(
                    builder["transactions"].array.map { $0["data"] }
                        == proposal["calls"].array.map { $0["data"] })
                return proposal
            }

            let first = try await proposal(of: 3, nonce: 0)
            let report = try sandbox.report()
            #expect(report["summary"]["deployments"]["proposed"] == 2)
            let token = try #require(report["deployments"].first("name", "token")["address"].string)
            #expect(try await chain.code(token) == "0x")
            #expect(report["steps"].array.allSatisfy { $0["status"] != "skipped" })
            // Nobody has signed: the same is asked for again.
            let again = try await proposal(of: 3, nonce: 0)
            #expect(again["safeTxHash"] == first["safeTxHash"])

            try await safe.execute(first)
            let done = try await sandbox.run("dao.yaml", "--network", "council")
            #expect(done.end == .exited(0), "\(done.errors)")
            let made = try sandbox.report()["deployments"].first("name", "token")
            #expect(made["action"] == "created" && made["address"].string == token)
            #expect(made["codeMatches"] == .bool(true))
            let quiet = try await sandbox.run("dao.yaml", "--network", "council")
            #expect(quiet.end == .exited(0), "\(quiet.errors)")
            #expect(try sandbox.report()["summary"]["steps"]["succeeded"] == 0)

            // A call alone is no batch.
            try sandbox.write(Self.manifest(chain, safe, amount: "4"), to: "dao.yaml")
            let call = try await proposal(of: 1, nonce: 1)
            #expect(call["operation"] == 0 && call["to"].string == token)
            // More is wanted, under the same nonce; the owners had signed the first one already, and it counts.
            let more = "  third: { contract: Token, networks: [council], salt: three }"
            try sandbox.write(Self.manifest(chain, safe, amount: "4", more: more), to: "dao.yaml")
            let both = try await proposal(of: 2, nonce: 1)
            #expect(both["safeTxHash"] != call["safeTxHash"])
            try await safe.execute(call)
            let rest = try await proposal(of: 1, nonce: 2)
            #expect(rest["calls"].array.first?["step"] == "deploy:third@council")
            #expect(
                try sandbox.report()["steps"].first("id", "call:token@council/allow")["status"] == "succeeded"
            )
            await chain.stop()
        }
    }
}
