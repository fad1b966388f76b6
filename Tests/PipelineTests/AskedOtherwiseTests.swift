import Foundation
import Testing

extension Pipelines.Proposals {
    /// What people were asked for and the manifest says otherwise by the time that they have sent it, or not.
    @Suite struct Otherwise {
        private final class Bench {
            let sandbox: Sandbox
            let chain: RunningDevnet
            let wallet: Wallet
            private var plans = 0
            private let approval: Bool

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

            func manifest(
                _ name: String = "pot", formerly: String? = nil, size: String = "7", paid: String = "1"
            )
                throws
            {
                try sandbox.write(
                    Data(
                        """
                        version: 1
                        project: pots
                        registry: registry
                        contracts: { Pot: { source: contracts/Pot.sol } }
                        signers: { people: { address: "\(DevelopmentAccount.address)" } }
                        networks:
                          paper:
                            rpc: "\(chain.url)"
                            chainId: 31337
                            signer: people
                            \(approval ? "approval: plan" : "")
                        deployments:
                          \(name):
                            contract: Pot
                            arguments: ["\(size)"]
                            networks: [paper]
                            \(formerly.map { "formerly: [\($0)]" } ?? "")
                            calls: { first: { function: "pay(uint256)", arguments: ["\(paid)"], value: 5 wei } }
                        policies: { default: { tools: [solc, hyperkit], failOn: critical } }
                        """.utf8), to: "pots.yaml")
            }

            /// What is asked for by a run that ends so, by nonce; where plans approve, of a plan of now.
            @discardableResult
            func asked(_ code: Int32) async throws -> [String: String] {
                var arguments = ["--network", "paper"]
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
                    Sandbox.command("plan", "pots.yaml", ["--json", "--network", "paper"]))
                return try #require(try JSON(text: planned.output)["deployments"].array.first)
            }

            func entry() throws -> JSON {
                try #require(
                    try JSON(text: sandbox.text("registry/paper.json"))["deployments"].array
                        .first { $0["status"] == "current" })
            }

            func word(_ number: Int) -> String { "0x" + String(repeating: "0", count: 63) + "\(number)" }

            func transactions() async throws -> Int? {
                try await chain.transactionCount(DevelopmentAccount.address)
            }
        }

        @Test(arguments: [false, true])
        func goesOnRecordAsItWasAskedFor(_ approval: Bool) async throws {
            let bench = try await Bench(approval: approval)
            #expect(try await bench.send() == "0x0")
            try bench.manifest(size: "8")
            let planned = try await bench.plan()
            #expect(planned["action"] == "replace" && planned["replaces"].string != nil)
            #expect(planned["reason"].string?.contains("constructor arguments changed") == true)
            let other = try await bench.asked(4)
            #expect(other.keys.sorted() == ["0x1"])
            #expect(try bench.entry()["constructorArguments"].string == bench.word(7))
            #expect(planned["replaces"] == (try bench.entry()["address"]))
            // Another machine has the registry alone, and it agrees with the chain.
            try bench.sandbox.remove("state")
            #expect(try await bench.asked(4).keys.sorted() == ["0x1"])

            // It is wanted as it is there after all: what was asked for in its place is not, and its nonce is free.
            try bench.manifest()
            #expect(try await bench.plan()["action"] == "keep")
            let call = try await bench.asked(4)
            #expect(call.keys.sorted() == ["0x1"])
            let warned = try bench.sandbox.report()["notes"].array.map { $0["code"] }
            #expect(warned.contains("asked-before"))
            try await bench.wallet.send(try #require(call["0x1"]))
            try await bench.asked(0)
            #expect(try await bench.transactions() == 2)
            await bench.chain.stop()
        }

        @Test func aCallThatIsTakenBackFreesItsNonce() async throws {
            let bench = try await Bench()
            try await bench.send()
            try await bench.send()
            try bench.manifest(paid: "2")
            #expect(try await bench.asked(4).keys.sorted() == ["0x2"])
            try bench.manifest()
            try await bench.asked(0)
            try bench.manifest(paid: "3")
            #expect(try await bench.asked(4).keys.sorted() == ["0x2"])
            await bench.chain.stop()
        }

        @Test(arguments: [false, true])
        func goesOnUnderItsNewName(_ approval: Bool) async throws {
            let bench = try await Bench(approval: approval)
            let old = try await bench.asked(4)
            try bench.manifest("jar", formerly: "pot")
            #expect(try await bench.plan()["proposedIn"].string != nil)
            let new = try await bench.asked(4)
            #expect(old.keys.sorted() == ["0x0"] && new.keys.sorted() == ["0x0"])
            try await bench.wallet.send(try #require(old["0x0"]))
            // Twice, and what was asked for under one name is found under the next.
            try bench.manifest("tin", formerly: "jar")
            #expect(try await bench.plan()["action"] == "keep")
            let call = try await bench.asked(4)
            #expect(call.keys.sorted() == ["0x1"])
            try await bench.wallet.send(try #require(call["0x1"]))
            try bench.manifest("can", formerly: "tin")
            #expect(try await bench.plan()["calls"].array.isEmpty)
            try await bench.asked(0)
            #expect(try bench.entry()["name"] == "can")
            #expect(try await bench.transactions() == 2)
            await bench.chain.stop()
        }

        /// As where a commit that renamed it is reverted.
        @Test func isADoubtUnderAnotherNameThatSaysNothing() async throws {
            let bench = try await Bench(approval: true)
            try await bench.asked(4)
            try bench.manifest("jar")
            let planned = try await bench.plan()
            #expect(planned["action"] == "blocked")
            #expect(planned["reason"].string?.contains("which run") == true, "\(planned)")
            #expect(planned["reason"].string?.contains("'pot'") == true, "\(planned)")
            await bench.chain.stop()
        }
    }
}
