import Foundation
import Glibc
import Testing

extension Pipelines {
    /// Stored content that goes while a run that counts on it goes on.
    @Suite struct LostContent {
        @Test(arguments: [true, false])
        func isMadeAgainInTheSameRun(_ damaged: Bool) async throws {
            let sandbox = try Sandbox("examples/batch")
            try sandbox.keepFirst(4, in: "contracts")
            #expect(try await sandbox.run("batch.yaml", "--until", "audit").end == .exited(0))
            let expected = try sandbox.report()
            for step in expected["steps"].array where step["kind"] == "audit" {
                let digest = try #require(step["fingerprint"].string).dropFirst("sha256:".count)
                try sandbox.remove("state/ac/\(digest.prefix(2))/\(digest.dropFirst(2))")
            }

            // All compilations are reused, and one audit after the other reads what they gave.
            let child = try sandbox.start(
                Sandbox.command("run", "batch.yaml", progress: "json", ["--until", "audit", "--jobs", "1"]))
            let first = await child.errorLine { $0.contains(#""type":"step-started""#) }
            try #require(first != nil)
            child.send(SIGSTOP)
            for path in try sandbox.paths("state/cas") {
                if damaged {
                    try sandbox.write(Data("not what it was".utf8), to: "state/cas/\(path)")
                } else {
                    try sandbox.remove("state/cas/\(path)")
                }
            }
            child.send(SIGCONT)
            let errors = await child.remainingErrors()
            #expect(await child.end() == .exited(0), "\(errors)")
            #expect(errors.contains("was lost, and is made again first"))

            let report = try sandbox.report()
            for key in ["contracts", "findings", "verdicts", "tools"] {
                #expect(report[key] == expected[key])
            }
            for (step, before) in zip(report["steps"].array, expected["steps"].array) {
                #expect(step["id"] == before["id"])
                #expect(step["outputs"] == before["outputs"])
                #expect(step["status"] == (step["kind"] == "audit" ? "succeeded" : "reused"))
            }
            let ended = try sandbox.events().filter { $0["type"] == "step-finished" }.map { $0["step"] }
            #expect(ended.count == Set(ended).count)
            // What nobody had to read any more was not missed; the next run looks at all that it counts on.
            #expect(try await sandbox.run("batch.yaml", "--until", "audit").end == .exited(0))
            let verified = try await sandbox.hyperkit(["cache", "verify", "--state-dir", "state"])
            #expect(verified.end == .exited(0), "\(verified.output)\(verified.errors)")
        }
    }
}
