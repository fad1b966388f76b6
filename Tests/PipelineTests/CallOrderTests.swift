import Foundation
import Testing

extension Pipelines {
    /// Calls of one deployment come one after the other: none where the one before it was not made.
    @Suite struct CallOrder {
        private static let source = """
            // SPDX-License-Identifier: MIT
            pragma solidity ^0.8.20;

            contract Box {
                uint256 public number;
                constructor(uint256 number_) { number = number_; }
                function refuse() external pure { revert("not now"); }
                function set(uint256 number_) external payable { number = number_; }
            }
            """

        private static func bench(_ calls: String, network: String = "", signers: String = "") async throws
            -> BoxBench
        {
            let bench = try await BoxBench()
            try bench.sandbox.write(Data(source.utf8), to: "contracts/Box.sol")
            try bench.manifest(network: network, deployment: "calls: { \(calls) }", top: "registry: registry")
            try bench.sandbox.replace("signers: {", with: "signers: {\(signers)", in: "m.yaml")
            return bench
        }

        private static let set = #"{ function: "set(uint256)", arguments: ["7"], value: 5 wei }"#

        @Test func behindACallThatFailsNoneIsMade() async throws {
            let bench = try await Self.bench("refuse: { function: refuse() }, set: \(Self.set)")
            let ran = try await bench.run("--network", "chain")
            #expect(ran.end == .exited(1), "\(ran.errors)")
            let steps = try bench.sandbox.report()["steps"].map("id", to: "status")
            #expect(steps["call:box@chain/refuse"] == "failed")
            #expect(steps["call:box@chain/set"] == "skipped")
            #expect(try await bench.sent() == 1)
            await bench.chain.stop()
        }

        @Test func theyAreSentInTheirOrder() async throws {
            let other = #"{ function: "set(uint256)", arguments: ["8"] }"#
            let bench = try await Self.bench("set: \(Self.set), other: \(other)")
            #expect(try await bench.run("--network", "chain").end == .exited(0))
            let calls = try bench.sandbox.report()["steps"].array.filter { $0["kind"] == "call" }
            #expect(calls.map { $0["status"] } == ["succeeded", "succeeded"])
            let registry = try JSON(text: try bench.sandbox.text("registry/chain.json"))
            let made = registry["deployments"].array.flatMap { $0["calls"].array }
            #expect(made.map { $0["name"] } == ["other", "set"])
            #expect(made.map { $0["block"] } == [3, 2])
            await bench.chain.stop()
        }

        @Test func aCallThatIsRenamedIsNotPaidAgain() async throws {
            let bench = try await Self.bench("pay: \(Self.set)")
            #expect(try await bench.run("--network", "chain").end == .exited(0))
            #expect(try await bench.sent() == 2)
            try bench.sandbox.replace("pay: {", with: "payout: {", in: "m.yaml")
            for loses in [false, true] {
                if loses { try bench.sandbox.remove("state") }
                let planned = try await bench.plan()
                #expect(planned.end == .exited(4), "\(planned.errors)")
                let ran = try await bench.run("--network", "chain")
                #expect(ran.end == .exited(4), "\(ran.errors)")
                #expect(planned.errors.contains("[renamed-call]"), "\(planned.errors)")
                for text in [planned.errors, ran.errors] {
                    #expect(
                        text.contains(
                            "say so in it: formerly: [pay]; where it is meant to be made once more, keep 'pay'"
                        ))
                }
            }
            try bench.sandbox.replace("payout: {", with: "payout: { formerly: [pay],", in: "m.yaml")
            for _ in 0..<2 { #expect(try await bench.run("--network", "chain").end == .exited(0)) }
            let steps = try bench.sandbox.report()["steps"]
            #expect(steps.first("id", "call:box@chain/payout")["status"] == "reused")
            #expect(try await bench.sent() == 2)
            // Beside it, it is another.
            try bench.sandbox.replace(
                "payout: { formerly: [pay],", with: "pay: \(Self.set), payout: {", in: "m.yaml")
            #expect(try await bench.run("--network", "chain").end == .exited(0))
            #expect(try await bench.sent() == 3)
            await bench.chain.stop()
        }

        /// What one account is asked for has its order by its nonces; another waits until it is done.
        @Test func peopleAreAskedForThoseOfOneAccountTogether() async throws {
            let people = "0x00000000000000000000000000000000000000AA"
            let asked = #"{ function: "set(uint256)", arguments: ["1"], by: owner }"#
            let again = #"{ function: "set(uint256)", arguments: ["2"], by: owner }"#
            let bench = try await Self.bench(
                "one: \(asked), two: \(again), set: \(Self.set)", network: ", owner: people",
                signers: " people: { address: \"\(people)\" },")
            let ran = try await bench.run("--network", "chain")
            #expect(ran.end == .exited(4), "\(ran.errors)")
            let steps = try bench.sandbox.report()["steps"]
            #expect(steps.first("id", "call:box@chain/one")["error"]["code"] == "unsigned")
            #expect(steps.first("id", "call:box@chain/two")["error"]["code"] == "unsigned")
            #expect(steps.first("id", "call:box@chain/set")["status"] == "blocked")
            #expect(steps.first("id", "call:box@chain/set")["error"]["code"] == "waits")
            let files = try bench.sandbox.names("reports/latest/unsigned").sorted()
            let nonces = try files.map {
                try JSON(text: try bench.sandbox.text("reports/latest/unsigned/\($0)"))["nonce"]
            }
            #expect(nonces == ["0x0", "0x1"])
            #expect(try await bench.sent() == 1)
            await bench.chain.stop()
        }
    }
}
