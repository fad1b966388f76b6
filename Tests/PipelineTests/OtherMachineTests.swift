import Foundation
import Testing

extension Pipelines {
    /// A machine that has neither the state nor the newest registry of another: a job that runs again, or beside it.
    @Suite struct OtherMachines {
        private static let source = """
            // SPDX-License-Identifier: MIT
            pragma solidity ^0.8.20;

            contract Box {
                uint256 public number;
                constructor(uint256 number_) payable { number = number_; }
                function set(uint256 number_) external payable { number = number_; }
            }
            """

        private static let call =
            #"calls: { set: { function: "set(uint256)", arguments: ["7"], value: 5 wei } }"#

        /// A box on a chain, with a registry that says so.
        private static func bench(_ network: String = "") async throws -> BoxBench {
            let bench = try await BoxBench()
            try bench.sandbox.write(Data(source.utf8), to: "contracts/Box.sol")
            try bench.manifest(top: "registry: registry")
            #expect(try await bench.run("--network", "chain").end == .exited(0))
            return bench
        }

        /// What another machine checks out: the registry as it was, and no state.
        private static func another(_ bench: BoxBench, _ registry: String) throws {
            try bench.sandbox.remove("state")
            try bench.sandbox.write(Data(registry.utf8), to: "registry/chain.json")
        }

        @Test(arguments: [false, true])
        func doNotMakeACallAgain(_ needsApproval: Bool) async throws {
            let bench = try await Self.bench()
            let before = try bench.sandbox.text("registry/chain.json")
            try bench.manifest(
                network: needsApproval ? ", approval: plan" : "", deployment: Self.call,
                top: "registry: registry")
            if needsApproval { #expect(try await bench.plan().end == .exited(0)) }
            let apply = needsApproval ? ["--plan", "plan.json"] : ["--network", "chain"]
            for isAnother in [false, true] {
                let ran = try await bench.run(apply[0], apply[1])
                #expect(ran.end == .exited(0), "\(ran.errors)")
                let cost = try bench.sandbox.report()["networks"].first("name", "chain")["spentWei"]
                #expect((cost == "0") == isAnother, "\(cost): what another machine paid is none of its cost")
                #expect(try await bench.sent() == 2, "once the box, once the call")
                let registry = try JSON(text: try bench.sandbox.text("registry/chain.json"))
                let calls = registry["deployments"].array.flatMap { $0["calls"].array }
                #expect(calls.map { $0["block"] } == [2], "on record with the transaction that made it")
                try Self.another(bench, before)
            }
            await bench.chain.stop()
        }

        /// What a run that is stopped leaves is said, and is not done again elsewhere either.
        @Test func doNotDoAgainWhatAStoppedRunLeft() async throws {
            let bench = try await Self.bench()
            let before = try bench.sandbox.text("registry/chain.json")
            try bench.manifest(
                network: ", confirmations: 50", deployment: Self.call,
                top: "registry: registry\nlimits: { run: 3s }")
            let stopped = try await bench.run("--network", "chain")
            #expect(stopped.end == .exited(1), "\(stopped.errors)")
            let note = try bench.sandbox.report()["notes"].first("code", "on-its-way")
            let words = note["message"].string ?? ""
            #expect(words.contains("call:box@chain/set is signed: 0x"), "\(words)")
            #expect(words.contains("with 5 wei: block 2 has it, not yet deep enough"), "\(words)")
            #expect(stopped.errors.contains("[on-its-way]"), "\(stopped.errors)")
            try Self.another(bench, before)
            try bench.manifest(deployment: Self.call, top: "registry: registry")
            #expect(try await bench.run("--network", "chain").end == .exited(0))
            #expect(try await bench.sent() == 2)
            await bench.chain.stop()
        }

        /// A job that was killed half way, of a network that is changed by approved plans alone: its contract is adopted, and a new plan
        /// makes the call that was not made, and not the one that was.
        @Test func goOnBehindWhatIsAdopted() async throws {
            let bench = try await Self.bench()
            let before = try bench.sandbox.text("registry/chain.json")
            func manifest(_ network: String, _ calls: String) throws {
                try bench.manifest(
                    network: network,
                    deployment: """
                        value: 0 wei
                          second:
                            contract: Box
                            networks: [chain]
                            arguments: ["2"]
                            calls: { set: { function: "set(uint256)", arguments: ["7"], value: 5 wei }\(calls) }
                        """,
                    top: "registry: registry")
            }
            try manifest("", "")
            #expect(try await bench.run("--network", "chain").end == .exited(0))
            #expect(try await bench.sent() == 3)
            let second = try bench.sandbox.report()["deployments"].first("name", "second")
            let address = try #require(second["address"].string)
            try Self.another(bench, before)
            try manifest(
                ", approval: plan",
                #", more: { function: "set(uint256)", arguments: ["8"], value: 6 wei }"#)
            let doubted = try await bench.plan()
            #expect(doubted.end == .exited(4), "\(doubted.errors)")
            #expect(doubted.errors.contains("deployments adopt second@chain \(address)"), "\(doubted.errors)")
            let adopted = try await bench.sandbox.hyperkit(
                [
                    "deployments", "adopt", "second@chain", address, "--manifest", "m.yaml", "--state-dir",
                    "state",
                ], environment: ProxyBench.environment)
            #expect(adopted.end == .exited(0), "\(adopted.errors)")
            let planned = try await bench.plan()
            #expect(planned.end == .exited(0), "\(planned.errors)")
            for _ in 0..<2 {
                let applied = try await bench.run("--plan", "plan.json")
                #expect(applied.end == .exited(0), "\(applied.errors)")
                #expect(try await bench.sent() == 4)
            }
            await bench.chain.stop()
        }

        @Test func doNotReplaceAgain() async throws {
            let bench = try await Self.bench()
            let before = try bench.sandbox.text("registry/chain.json")
            try bench.manifest(number: 2, deployment: "value: 9 wei", top: "registry: registry")
            var places: [String] = []
            for _ in 0..<2 {
                let ran = try await bench.run("--network", "chain")
                #expect(ran.end == .exited(0), "\(ran.errors)")
                #expect(try bench.action() == "replaced")
                let box = try bench.sandbox.report()["deployments"].first("name", "box")
                places.append(try #require(box["address"].string))
                try Self.another(bench, before)
            }
            #expect(places[0] == places[1])
            #expect(try await bench.sent() == 2)
            // What is to be made anew each time is made.
            try bench.manifest(
                number: 2, deployment: "value: 9 wei\n    redeploy: always", top: "registry: registry")
            #expect(try await bench.run("--network", "chain").end == .exited(0))
            #expect(try await bench.sent() == 3)
            await bench.chain.stop()
        }
    }
}
