import Foundation
import Testing

extension Pipelines {
    /// Runs within the limits of a manifest, and failures that are remembered.
    @Suite struct Limits {
        @Test func aRunPastItsDeadlineFailsAndTheNextGoesOn() async throws {
            let sandbox = try Sandbox("examples/batch")
            let manifest = try sandbox.text("batch.yaml")
            try sandbox.write(Data((manifest + "\nlimits: { run: 1s }\n").utf8), to: "batch.yaml")
            let late = try await sandbox.run("batch.yaml", "--until", "audit")
            #expect(late.end == .exited(1), "\(late.errors)")
            let report = try sandbox.report()
            #expect(report["run"]["status"] == "failed")
            let codes = Set(report["steps"].array.map { $0["error"]["code"] })
            #expect(codes.contains("run-deadline"))
            #expect(report["steps"].array.contains { $0["status"] == "cancelled" })
            try sandbox.write(Data(manifest.utf8), to: "batch.yaml")
            let next = try await sandbox.run("batch.yaml", "--until", "audit")
            #expect(next.end == .exited(0), "\(next.errors)")
        }

        @Test func aSourceThatDoesNotCompileIsCompiledAgainOnlyWhenItChanged() async throws {
            let sandbox = try Sandbox("manifests")
            let good = try sandbox.text("contracts/TipJar.sol")
            try sandbox.replace(
                "contract TipJar {", with: "contract TipJar { uint x = ;", in: "contracts/TipJar.sol")
            func end(_ more: String...) async throws -> JSON {
                let ran = try await sandbox.hyperkit(
                    Sandbox.command("run", "quickstart.yaml", ["--until", "compile"] + more))
                #expect(ran.end == .exited(1))
                #expect(ran.errors.contains("contracts/TipJar.sol:"))
                let steps = try sandbox.report()["steps"].array
                return steps.first { $0["id"] == "compile:TipJar" } ?? .null
            }
            let first = try await end()
            #expect(first["attempts"] == 1)
            let second = try await end()
            #expect(second["attempts"] == 0)
            #expect(second["error"] == first["error"])
            #expect(second["reason"] == "it failed so before, and nothing changed")
            #expect(try await end("--retry-failed")["attempts"] == 1)
            try sandbox.write(Data(good.utf8), to: "contracts/TipJar.sol")
            #expect(try await sandbox.run("quickstart.yaml", "--until", "compile").end == .exited(0))
        }
    }
}
