import Foundation
import Testing

extension Pipelines {
    /// One network after another, where what is on the first is not as it should be.
    @Suite struct After {
        private static func manifest(_ number: Int, wanted: Int) -> String {
            """
            version: 1
            project: after
            networks:
              east: { engine: devnet, state: persistent, chainId: 31337 }
              west: { engine: devnet, state: persistent, chainId: 31338, after: east }
            contracts: { Box: { source: contracts/Box.sol } }
            deployments:
              box:
                contract: Box
                networks: [east, west]
                calls: { set: { function: "set(uint256)", arguments: ["\(number)"] } }
                checks: { number: { read: "number()", equals: "\(wanted)" } }
            policies: { default: { tools: [solc, hyperkit] } }
            """
        }

        private func write(_ number: Int, wanted: Int, _ sandbox: Sandbox) throws {
            try sandbox.write(Data(Self.manifest(number, wanted: wanted).utf8), to: "m.yaml")
        }

        private func statuses(_ sandbox: Sandbox) throws -> [String: String] {
            try sandbox.report()["steps"].map("id", to: "status").filter { $0.key.contains("@") }
        }

        @Test func aFailedCallAndACheckThatDoesNotHoldKeepTheLaterNetworkAsItIs() async throws {
            let sandbox = try Sandbox()
            let source = """
                // SPDX-License-Identifier: MIT
                pragma solidity ^0.8.20;

                contract Box {
                    uint256 public number;
                    function set(uint256 number_) external { require(number_ != 13, "unlucky"); number = number_; }
                }
                """
            try sandbox.write(Data(source.utf8), to: "contracts/Box.sol")

            try write(13, wanted: 13, sandbox)
            let failed = try await sandbox.run("m.yaml")
            #expect(failed.end == .exited(4), "\(failed.errors)")
            let after = "network 'west' comes after 'east', and "
            #expect(failed.errors.contains(after + "call:box@east/set did not end well"), "\(failed.errors)")
            #expect(
                try statuses(sandbox) == [
                    "deploy:box@east": "succeeded", "call:box@east/set": "failed",
                    "deploy:box@west": "blocked", "call:box@west/set": "skipped",
                ])

            try write(7, wanted: 5, sandbox)
            let unmet = try await sandbox.run("m.yaml")
            #expect(unmet.end == .exited(4), "\(unmet.errors)")
            let words = after + "check 'number' does not hold there: number() is 7"
            #expect(unmet.errors.contains(words), "\(unmet.errors)")
            #expect(
                try statuses(sandbox) == [
                    "deploy:box@east": "reused", "call:box@east/set": "succeeded",
                    "deploy:box@west": "blocked", "call:box@west/set": "skipped",
                ])
            let planned = try await sandbox.hyperkit(Sandbox.command("plan", "m.yaml"))
            #expect(planned.end == .exited(4) && planned.errors.contains(words), "\(planned.errors)")

            try write(7, wanted: 7, sandbox)
            let held = try await sandbox.run("m.yaml")
            #expect(held.end == .exited(0), "\(held.errors)")
            #expect(
                try statuses(sandbox) == [
                    "deploy:box@east": "reused", "call:box@east/set": "reused",
                    "deploy:box@west": "succeeded", "call:box@west/set": "succeeded",
                ])
        }
    }
}
