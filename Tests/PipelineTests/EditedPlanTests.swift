import Foundation
import Support
import Testing

extension Pipelines {
    /// A plan file that is edited by hand before it is applied; ``PlanEditTests`` has each of its fields.
    @Suite struct EditedPlan {
        private static let contract = """
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
        private static let account = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
        private static let asset =
            #"asset: { contract: Box, networks: [chain], arguments: ["${signers.tr.address}"] }"#
        private static let box =
            #"box: { contract: Box, networks: [chain], arguments: ["${signers.tr.address}"], calls: { "#
            + #"setTo: { function: "setTo(address)", arguments: ["${deployments.asset.address}"], "#
            + #"unless: { read: "to()", equals: "${deployments.asset.address}" } }, "#
            + #"pay: { function: "pay()", value: 5 wei } } }"#

        private static func manifest(_ sandbox: Sandbox, _ chain: RunningDevnet, _ deployments: String...)
            throws
        {
            let text = """
                version: 1
                project: edited
                signers: { dev: { key: "env:DEV_KEY" }, tr: { address: "\(account)" } }
                networks:
                  chain: { rpc: "\(chain.url)", chainId: 31337, signer: dev, approval: plan }
                contracts: { Box: { source: "contracts/Box.sol" } }
                deployments:
                \(deployments.map { "  \($0)" }.joined(separator: "\n"))
                policies: { default: { tools: [solc, hyperkit], failOn: critical } }
                """
            try sandbox.write(Data(text.utf8), to: "m.yaml")
        }

        private static let key = ["DEV_KEY": DevelopmentAccount.key]
        private static let other = "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC"

        /// Of the second deployment, which is created, unless they name another.
        private static let refused: [JSONEdit] =
            [
                JSONEdit("expiresAt", #""9999-99-99T99:99:99.999Z""#), JSONEdit("networks.chainId", "1"),
                JSONEdit("networks.genesisHash", nil), JSONEdit("deployments.0.address", "\"\(other)\""),
                JSONEdit("deployments.0.address", nil), JSONEdit("deployments.0.action", #""blocked""#),
            ]
            + [
                ("action", #""keep""#), ("action", #""blocked""#), ("sender", nil),
                ("sender", "\"\(other)\""),
                ("arguments", "\"[]\""), ("initCodeDigest", nil), ("maxCostWei", #""lots""#),
                ("signers", nil),
                ("leftOut", #"["pay"]"#), ("calls", "[]"), ("calls.0.sender", nil), ("calls.0.unless", nil),
                ("calls.0.formerly", #"["pay"]"#), ("calls.1.valueWei", #""6""#),
                ("maxGas", "100000"), ("calls.1.maxCostWei", #""5 wei""#),
            ].map { JSONEdit("deployments.1.\($0.0)", $0.1) }

        /// The plan says itself where the first one is, so that what the call has of it says nothing more.
        private static let taken: [JSONEdit] =
            [
                JSONEdit("expiresAt", #""2099-01-01T00:00:00.000Z""#), JSONEdit("createdAt", #""soon""#),
                JSONEdit("manifests", "[]"), JSONEdit("steps.reasons", "[]"),
            ]
            + [
                ("reason", #""why""#), ("address", nil), ("values", "[]"), ("maxGas", "9000000"),
                ("maxCostWei", nil), ("gasBound", nil), ("calls.0.addresses", nil), ("calls.0.to", nil),
                ("calls.0.data", nil),
                ("calls.1.data", #""0x00""#), ("calls.1.maxGas", nil), ("calls.1.gasBound", nil),
            ].map { JSONEdit("deployments.1.\($0.0)", $0.1) }

        @Test func anEditIsRefusedOrABoundOrInformation() async throws {
            let sandbox = try Sandbox()
            try sandbox.write(Data(Self.contract.utf8), to: "contracts/Box.sol")
            let chain = try await RunningDevnet(sandbox)
            func plan() async throws -> Data {
                let planned = try await sandbox.hyperkit(
                    Sandbox.command("plan", "m.yaml", ["--network", "chain", "--out", "plan.json"]),
                    environment: Self.key)
                #expect(planned.end == .exited(0), "\(planned.errors)")
                return Data(try sandbox.text("plan.json").utf8)
            }
            func apply(_ plan: Data) async throws -> Sandbox.Ran {
                try sandbox.write(plan, to: "plan.json")
                return try await sandbox.run("m.yaml", "--plan", "plan.json", environment: Self.key)
            }
            try Self.manifest(sandbox, chain, Self.asset)
            #expect(try await apply(plan()).end == .exited(0))
            try Self.manifest(sandbox, chain, Self.asset, Self.box)
            let made = try await plan()
            let ids = try JSON(text: String(decoding: made, as: UTF8.self))["deployments"].array.map {
                $0["id"]
            }
            #expect(ids == ["asset@chain", "box@chain"])
            for edit in Self.refused {
                let ran = try await apply(try edit.applied(to: made))
                #expect(ran.end == .exited(2) || ran.end == .exited(4), "\(edit): \(ran.errors)")
                #expect(try await chain.transactionCount(DevelopmentAccount.address) == 1, "\(edit)")
            }
            // Who reads it sees the first, and what was applied was the last.
            let twice = String(decoding: made, as: UTF8.self).replacing(
                #""valueWei" : "5""#, with: #""valueWei" : "4", "valueWei" : "5""#)
            let ran = try await apply(Data(twice.utf8))
            #expect(
                ran.end == .exited(2) && ran.errors.contains("'valueWei' is defined twice"), "\(ran.errors)")
            let other = try Self.taken.reduce(made) { try $1.applied(to: $0) }
            for _ in 0..<2 {
                let ran = try await apply(other)
                #expect(ran.end == .exited(0), "\(ran.errors)")
                #expect(try await chain.transactionCount(DevelopmentAccount.address) == 4)
            }
            await chain.stop()
        }
    }
}
