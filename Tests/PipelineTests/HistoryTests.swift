import Foundation
import Glibc
import Testing

extension Pipelines {
    /// What can be seen of runs when they are over.
    @Suite struct History {
        @Test func ofTwoRunsAndTheirDifference() async throws {
            let sandbox = try Sandbox("manifests")
            let arguments = ["--until", "audit", "--select", "audit:Vault"]
            #expect(
                try await sandbox.hyperkit(Sandbox.command("run", "quickstart.yaml", arguments)).end
                    == .exited(0))
            let first = try sandbox.report()
            try sandbox.replace("// SPDX", with: "// Another line.\n// SPDX", in: "contracts/Vault.sol")
            #expect(
                try await sandbox.hyperkit(Sandbox.command("run", "quickstart.yaml", arguments)).end
                    == .exited(0))
            let second = try sandbox.report()

            let runs = try JSON(text: try await history(sandbox, "list", "--json").output)["runs"].array
            #expect(runs.map { $0["id"] } == [second["run"]["id"], first["run"]["id"]])
            #expect(runs.map { $0["status"] } == ["succeeded", "succeeded"])
            #expect(runs.first?["steps"]["total"] == 2)

            let shown = try JSON(text: try await history(sandbox, "show", "latest", "--json").output)
            #expect(shown["run"]["id"] == second["run"]["id"])
            for (step, reported) in zip(shown["steps"].array, second["steps"].array) {
                for key in ["id", "status", "reason", "durationMilliseconds", "fingerprint"] {
                    #expect(step[key] == reported[key])
                }
            }
            let before = try #require(first["run"]["id"].string)
            let diff = try JSON(text: try await history(sandbox, "diff", before, "latest", "--json").output)
            #expect(diff["steps"]["changed"].array.map { $0["id"] } == ["compile:Vault", "audit:Vault"])
            #expect(
                diff["findings"]
                    == .object(["new": .array([]), "gone": .array([]), "notAudited": .array([])]))
            let text = try await history(sandbox, "diff", before, "latest")
            #expect(text.output == "")
            #expect(text.errors.contains("compile:Vault  succeeded  source contracts/Vault.sol sha256:"))
        }

        @Test func isDrawnInTheGraphAndOnlyRead() async throws {
            let sandbox = try Sandbox("manifests")
            let graph = ["graph", "quickstart.yaml", "--json", "--state-dir", "state"]
            let before = try await sandbox.hyperkit(graph)
            #expect(before.end == .exited(0))
            #expect(before.errors == "")
            #expect(!sandbox.exists("state"))
            #expect(
                try await sandbox.run("quickstart.yaml", "--until", "compile", "--select", "compile:Vault")
                    .end
                    == .exited(0))
            let took = try sandbox.report()["steps"].first("id", "compile:Vault")["durationMilliseconds"]

            let after = try JSON(text: try await sandbox.hyperkit(graph).output)
            let known = after["steps"].array.filter { $0["durationMilliseconds"] != .null }
            #expect(known.map { $0["id"] } == ["compile:Vault"])
            #expect(known.first?["durationMilliseconds"] == took)
            #expect(after["criticalPath"]["steps"].array.count > 2)
            let plain = try await sandbox.hyperkit(graph + ["--no-durations"])
            #expect(plain.output == before.output)

            try sandbox.write(Data("no database".utf8), to: "state/state.db")
            let damaged = try await sandbox.hyperkit(graph)
            #expect(damaged.end == .exited(0))
            #expect(damaged.output == before.output)
            #expect(damaged.errors.hasPrefix("warning: the graph is drawn without durations: "))
        }

        @Test func ofARunThatWasKilledIsThatItIsUnfinished() async throws {
            let sandbox = try Sandbox("manifests")
            let child = try sandbox.start(Sandbox.command("run", "quickstart.yaml", progress: "json"))
            try #require(await child.errorLine { $0.contains(#""type":"step-started""#) } != nil)
            child.send(SIGSTOP)
            #expect(try await status(of: sandbox) == "running")
            child.send(SIGKILL)
            #expect(await child.end() == .killed(by: SIGKILL))
            #expect(try await status(of: sandbox) == "unfinished")
            try FileManager.default.removeItem(at: sandbox.project.appending(path: "state/runs"))
            #expect(try await status(of: sandbox) == "noEndRecorded")
        }

        @Test func whereNothingWasRunIsSaidAndNothingIsMade() async throws {
            let sandbox = try Sandbox()
            let ran = try await history(sandbox, "list", "--json")
            #expect(ran.end == .exited(5))
            #expect(ran.output == "")
            #expect(ran.errors.contains("[ledger-missing]\n  hint: run hyperkit run first"))
            #expect(try sandbox.names("") == [])
        }

        @Test func ofAnUnknownRunIsWhichMayHaveBeenMeant() async throws {
            let sandbox = try Sandbox("manifests")
            let arguments = ["--until", "generate"]
            #expect(
                try await sandbox.hyperkit(Sandbox.command("run", "quickstart.yaml", arguments)).end
                    == .exited(0))
            let id = try #require(try sandbox.report()["run"]["id"].string)
            let ran = try await history(sandbox, "show", String(id.dropLast()))
            #expect(ran.end == .exited(2))
            #expect(ran.errors.contains("[unknown-run]\n  hint: did you mean \(id)?"))
        }

        private func history(_ sandbox: Sandbox, _ arguments: String...) async throws -> Sandbox.Ran {
            try await sandbox.hyperkit(["runs"] + arguments + ["--state-dir", "state"])
        }

        private func status(of sandbox: Sandbox) async throws -> JSON {
            try JSON(text: try await history(sandbox, "list", "--json").output)["runs"].array.first?["status"]
                ?? .null
        }
    }
}
