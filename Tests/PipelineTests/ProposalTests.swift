import Foundation
import Testing

extension Pipelines {
    /// Deployments of an account that nobody here can sign for.
    @Suite struct Proposals {
        private static func manifest(
            _ url: String,
            symbol: String = "QCK",
            confirmations: Int = 1
        ) -> Data {
            Data(
                """
                version: 1
                project: proposals
                contracts:
                  Token: { generate: { template: erc20, options: { name: Quick, symbol: \(symbol), premint: "5" } } }
                signers:
                  people: { address: "\(DevelopmentAccount.address)" }
                networks:
                  paper: { rpc: "\(url)", chainId: 31337, signer: people, confirmations: \(confirmations) }
                deployments:
                  token:
                    contract: Token
                    networks: [paper]
                    calls:
                      allow:
                        function: "approve(address,uint256)"
                        arguments: ["0x00000000000000000000000000000000000000AA", "3"]
                """.utf8)
        }

        private struct Bench {
            let sandbox: Sandbox
            let chain: RunningDevnet
            let wallet: Wallet

            init(confirmations: Int = 1) async throws {
                sandbox = try Sandbox()
                chain = try await RunningDevnet(sandbox)
                wallet = try Wallet(chain)
                try sandbox.write(
                    Proposals.manifest(chain.url, confirmations: confirmations), to: "paper.yaml")
            }

            /// Runs, and gives the file that it proposes.
            func proposal() async throws -> String {
                let ran = try await sandbox.run("paper.yaml", "--network", "paper")
                #expect(ran.end == .exited(4), "\(ran.errors)")
                let files = try sandbox.names("reports/latest/unsigned")
                #expect(files.count == 1)
                return try sandbox.text("reports/latest/unsigned/\(try #require(files.first))")
            }

            /// What a plan says of the deployment.
            func planned() async throws -> JSON {
                let planned = try await sandbox.hyperkit(
                    Sandbox.command("plan", "paper.yaml", ["--json", "--network", "paper"]))
                return try #require(try JSON(text: planned.output)["deployments"].array.first)
            }

            func run(_ code: Int32) async throws -> JSON {
                let ran = try await sandbox.run("paper.yaml", "--network", "paper")
                #expect(ran.end == .exited(code), "\(ran.errors)")
                return try sandbox.report()
            }
        }

        @Test func whatPeopleSendIsTakenUpAndNeverProposedAgain() async throws {
            let bench = try await Bench()
            let creation = try await bench.proposal()
            let asked = try JSON(text: creation)
            #expect(asked["nonce"] == "0x0" && asked["from"].string == DevelopmentAccount.address)
            // Nobody has sent it: the same is asked for again, under the same nonce.
            #expect(try JSON(text: try await bench.proposal())["nonce"] == "0x0")
            #expect(try bench.sandbox.report()["summary"]["deployments"]["proposed"] == 1)
            let waiting = try await bench.planned()
            #expect(waiting["action"] == "create" && waiting["proposedIn"].string != nil)
            #expect(waiting["reason"].string?.contains("under nonce 0, and it waits") == true)

            let hash = try await bench.wallet.send(creation)
            let sent = try await bench.planned()
            #expect(sent["action"] == "keep" && sent["address"] == waiting["address"])
            #expect(sent["reason"].string?.contains("had proposed") == true && sent["proposedIn"] == .null)
            #expect(sent["calls"].array.map { $0["name"] } == ["allow"])
            // The deployment is there now; its call is proposed behind it.
            let call = try await bench.proposal()
            let report = try bench.sandbox.report()
            let made = report["deployments"].first("name", "token")
            #expect(made["action"] == "created" && made["codeMatches"] == .bool(true))
            #expect(made["transactionHash"].string == hash)
            #expect(made["reason"].string?.contains("had proposed") == true)
            let token = try #require(made["address"].string)
            #expect(try JSON(text: call)["nonce"] == "0x1" && JSON(text: call)["to"].string == token)
            #expect(sent["address"].string == token)
            #expect(try await bench.planned()["calls"].array.first?["proposedIn"].string != nil)

            // People may choose another nonce than the proposed one.
            try await bench.wallet.spend(nonce: 1)
            try await bench.wallet.send(call, nonce: 2)
            let quiet = try await bench.planned()
            #expect(quiet["action"] == "keep" && quiet["calls"].array.isEmpty)
            let second = try await bench.run(0)
            #expect(second["deployments"].first("name", "token")["action"] == "kept")
            #expect(second["steps"].first("id", "call:token@paper/allow")["status"] == "succeeded")
            let last = try await bench.run(0)
            #expect(last["steps"].first("id", "call:token@paper/allow")["status"] == "reused")
            #expect(try await bench.chain.transactionCount(DevelopmentAccount.address) == 3)
            await bench.chain.stop()
        }

        @Test func aNonceThatAnotherUsedIsProposedNoMore() async throws {
            let bench = try await Bench()
            #expect(try JSON(text: try await bench.proposal())["nonce"] == "0x0")
            try await bench.wallet.spend(nonce: 0)
            let again = try await bench.proposal()
            #expect(try JSON(text: again)["nonce"] == "0x1")
            // Another contract is wanted: it is to take the nonce of the first, so that both can never be there.
            try bench.sandbox.write(Self.manifest(bench.chain.url, symbol: "NEW"), to: "paper.yaml")
            let other = try await bench.proposal()
            #expect(try JSON(text: other)["nonce"] == "0x1")
            #expect(try JSON(text: other)["data"] != JSON(text: again)["data"])
            let instead = try await bench.planned()
            #expect(instead["action"] == "create" && instead["proposedIn"].string != nil)
            // People had the first one in their hands already: it goes on record, and the second replaces it.
            let hash = try await bench.wallet.send(again)
            #expect(try await bench.planned()["action"] == "replace")
            let replacing = try await bench.proposal()
            let listed = try await bench.sandbox.hyperkit(
                ["deployments", "list", "--manifest", "paper.yaml", "--state-dir", "state", "--json"])
            #expect(listed.output.contains(hash), "\(listed.errors)")
            #expect(try JSON(text: replacing)["nonce"] == "0x2")
            #expect(try JSON(text: replacing)["data"] == JSON(text: other)["data"])
            await bench.chain.stop()
        }

        @Test func aNonceIsGivenUpOnlyWhenWhatUsedItIsDeep() async throws {
            let bench = try await Bench(confirmations: 2)
            let asked = try await bench.proposal()
            let before = try await bench.chain.ask("evm_snapshot", "")
            try await bench.wallet.spend(nonce: 0)
            let report = try await bench.run(4)
            #expect(report["steps"].first("id", "deploy:token@paper")["error"]["code"] == "not-confirmed")
            #expect(throws: (any Error).self) { try bench.sandbox.names("reports/latest/unsigned") }
            _ = try await bench.chain.ask("evm_revert", "\"\(try #require(before.string))\"")
            #expect(try JSON(text: try await bench.proposal())["nonce"] == JSON(text: asked)["nonce"])
            try await bench.wallet.spend(nonce: 0)
            _ = try await bench.chain.ask("evm_mine", "")
            #expect(try JSON(text: try await bench.proposal())["nonce"] == "0x1")
            await bench.chain.stop()
        }
    }
}
