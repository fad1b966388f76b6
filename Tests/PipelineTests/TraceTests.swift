import Glibc
import Testing

extension Pipelines {
    /// The line of time that a run draws.
    @Suite struct Trace {
        @Test func hasEveryPerformedStepOnALaneAndTheOthersAtTheirMoments() async throws {
            let sandbox = try Sandbox("manifests")
            let arguments = ["--select", "vault@devnet", "--jobs", "2", "--trace", "out/trace.json"]
            for status in ["succeeded", "reused"] {
                let ran = try await sandbox.hyperkit(Sandbox.command("run", "quickstart.yaml", arguments))
                #expect(ran.end == .exited(0))
                let trace = try JSON(text: sandbox.text("out/trace.json"))
                let report = try sandbox.report()
                // The devnet is a new one, so the effects are performed again.
                let phases = trace.map("name", to: "ph")
                for step in report["steps"].array {
                    let id = try #require(step["id"].string)
                    let isPure = !["deploy", "call"].contains(step["kind"].string)
                    #expect(phases[id] == (isPure && status == "reused" ? "i" : "X"))
                    #expect(trace.first("name", id)["args"]["reason"] == step["reason"])
                    #expect(trace.first("name", id)["args"]["attempts"] == step["attempts"])
                    #expect(isPure ? step["status"].string == status : true)
                }
                #expect(trace.first("name", "vault@devnet created")["args"]["codeMatches"] == true)
                let run = trace.first("cat", "run")
                #expect(run["args"]["id"] == report["run"]["id"])
                #expect(trace.array.last == run)
                for lane in Dictionary(
                    grouping: trace.array.filter { $0["ph"] == "X" }, by: { $0["tid"] }
                ).values {
                    let spans = lane.map { ($0["ts"].integer ?? 0, $0["dur"].integer ?? 0) }.sorted {
                        $0 < $1
                    }
                    for (earlier, later) in zip(spans, spans.dropFirst()) {
                        #expect(earlier.0 + earlier.1 <= later.0)
                    }
                }
            }
        }

        @Test func isDrawnThoughNothingChanged() async throws {
            let sandbox = try Sandbox("manifests")
            for _ in 0..<2 {
                #expect(
                    try await sandbox.run("quickstart.yaml", "--until", "audit", "--select", "Vault").end
                        == .exited(0))
            }
            let ran = try await sandbox.run(
                "quickstart.yaml", "--until", "audit", "--select", "Vault", "--trace", "t.json")
            #expect(ran.end == .exited(0))
            let trace = try JSON(text: sandbox.text("t.json"))
            #expect(
                trace.array.filter { $0["ph"] == "i" && $0["args"]["status"] == "reused" }.map { $0["name"] }
                    == ["compile:Vault", "audit:Vault"])
        }

        @Test func isDrawnByAPlanToo() async throws {
            let sandbox = try Sandbox("manifests")
            let ran = try await sandbox.plan(
                "quickstart.yaml", "--select", "audit:Vault", "--trace", "t.json")
            #expect(ran.end == .exited(0))
            let trace = try JSON(text: sandbox.text("t.json")).array
            #expect(trace.filter { $0["ph"] == "X" }.map { $0["cat"] } == ["compile", "audit", "run"])
        }

        @Test func ofARunThatWasKilledLacksOnlyItsClosingBracket() async throws {
            let sandbox = try Sandbox("manifests")
            let child = try sandbox.start(
                Sandbox.command("run", "quickstart.yaml", progress: "json", ["--trace", "t.json"]))
            let isAudit = { (line: String) in
                line.contains(#""step":"audit:"#) && line.contains(#""type":"step-started""#)
            }
            try #require(await child.errorLine(where: isAudit) != nil)
            child.send(SIGKILL)
            #expect(await child.end() == .killed(by: SIGKILL))
            let trace = try JSON(text: sandbox.text("t.json") + "]").array
            #expect(trace.contains { $0["cat"] == "compile" && $0["ph"] == "X" })
            #expect(!trace.contains { $0["cat"] == "run" })
        }

        @Test func andTheEventsTakeTwoFiles() async throws {
            let sandbox = try Sandbox()
            let ran = try await sandbox.hyperkit(["run", "--events", "a/../t", "--trace", "t"])
            #expect(ran.end == .exited(2))
            #expect(ran.errors.contains("--events and --trace take two files"))
        }
    }
}
