import Foundation
import Glibc
import Testing

extension Pipelines {
    /// What is stored, what becomes of it, and how a later run tells.
    @Suite struct Cache {
        private static let audit = ["--until", "audit", "--select", "audit:Vault"]

        @Test func anEditAndAnEvictionAreExplainedFieldByField() async throws {
            let sandbox = try Sandbox("manifests")
            try await run(sandbox)
            let first = try #require(try sandbox.report()["run"]["id"].string)
            let digest = try sandbox.report()["steps"].first("id", "compile:Vault")["fingerprint"]
            var why = try await explained(sandbox)
            #expect(why["cause"] == "firstTime")

            try sandbox.replace("// SPDX", with: "// Another line.\n// SPDX", in: "contracts/Vault.sol")
            try await run(sandbox)
            why = try await explained(sandbox)
            #expect(why["cause"] == "changed")
            #expect(why["since"]["id"] == .string(first))
            #expect(why["since"]["fingerprint"] == digest)
            let changed = why["fields"].array.filter { $0["changed"] == true }
            #expect(changed.map { $0["label"] } == ["source contracts/Vault.sol"])

            let told = try await sandbox.hyperkit(["why", "latest", first, "--state-dir", "state"])
            #expect(told.errors.contains("2 steps with another fingerprint\n\ncompile:Vault\n  source contr"))

            #expect(try await cache(sandbox, "gc", "--max-age", "0s").end == .exited(0))
            #expect(try contents(sandbox) == [])
            try await run(sandbox)
            why = try await explained(sandbox)
            #expect(why["cause"] == "again")
            #expect(
                why["run"]["reason"].string?.hasPrefix("its stored result had been evicted by gc on ") == true
            )
            try await run(sandbox)
            why = try await explained(sandbox)
            #expect(why["cause"] == "reused")
            let old = try await sandbox.hyperkit(
                ["why", "compile:Vault", "--run", first, "--json", "--state-dir", "state"])
            #expect(try JSON(text: old.output)["cause"] == "firstTime")

            let unknown = try await sandbox.hyperkit(["why", "Vault", "--state-dir", "state"])
            #expect(unknown.end == .exited(2))
            #expect(
                unknown.errors.contains("[unknown-step]\n  hint: did you mean audit:Vault or compile:Vault?"))
        }

        @Test func damageIsFoundNamedAndMended() async throws {
            let sandbox = try Sandbox("manifests")
            try await run(sandbox)
            let whole = try await cache(sandbox, "verify", "--json")
            #expect(whole.end == .exited(0))
            #expect(try JSON(text: whole.output)["whole"] == true)
            let blob = try #require(try contents(sandbox).first)
            try sandbox.write(Data("not what it was".utf8), to: "state/cas/\(blob)")
            let found = try await cache(sandbox, "verify", "--json")
            #expect(found.end == .exited(1))
            let name = "sha256:" + blob.replacing("/", with: "")
            #expect(try JSON(text: found.output)["damaged"] == .array([.string(name)]))
            #expect(!sandbox.exists("state/cas/\(blob)"))
            try await run(sandbox)
            #expect(sandbox.exists("state/cas/\(blob)"))
            #expect(try await cache(sandbox, "verify").end == .exited(0))
        }

        @Test func nothingGoesWhileARunHoldsTheDirectory() async throws {
            let sandbox = try Sandbox("manifests")
            try await run(sandbox)
            let before = try contents(sandbox)
            try sandbox.replace("// SPDX", with: "// Another line.\n// SPDX", in: "contracts/Vault.sol")
            let child = try sandbox.start(
                Sandbox.command("run", "quickstart.yaml", progress: "json", Self.audit))
            try #require(await child.errorLine { $0.contains(#""type":"step-started""#) } != nil)
            child.send(SIGSTOP)
            let refused = try await cache(sandbox, "gc", "--max-size", "0B")
            #expect(refused.end == .exited(5))
            #expect(refused.errors.contains("process \(child.processID) "))
            #expect(Set(before).isSubset(of: Set(try contents(sandbox))))
            // To look does no harm.
            #expect(try await cache(sandbox, "info").end == .exited(0))
            #expect(try await cache(sandbox, "gc", "--max-size", "0B", "--dry-run").end == .exited(0))
            child.send(SIGCONT)
            #expect(await child.end() == .exited(0))
            #expect(try await cache(sandbox, "gc", "--max-size", "0B").end == .exited(0))
            let info = try JSON(text: try await cache(sandbox, "info", "--json").output)
            #expect(info["bytes"] == 0)
        }

        /// The paths of content below its folder.
        private func contents(_ sandbox: Sandbox) throws -> [String] {
            let folder = sandbox.project.appending(path: "state/cas").path()
            return try FileManager.default.subpathsOfDirectory(atPath: folder).filter { $0.contains("/") }
                .sorted()
        }

        private func run(_ sandbox: Sandbox) async throws {
            let ran = try await sandbox.hyperkit(Sandbox.command("run", "quickstart.yaml", Self.audit))
            #expect(ran.end == .exited(0))
        }

        private func cache(_ sandbox: Sandbox, _ arguments: String...) async throws -> Sandbox.Ran {
            try await sandbox.hyperkit(["cache"] + arguments + ["--state-dir", "state"])
        }

        private func explained(_ sandbox: Sandbox) async throws -> JSON {
            let ran = try await sandbox.hyperkit(["why", "compile:Vault", "--json", "--state-dir", "state"])
            return try JSON(text: ran.output)
        }
    }
}
