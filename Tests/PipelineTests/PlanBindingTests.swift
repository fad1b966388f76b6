import Foundation
import Model
import Testing

extension Pipelines {
    /// What a plan binds beside what the manifest says of one deployment.
    @Suite struct PlanBinding {
        private static let contracts = """
            // SPDX-License-Identifier: MIT
            pragma solidity ^0.8.20;

            contract Box {
                address public owner;
                address public to;
                uint256 public paid;

                constructor(address owner_) { owner = owner_; }

                function setTo(address to_) external { to = to_; }

                function pay() external payable { paid += msg.value; }
            }
            """
        private static let accounts = [
            "0x70997970C51812dc3A010C7d01b50e0d17dc79C8", "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC",
        ]
        /// Development keys of those accounts.
        private static let keys = [
            "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d",
            "0x5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a",
        ]
        private static let setTo =
            #"setTo: { function: "setTo(address)", arguments: ["${signers.tr.address}"] }"#
        private static let pay = #"pay: { function: "pay()", value: 5 wei }"#

        private static func environment(_ treasury: Int?) -> [String: String] {
            var all = ["DEV_KEY": DevelopmentAccount.key]
            if let treasury { all["TREASURY_KEY"] = keys[treasury] }
            return all
        }

        private static func box(_ name: String, _ calls: String...) -> String {
            "\(name): { contract: Box, networks: [chain], arguments: [\"${signers.tr.address}\"], "
                + "calls: { \(calls.joined(separator: ", ")) } }"
        }

        private static func manifest(_ sandbox: Sandbox, _ chain: RunningDevnet, _ boxes: String...) throws {
            let text = """
                version: 1
                project: binding
                registry: deployments
                signers: { dev: { key: "env:DEV_KEY" }, tr: { key: "env:TREASURY_KEY" } }
                networks:
                  chain: { rpc: "\(chain.url)", chainId: 31337, signer: dev, approval: plan }
                contracts: { Box: { source: "contracts/Box.sol" } }
                deployments:
                \(boxes.map { "  \($0)" }.joined(separator: "\n"))
                policies: { default: { tools: [solc, hyperkit], failOn: critical } }
                """
            try sandbox.write(Data(text.utf8), to: "m.yaml")
        }

        private static func bench() async throws -> (Sandbox, RunningDevnet) {
            let sandbox = try Sandbox()
            try sandbox.write(Data(contracts.utf8), to: "contracts/Box.sol")
            return (sandbox, try await RunningDevnet(sandbox))
        }

        private static func plan(_ sandbox: Sandbox, treasury: Int? = 0) async throws -> Sandbox.Ran {
            try await sandbox.hyperkit(
                Sandbox.command("plan", "m.yaml", ["--network", "chain", "--out", "plan.json"]),
                environment: environment(treasury))
        }

        private static func apply(_ sandbox: Sandbox, treasury: Int = 0) async throws -> Sandbox.Ran {
            try await sandbox.run("m.yaml", "--plan", "plan.json", environment: environment(treasury))
        }

        private static func sent(_ chain: RunningDevnet) async throws -> Int? {
            try await chain.transactionCount(DevelopmentAccount.address)
        }

        @Test func whatWasApprovedGoesToTheAddressThatWasApproved() async throws {
            let (sandbox, chain) = try await Self.bench()
            try Self.manifest(sandbox, chain, Self.box("box", Self.setTo))
            let planned = try await Self.plan(sandbox)
            #expect(planned.end == .exited(0), "\(planned.errors)")
            #expect(planned.errors.contains("signer tr is \(Self.accounts[0])"), "\(planned.errors)")
            let other = try await Self.apply(sandbox, treasury: 1)
            #expect(other.end == .exited(4), "\(other.errors)")
            let words = "address of signer 'tr' \(Self.accounts[0]) → \(Self.accounts[1]) [not-as-planned]"
            for place in ["box@chain: ", "box@chain: call setTo: "] {
                #expect(other.errors.contains(place + words), "\(other.errors)")
            }
            // By the manifest too.
            try sandbox.replace(
                #"{ key: "env:TREASURY_KEY" }"#, with: "{ address: \"\(Self.accounts[1])\" }", in: "m.yaml")
            let changed = try await Self.apply(sandbox)
            #expect(changed.end == .exited(4) && changed.errors.contains(words), "\(changed.errors)")
            #expect(try await Self.sent(chain) == 0)
            try Self.manifest(sandbox, chain, Self.box("box", Self.setTo))
            for _ in 0..<2 {
                let applied = try await Self.apply(sandbox)
                #expect(applied.end == .exited(0), "\(applied.errors)")
                #expect(try await Self.sent(chain) == 2)
            }
            await chain.stop()
        }

        @Test func anAddressThatThePlanCouldNotKnowIsRefused() async throws {
            let (sandbox, chain) = try await Self.bench()
            try Self.manifest(sandbox, chain, Self.box("box", Self.setTo))
            let planned = try await Self.plan(sandbox, treasury: nil)
            #expect(planned.end == .exited(0), "\(planned.errors)")
            #expect(planned.errors.contains("nothing tells the address of signer 'tr', which this plan"))
            #expect(
                planned.errors.contains(
                    "nothing tells the address of signer tr: this plan is refused when it is applied"))
            let refused = try await Self.apply(sandbox)
            #expect(refused.end == .exited(4), "\(refused.errors)")
            #expect(
                refused.errors.contains("the address of signer 'tr' was not known when the plan was made"))
            #expect(try await Self.sent(chain) == 0)
            await chain.stop()
        }

        @Test func whatWasApprovedIsDoneInItsOrder() async throws {
            let (sandbox, chain) = try await Self.bench()
            let (setTo, pay) = (Self.setTo, Self.pay)
            try Self.manifest(sandbox, chain, Self.box("box", setTo, pay), Self.box("crate", setTo))
            #expect(try await Self.plan(sandbox).end == .exited(0))
            try Self.manifest(sandbox, chain, Self.box("box", pay, setTo), Self.box("crate", setTo))
            let swapped = try await Self.apply(sandbox)
            #expect(swapped.end == .exited(4), "\(swapped.errors)")
            #expect(
                swapped.errors.contains(
                    "network 'chain': planned call:box@chain/setTo before call:box@chain/pay, now "
                        + "call:box@chain/pay comes first [not-as-planned]"), "\(swapped.errors)")
            try Self.manifest(sandbox, chain, Self.box("crate", setTo), Self.box("box", setTo, pay))
            let moved = try await Self.apply(sandbox)
            #expect(moved.end == .exited(4), "\(moved.errors)")
            #expect(moved.errors.contains("now deploy:crate@chain comes first"), "\(moved.errors)")
            #expect(try await Self.sent(chain) == 0)
            try Self.manifest(sandbox, chain, Self.box("box", setTo, pay), Self.box("crate", setTo))
            for _ in 0..<2 {
                let applied = try await Self.apply(sandbox)
                #expect(applied.end == .exited(0), "\(applied.errors)")
                #expect(try await Self.sent(chain) == 5)
            }
            await chain.stop()
        }

        @Test func anOlderPlanPutsNoOldSettingBack() async throws {
            let (sandbox, chain) = try await Self.bench()
            func set(_ account: Int) throws {
                let account = Self.accounts[account]
                let setTo =
                    "setTo: { function: \"setTo(address)\", arguments: [\"\(account)\"], "
                    + "unless: { read: \"to()\", equals: \"\(account)\" } }"
                try Self.manifest(sandbox, chain, Self.box("box", setTo, Self.pay))
            }
            func keep(_ plan: String) throws {
                try sandbox.write(Data(sandbox.text("plan.json").utf8), to: plan)
            }
            func apply(_ plan: String) async throws -> Sandbox.Ran {
                try sandbox.write(Data(sandbox.text(plan).utf8), to: "plan.json")
                return try await Self.apply(sandbox)
            }
            try set(0)
            #expect(try await Self.plan(sandbox).end == .exited(0))
            try keep("first.json")
            #expect(try await apply("first.json").end == .exited(0))
            try set(1)
            #expect(try await Self.plan(sandbox).end == .exited(0))
            try keep("second.json")
            let plan = try JSON(text: try sandbox.text("second.json"))
            let call = try #require(plan["deployments"].array.first?["calls"].array.first)
            #expect(call["name"] == "setTo" && call["madeBefore"].array.count == 1, "\(call)")
            let applied = try await apply("second.json")
            #expect(applied.end == .exited(0), "\(applied.errors)")
            #expect(try await Self.sent(chain) == 4)
            try set(0)
            // A machine that has the registry alone knows it too.
            for loses in [false, true] {
                if loses { try sandbox.remove("state") }
                let older = try await apply("first.json")
                #expect(older.end == .exited(4), "\(older.errors)")
                #expect(
                    older.errors.contains("box@chain: call setTo: it was made since, in 0x"),
                    "\(older.errors)")
                #expect(try await Self.sent(chain) == 4)
            }
            try set(1)
            #expect(try await apply("second.json").end == .exited(0))
            #expect(try await Self.sent(chain) == 4)
            await chain.stop()
        }

        @Test(arguments: ProxyKind.allCases)
        func anOlderPlanPutsNoOldCodeBack(_ kind: ProxyKind) async throws {
            let bench = try await ProxyBench(kind)
            try bench.manifest(approval: true)
            for (plan, code) in [
                ("first", ""), ("second", ProxyBench.second), ("third", ProxyBench.third),
            ] {
                try bench.code(more: code)
                _ = try await bench.plan("--out", "\(plan).json")
                guard plan == "first" else { continue }
                #expect(try await bench.apply("first.json").end == .exited(0))
            }
            let applied = try await bench.apply("third.json")
            #expect(applied.end == .exited(0), "\(applied.errors)")
            let sent = try await bench.sent()
            #expect(sent == bench.first + 2)
            try bench.code(more: ProxyBench.second)
            let older = try await bench.apply("second.json")
            #expect(older.end == .exited(4), "\(older.errors)")
            for step in ["implementation", "proxy"] {
                #expect(
                    older.errors.contains("\(step):vault@chain: starts from 0x"), "\(older.errors)")
            }
            #expect(try await bench.sent() == sent)
            try bench.code(more: ProxyBench.third)
            #expect(try await bench.apply("third.json").end == .exited(0))
            #expect(try await bench.number("version") == 3)
            #expect(try await bench.sent() == sent)
            await bench.chain.stop()
        }
    }
}
