import Foundation
import Testing

extension Pipelines {
    /// What a person reads on standard error, as one JSON object a line.
    @Suite struct LogFormat {
        private static let manifest = """
            version: 1
            project: logged
            contracts: { A: { source: contracts/A.sol }, B: { source: contracts/B.sol } }
            policies: { default: { tools: [hyperkit], failOn: critical } }
            """

        private func sandbox(_ second: String) throws -> Sandbox {
            let sandbox = try Sandbox()
            let head = "// SPDX-License-Identifier: MIT\npragma solidity ^0.8.20;\n"
            try sandbox.write(Data((head + "contract A { uint256 public a; }\n").utf8), to: "contracts/A.sol")
            try sandbox.write(Data((head + second + "\n").utf8), to: "contracts/B.sol")
            try sandbox.write(Data(Self.manifest.utf8), to: "m.yaml")
            return sandbox
        }

        /// The messages on standard error, each without its time; every line must be one, or an event.
        private func messages(_ ran: Sandbox.Ran) throws -> [JSON] {
            try ran.errors.split(separator: "\n").compactMap { line in
                var members = try #require(try JSON(text: String(line)).object, "\(line)")
                if members["sequence"] != nil { return nil }
                let time = try #require(members.removeValue(forKey: "time")?.string)
                #expect(time.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/) != nil, "\(time)")
                return .object(members)
            }
        }

        @Test(arguments: ["validate", "run", "plan"])
        func whatIsWrongWithAManifestHasItsPlace(_ command: String) async throws {
            let sandbox = try sandbox("contract B {}")
            try sandbox.replace("source: contracts/A.sol", with: "source: contracts/C.sol", in: "m.yaml")
            let ran = try await sandbox.hyperkit([command, "m.yaml", "--log-format", "json"])
            #expect(ran.end == .exited(2))
            #expect(ran.output == "")
            #expect(
                try messages(ran) == [
                    .object([
                        "code": "missing-file", "hint": "did you mean 'contracts/A.sol'?", "level": "error",
                        "location": .object(["column": 27, "file": "m.yaml", "line": 3]),
                        "message": "there is no file 'contracts/C.sol'",
                    ]),
                    .object(["level": "error", "message": "1 error, nothing ran"]),
                ])
            let text = try await sandbox.hyperkit([command, "m.yaml", "--log-format", "text"])
            let plain = try await sandbox.hyperkit([command, "m.yaml"])
            #expect(text.errors == plain.errors)
            #expect(text.errors.hasPrefix("m.yaml:3:27: error: there is no file"))
        }

        @Test(arguments: [nil, "plain", "json", "none"])
        func whatFailsHasItsStepAndPlace(_ progress: String?) async throws {
            let sandbox = try sandbox("contract B { function f() external { return totl; } }")
            let shown = progress.map { ["--progress", $0] } ?? []
            let ran = try await sandbox.hyperkit(
                ["run", "m.yaml", "--state-dir", "state", "--log-format", "json"] + shown)
            #expect(ran.end == .exited(1))
            let messages = try messages(ran)
            #expect(
                messages.filter { $0["level"] == "error" } == [
                    .object([
                        "code": "compile-error", "level": "error", "message": "it does not compile: 1 error",
                        "step": "compile:B",
                    ]),
                    .object([
                        "code": "solc-7576", "level": "error",
                        "location": .object(["column": 45, "file": "contracts/B.sol", "line": 3]),
                        "message": "Undeclared identifier.", "step": "compile:B",
                    ]),
                ])
            let ends = messages.filter { $0["level"] == "info" }.compactMap { $0["message"].string }
            #expect(ends.contains { $0.hasPrefix("2 succeeded · 1 failed · 1 skipped · ") }, "\(ends)")
            #expect(ends.last?.hasSuffix("/report.md") == true)
            let lines = ends.filter { $0.hasPrefix("succeeded ") }
            #expect(lines.count == (progress == nil || progress == "plain" ? 2 : 0))
        }

        @Test func plansAndRunsWithNothingToDoAreLogged() async throws {
            let sandbox = try sandbox("contract B {}")
            let arguments = ["m.yaml", "--state-dir", "state", "--log-format", "json", "--progress", "none"]
            for _ in 0..<2 {
                let ran = try await sandbox.hyperkit(["run"] + arguments)
                #expect(ran.end == .exited(0))
                let messages = try messages(ran)
                #expect(messages.allSatisfy { $0["level"] == "info" && $0["message"].string != "" })
                #expect(messages.count == 2)
            }
            let planned = try await sandbox.hyperkit(["plan", "--json"] + arguments)
            #expect(planned.end == .exited(0))
            #expect(try JSON(text: planned.output)["version"] == 2)
            #expect(try messages(planned).last?["message"].string?.contains("plan    sha256:") == true)

            try sandbox.write(
                Data((#"pragma solidity ^0.8.20; contract B { uint x = ; }"#).utf8), to: "contracts/B.sol")
            let wrong = try await sandbox.hyperkit(["plan"] + arguments)
            #expect(wrong.end == .exited(1))
            let errors = try messages(wrong).filter { $0["level"] == "error" }
            #expect(errors.map { $0["step"] } == ["compile:B", "compile:B"])
            #expect(errors.last?["location"]["file"] == "contracts/B.sol")
        }

        @Test func whatEndsACommandIsLogged() async throws {
            let sandbox = try sandbox("contract B {}")
            try sandbox.write(Data(), to: "file")
            let ran = try await sandbox.hyperkit(
                ["run", "m.yaml", "--state-dir", "file/state", "--log-format", "json", "--progress", "none"])
            #expect(ran.end == .exited(5))
            let said = try messages(ran)
            #expect(said.map { $0["level"] } == ["error"])
            #expect(said.first?["code"] == "unusable-path")
            #expect(said.first?["hint"].string?.isEmpty == false)
        }
    }
}
