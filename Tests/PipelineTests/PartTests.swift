import Foundation
import Testing

extension Pipelines {
    /// Runs of parts: what an earlier run left, and one shard of several.
    @Suite struct Parts {
        private static let manifest = """
            version: 1
            project: parts
            networks:
              east: { engine: devnet, state: persistent, chainId: 31337 }
              west: { engine: devnet, state: persistent, chainId: 31338 }
            contracts:
              Good: { source: contracts/Good.sol }
              Bad: { source: contracts/Bad.sol }
              Lone: { source: contracts/Lone.sol }
            deployments:
              good:
                contract: Good
                networks: [east, west]
                arguments: ["1"]
                overrides: { west: { arguments: ["2"], checks: { start: { equals: "2" } } } }
                checks: { start: { read: "start()", equals: "1" } }
              bad: { contract: Bad, networks: [east], arguments: ["${deployments.good.address}"] }
            policies: { default: { tools: [solc, hyperkit], failOn: critical } }
            """

        private func project() throws -> Sandbox {
            let sandbox = try Sandbox()
            let head = "// SPDX-License-Identifier: MIT\npragma solidity ^0.8.20;\n"
            let sources = [
                "Good": "contract Good { uint256 public start; constructor(uint256 s) { start = s; } }",
                "Bad": "contract Bad { address public good; constructor(address g) { good = h; } }",
                "Lone": "contract Lone {}",
            ]
            for (name, text) in sources {
                try sandbox.write(Data((head + text + "\n").utf8), to: "contracts/\(name).sol")
            }
            try sandbox.write(Data(Self.manifest.utf8), to: "m.yaml")
            return sandbox
        }

        private func statuses(_ sandbox: Sandbox) throws -> [String: String] {
            try sandbox.report()["steps"].map("id", to: "status")
        }

        @Test func whatFailedIsTakenUpAndTheRestLeft() async throws {
            let sandbox = try project()
            let none = try await sandbox.run("m.yaml", "--retry", "latest")
            #expect(none.end == .exited(5))
            #expect(none.errors.contains("[ledger-missing]"))
            let first = try await sandbox.run("m.yaml")
            #expect(first.end == .exited(1))
            let id = try #require(try sandbox.report()["run"]["id"].string)
            let unknown = try await sandbox.run("m.yaml", "--retry", "2026-nothing")
            #expect(unknown.end == .exited(2))
            #expect(unknown.errors.contains("[unknown-run]"))

            try sandbox.replace("good = h", with: "good = g", in: "contracts/Bad.sol")
            let retried = try await sandbox.run("m.yaml", "--retry", id)
            #expect(retried.end == .exited(0), "\(retried.errors)")
            #expect(
                try statuses(sandbox) == [
                    "compile:Bad": "succeeded", "audit:Bad": "succeeded", "deploy:bad@east": "succeeded",
                    "compile:Good": "reused", "audit:Good": "reused", "deploy:good@east": "reused",
                ])
            #expect(try sandbox.report()["notes"].array.contains { $0["code"] == "retry" })
            let nothing = try await sandbox.run("m.yaml", "--retry", "latest")
            #expect(nothing.end == .exited(0))
            #expect(nothing.errors.contains("every step succeeded"))
            #expect(nothing.output == "")

            // What is left of the first run is gone from the manifests.
            let without = Self.manifest.split(separator: "\n").filter { !$0.contains("Bad") }
            try sandbox.write(Data(without.joined(separator: "\n").utf8), to: "m.yaml")
            let gone = try await sandbox.run("m.yaml", "--retry", id)
            #expect(gone.end == .exited(0))
            #expect(gone.errors.contains("warning: audit:Bad did not succeed in run \(id)"))
            #expect(gone.errors.contains("the manifests have none of what it left"))
            try sandbox.replace("project: parts", with: "project: other", in: "m.yaml")
            let other = try await sandbox.run("m.yaml", "--retry", id)
            #expect(other.end == .exited(2))
            #expect(other.errors.contains("is of project 'parts', and the manifests are of 'other'"))
        }

        /// A failure that is remembered for a while is not looked at, but tried again.
        @Test func whatIsRememberedIsTriedAgain() async throws {
            let sandbox = try project()
            #expect(try await sandbox.run("m.yaml", "--select", "compile:Bad").end == .exited(1))
            let again = try await sandbox.run("m.yaml", "--select", "compile:Bad")
            #expect(again.end == .exited(1))
            let step = try sandbox.report()["steps"].first("id", "compile:Bad")
            #expect(step["attempts"] == 0)
            #expect(try await sandbox.run("m.yaml", "--retry", "latest").end == .exited(1))
            let retried = try sandbox.report()["steps"].first("id", "compile:Bad")
            #expect(retried["attempts"] == 1)
        }

        @Test func shardsAreTogetherTheWholeAndDeployWhatDiffers() async throws {
            let sandbox = try project()
            try sandbox.replace("good = h", with: "good = g", in: "contracts/Bad.sol")
            var steps: [String: Int] = [:]
            for shard in ["1/2", "2/2"] {
                let ran = try await sandbox.run("m.yaml", "--shard", shard)
                #expect(ran.end == .exited(0), "\(ran.errors)")
                for step in try statuses(sandbox).keys { steps[step, default: 0] += 1 }
            }
            #expect(
                steps == [
                    "compile:Good": 2, "audit:Good": 2, "compile:Bad": 1, "audit:Bad": 1, "compile:Lone": 1,
                    "audit:Lone": 1, "deploy:good@east": 1, "deploy:good@west": 1, "deploy:bad@east": 1,
                ])
            let whole = try await sandbox.run("m.yaml")
            #expect(whole.end == .exited(0), "\(whole.errors)")
            #expect(try sandbox.report()["summary"]["deployments"]["kept"] == 3)
            let arguments = try sandbox.report()["deployments"].array.filter { $0["name"] == "good" }
                .compactMap { $0["constructorArguments"].string?.last }
            #expect(arguments == ["1", "2"])
            let checked = try await sandbox.hyperkit([
                "deployments", "check", "--manifest", "m.yaml", "--state-dir", "state",
            ])
            #expect(checked.end == .exited(0), "\(checked.errors)")
        }
    }
}
