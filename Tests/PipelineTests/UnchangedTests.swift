import Foundation
import Testing

extension Pipelines {
    /// Runs with nothing to do: told from those that have, and told of like those.
    @Suite struct Unchanged {
        private static let pure = ["--until", "audit"]

        private func run(_ sandbox: Sandbox, _ more: String..., environment: [String: String] = [:])
            async throws
            -> Sandbox.Ran
        {
            let arguments = Sandbox.command("run", "quickstart.yaml", Self.pure + more)
            return try await sandbox.hyperkit(arguments, environment: environment)
        }

        /// Runs until one finds nothing to do.
        private func settled() async throws -> Sandbox {
            let sandbox = try Sandbox("manifests")
            // What is as young as a run is looked at again, so that it may take one run more than two.
            for _ in 0..<6 {
                let ran = try await run(sandbox)
                #expect(ran.end == .exited(0))
                if repeats(ran) { return sandbox }
            }
            Issue.record("no run repeats the one before")
            return sandbox
        }

        private func repeats(_ ran: Sandbox.Ran) -> Bool { ran.errors.contains("nothing changed since run ") }

        @Test func reportEveryStepAsARunThatLookedAtEach() async throws {
            let sandbox = try await settled()
            let repeated = try sandbox.report()
            let looked = try await run(sandbox, "--events", "events.jsonl")
            #expect(!repeats(looked))
            let asked = try sandbox.text("events.jsonl")
            #expect(asked == (try sandbox.text("reports/latest/events.jsonl")))
            let report = try sandbox.report()
            #expect(repeated["run"]["id"] != report["run"]["id"])
            #expect(repeated["summary"] == report["summary"])
            for key in [
                "contracts", "deployments", "findings", "networks", "notCovered", "tools", "verdicts",
                "notes",
            ] {
                #expect(repeated[key] == report[key], "\(key)")
            }
            for key in [
                "id", "kind", "status", "fingerprint", "needs", "outputs", "pool", "reason", "attempts",
            ] {
                #expect(
                    repeated["steps"].array.map { $0[key] } == report["steps"].array.map { $0[key] }, "\(key)"
                )
            }
            let id = try #require(repeated["run"]["id"].string)
            let markdown = try sandbox.text("reports/\(id)/report.md")
            #expect(markdown.contains(id))
            let events = try sandbox.text("reports/\(id)/events.jsonl")
            #expect(events.contains(#""type":"run-repeated""#))
            let shown = try await sandbox.hyperkit(["runs", "show", id, "--state-dir", "state", "--json"])
            #expect(
                try JSON(text: shown.output)["steps"].array.map { $0["status"] }.allSatisfy { $0 == "reused" }
            )
            #expect(try JSON(text: shown.output)["steps"].array.count == repeated["steps"].array.count)
        }

        enum Change: CaseIterable, CustomTestStringConvertible {
            case source, newFile, manifest, removedBlob, removedEntry, snapshotDamaged, otherSelection,
                cacheOff, ledgerGone

            var testDescription: String { "\(self)" }
        }

        @Test(arguments: Change.allCases)
        func lookAgainWhereAnythingChanged(_ change: Change) async throws {
            let sandbox = try await settled()
            var more: [String] = []
            switch change {
            case .source: try sandbox.append("// edited\n", to: "contracts/Vault.sol")
            case .newFile: try sandbox.write(Data("contract New {}\n".utf8), to: "contracts/New.sol")
            case .manifest: try sandbox.append("# edited\n", to: "quickstart.yaml")
            case .removedBlob: try sandbox.removeFirst(in: "state/cas")
            case .removedEntry: try sandbox.removeFirst(in: "state/ac")
            case .snapshotDamaged: try sandbox.flipLastBit(in: "state/snapshots")
            case .otherSelection: more = ["--select", "*Vault"]
            case .cacheOff: more = ["--cache-mode", "off"]
            case .ledgerGone:
                for name in try sandbox.files("state") where name.hasPrefix("state.db") {
                    try FileManager.default.removeItem(at: sandbox.project.appending(path: "state/\(name)"))
                }
            }
            let ran = try await sandbox.hyperkit(
                Sandbox.command("run", "quickstart.yaml", Self.pure + more))
            #expect(ran.end == .exited(0), "\(ran.errors)")
            // A file that nothing names changes nothing.
            #expect(repeats(ran) == (change == .newFile))
            let statuses = try sandbox.report()["steps"].array.filter { $0["status"] == "succeeded" }.count
            switch change {
            case .source: #expect(statuses == 2)
            case .removedBlob, .removedEntry: #expect(statuses >= 1)
            case .manifest, .snapshotDamaged, .otherSelection, .newFile, .ledgerGone: #expect(statuses == 0)
            case .cacheOff: #expect(statuses == 9)
            }
        }
    }
}

extension Sandbox {
    fileprivate func append(_ text: String, to path: String) throws {
        try write(Data((try self.text(path) + text).utf8), to: path)
    }

    /// Removes the first file below a folder.
    fileprivate func removeFirst(in folder: String) throws {
        try FileManager.default.removeItem(at: try first(in: folder))
    }

    fileprivate func flipLastBit(in folder: String) throws {
        let file = try first(in: folder)
        var bytes = try Data(contentsOf: file)
        bytes[bytes.count - 2] ^= 1
        try bytes.write(to: file)
    }

    private func first(in folder: String) throws -> URL {
        let base = project.appending(path: folder)
        let path = try FileManager.default.subpathsOfDirectory(atPath: base.path()).sorted().first { path in
            var isDirectory: ObjCBool = false
            _ = unsafe FileManager.default.fileExists(
                atPath: base.appending(path: path).path(), isDirectory: &isDirectory)
            return !isDirectory.boolValue
        }
        guard let path else { throw CocoaError(.fileNoSuchFile) }
        return base.appending(path: path)
    }
}
