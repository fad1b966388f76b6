import Foundation
import Model
import Testing

extension Pipelines {
    /// The first manifest that a new user runs.
    @Suite struct Quickstart {
        @Test func deploysWhatItCompiledAndAudited() async throws {
            let sandbox = try Sandbox("manifests")
            let ran = try await sandbox.run("quickstart.yaml")
            #expect(ran.end == .exited(0))
            #expect(ran.output == "")
            let report = try sandbox.report()
            #expect(ReportPromise.report.faults(of: report) == [])
            #expect(report["version"] == 1)
            #expect(report["run"]["status"] == "succeeded")
            #expect(report["run"]["exitCode"] == 0)

            let deployments = report["deployments"]
            let names = ["registry", "tips", "token", "vault"]
            #expect(deployments.map("name", to: "action") == names.reduce(into: [:]) { $0[$1] = "created" })
            #expect(deployments.array.allSatisfy { $0["codeMatches"] == true })
            #expect(Set(deployments.array.map { $0["address"] }).count == names.count)

            #expect(
                report["tools"].map("name", to: "status") == [
                    "hyperkit": "ok", "slither": "ok", "solc": "ok",
                ])
            let finders = Set(report["findings"].array.compactMap { $0["tool"].string })
            #expect(finders == ["hyperkit", "slither", "solc"])
            #expect(report["steps"].array.count == 16)
            #expect(report["summary"]["steps"]["succeeded"] == 16)

            // One of them takes another's address and is called afterwards.
            let token = try #require(report["deployments"].first("name", "token")["address"].string)
            let arguments = report["deployments"].first("name", "vault")["constructorArguments"].string
            let word = String(repeating: "0", count: 24) + token.dropFirst(2).lowercased()
            #expect(arguments == "0x" + word)
            let made = ["fundVault", "nameToken", "nameVault"]
            #expect(Set(report["calls"].array.compactMap { $0["name"].string }) == Set(made))
            #expect(report["calls"].array.allSatisfy { $0["made"] == true })
        }

        @Test func leavesReportsWhoseDigestsAreThoseOfTheBytes() async throws {
            let sandbox = try Sandbox("manifests")
            #expect(try await sandbox.run("quickstart.yaml").end == .exited(0))
            let report = try sandbox.report()
            let run = try #require(report["run"]["id"].string)
            #expect(try sandbox.names("reports") == [run, "latest"])
            #expect(try sandbox.names("reports/latest") == ["events.jsonl", "report.json", "report.md"])
            #expect(try sandbox.text("reports/latest/report.md").contains("Vault"))

            let events = try sandbox.events()
            #expect(events.map { $0["sequence"].integer } == (1...Int64(events.count)).map(\.self))
            #expect(events.first?["type"] == "run-started")
            #expect(events.last?["type"] == "run-finished")

            let manifest = Data(try sandbox.text("quickstart.yaml").utf8)
            #expect(
                report["run"]["manifests"].array.first?["digest"]
                    == JSON.string(Digest(of: manifest).description))
            for contract in report["contracts"].array {
                let path = try #require(contract["source"]["path"].string)
                let source = Data(try sandbox.text(path).utf8)
                #expect(contract["source"]["digest"] == JSON.string(Digest(of: source).description))
                let step = report["steps"].first("id", "compile:\(contract["name"].string ?? "")")
                for (output, key) in [("init.bin", "initCode"), ("runtime.bin", "runtimeCode")] {
                    let stored = step["outputs"].first("name", output)
                    #expect(stored["digest"] == contract["artifact"]["\(key)Digest"])
                    #expect(stored["bytes"] == contract["artifact"]["\(key)Bytes"])
                }
            }
        }
    }
}
