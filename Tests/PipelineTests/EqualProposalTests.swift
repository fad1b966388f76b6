import Foundation
import Testing

extension Pipelines.Proposals {
    /// Two that an account is asked for, and that are the same but for their names.
    @Suite struct Equals {
        private struct Bench {
            let sandbox: Sandbox
            let chain: RunningDevnet
            let wallet: Wallet

            init(_ deployments: String, signer: String, approval: Bool = false) async throws {
                sandbox = try Sandbox()
                chain = try await RunningDevnet(sandbox)
                wallet = try Wallet(chain, key: OwnedProxyBench.key)
                try sandbox.write(
                    Data(
                        """
                        version: 1
                        project: equals
                        registry: registry
                        contracts:
                          Token: { generate: { template: erc20, options: { name: Quick, symbol: QCK, premint: "5" } } }
                        signers:
                          dev: { key: "env:DEV_KEY" }
                          people: { address: "\(OwnedProxyBench.people)" }
                        networks:
                          paper:
                            rpc: "\(chain.url)"
                            chainId: 31337
                            signer: \(signer)
                            owner: people
                            \(approval ? "approval: plan" : "")
                        deployments:
                        \(deployments)
                        """.utf8), to: "paper.yaml")
            }

            static let calls: String = {
                let allow =
                    #"{ function: "approve(address,uint256)", arguments: ["\#(DevelopmentAccount.address)", "3"], by: owner }"#
                return """
                      token:
                        contract: Token
                        networks: [paper]
                        calls:
                          allow: \(allow)
                          again: \(allow)
                    """
            }()

            static let contracts = """
                  one: { contract: Token, networks: [paper] }
                  two: { contract: Token, networks: [paper] }
                """

            private static let key = ["DEV_KEY": DevelopmentAccount.key]

            /// What is asked for by a run that ends so, by nonce.
            @discardableResult
            func asked(_ code: Int32, _ arguments: [String] = ["--network", "paper"]) async throws -> [String:
                String]
            {
                let ran = try await sandbox.hyperkit(
                    Sandbox.command("run", "paper.yaml", arguments), environment: Self.key)
                #expect(ran.end == .exited(code), "\(ran.errors)")
                var asked: [String: String] = [:]
                for name in (try? sandbox.names("reports/latest/unsigned")) ?? [] {
                    let file = try sandbox.text("reports/latest/unsigned/\(name)")
                    asked[try #require(try JSON(text: file)["nonce"].string)] = file
                }
                return asked
            }

            func plan() async throws -> JSON {
                let planned = try await sandbox.hyperkit(
                    Sandbox.command("plan", "paper.yaml", ["--network", "paper", "--out", "plan.json"]),
                    environment: Self.key)
                #expect(planned.end == .exited(0), "\(planned.errors)")
                return try JSON(text: try sandbox.text("plan.json"))
            }

            func step(_ id: String) throws -> JSON { try sandbox.report()["steps"].first("id", id) }
        }

        @Test func haveOneTransactionEach() async throws {
            let bench = try await Bench(Bench.calls, signer: "dev")
            let both = try await bench.asked(4)
            #expect(both.keys.sorted() == ["0x0", "0x1"])
            let first = try await bench.wallet.send(try #require(both["0x0"]))
            let planned = try await bench.plan()["deployments"].array.first?["calls"].array ?? []
            #expect(planned.map { $0["name"] } == ["again"] && planned.first?["proposedIn"].string != nil)
            for status: JSON in ["succeeded", "reused"] {
                #expect(try await bench.asked(4).keys.sorted() == ["0x1"])
                #expect(try bench.step("call:token@paper/allow")["status"] == status)
                #expect(try bench.step("call:token@paper/again")["error"]["code"] == "unsigned")
            }
            // The registry alone says whose the first is.
            try bench.sandbox.remove("state")
            let left = try await bench.asked(4)
            #expect(left.keys.sorted() == ["0x1"])
            #expect(try bench.step("call:token@paper/allow")["status"] == "reused")
            // Under another nonce than it was asked for under.
            try await bench.wallet.spend(nonce: 1)
            let second = try await bench.wallet.send(try #require(left["0x1"]), nonce: 2)
            try await bench.asked(0)
            let entries = try JSON(text: bench.sandbox.text("registry/paper.json"))["deployments"].array
            let calls = entries.first?["calls"].map("name", to: "transactionHash")
            #expect(calls == ["allow": first, "again": second])
            await bench.chain.stop()
        }

        @Test func thatAreCreatedHaveEachItsOwnAddress() async throws {
            let bench = try await Bench(Bench.contracts, signer: "people")
            let both = try await bench.asked(4)
            #expect(both.keys.sorted() == ["0x0", "0x1"])
            // With the nonce of the second, whatever file it was sent from.
            try await bench.wallet.spend(nonce: 0)
            try await bench.wallet.send(try #require(both["0x0"]), nonce: 1)
            let planned = try await bench.plan()["deployments"]
            #expect(planned.first("id", "one@paper")["action"] == "create")
            #expect(planned.first("id", "two@paper")["action"] == "keep")
            let left = try await bench.asked(4)
            #expect(left.keys.sorted() == ["0x2"])
            let made = try bench.sandbox.report()["deployments"]
            #expect(made.first("name", "one")["action"] == "proposed")
            #expect(made.first("name", "two")["action"] == "created")
            try await bench.wallet.send(try #require(left["0x2"]))
            try await bench.asked(0)
            let there = try bench.sandbox.report()["deployments"]
            #expect(there.first("name", "one")["action"] == "created")
            #expect(there.first("name", "one")["address"] != there.first("name", "two")["address"])
            #expect(there.first("name", "two")["address"] == made.first("name", "two")["address"])
            await bench.chain.stop()
        }

        /// The second costs less behind the first, and a run asks for both before either is sent.
        @Test func areWithinThePlanThatAsksForBoth() async throws {
            let bench = try await Bench(Bench.calls, signer: "dev", approval: true)
            let planned = try await bench.plan()["deployments"].array.first?["calls"].array ?? []
            #expect(planned.map { $0["gasBound"] } == ["simulated", "simulated"])
            let both = try await bench.asked(4, ["--plan", "plan.json"])
            #expect(both.keys.sorted() == ["0x0", "0x1"])
            for nonce in ["0x0", "0x1"] {
                try await bench.wallet.send(try #require(both[nonce]))
            }
            try await bench.asked(0, ["--plan", "plan.json"])
            await bench.chain.stop()
        }
    }
}
