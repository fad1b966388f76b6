import Foundation
import Support
import Testing

extension Pipelines {
    /// Runs that are killed at a moment that a seed says, again and again: the next goes on, and ends as if nothing had been.
    ///
    /// `HYPERKIT_KILLS` says how many kills there are, `HYPERKIT_SEED` with which one begins.
    @Suite struct KillLoop {
        /// What is done beside the kill.
        enum Mischief: String, CaseIterable, CustomTestStringConvertible {
            case none
            /// Another run goes on on the same state.
            case secondRun
            /// A bit of a stored blob is flipped.
            case flippedBit

            var testDescription: String { rawValue }
        }

        private static func number(_ name: String) -> UInt64? {
            ProcessInfo.processInfo.environment[name].flatMap { UInt64($0) }
        }

        private static let arguments = ["--until", "audit"]

        private func sandbox() throws -> Sandbox {
            let sandbox = try Sandbox("examples/batch")
            try sandbox.keepFirst(10, in: "contracts")
            return sandbox
        }

        /// What a run is for: every contract's code, every finding, every verdict, every step's outputs.
        private func results(_ sandbox: Sandbox) throws -> [JSON] {
            let report = try sandbox.report()
            return [
                report["contracts"], report["findings"], report["verdicts"], report["tools"],
                .array(report["steps"].array.map { $0["outputs"] }),
                .array(report["steps"].array.map { $0["id"] }),
            ]
        }

        @Test(arguments: Mischief.allCases)
        func everyRestartEndsAsARunThatWasNeverKilled(_ mischief: Mischief) async throws {
            let quiet = try sandbox()
            #expect(try await quiet.run("batch.yaml", "--until", "audit").end == .exited(0))
            let expected = try results(quiet)
            let first = Self.number("HYPERKIT_SEED") ?? 0
            let kills = Self.number("HYPERKIT_KILLS") ?? 8
            var states: [String: Int] = [:]
            for seed in first..<first + kills {
                var random = SeededRandom(seed: seed)
                let sandbox = try sandbox()
                // A run has about five events a step; late ones are those of the next runs.
                for _ in 0..<Int.random(in: 1...2, using: &random) {
                    let event = Int.random(in: 1...90, using: &random)
                    states[try await kill(sandbox, atEvent: event, mischief), default: 0] += 1
                }
                if mischief == .flippedBit { try flipBit(in: sandbox, using: &random) }
                let ran = try await sandbox.run("batch.yaml", "--until", "audit")
                #expect(ran.end == .exited(0), "HYPERKIT_SEED=\(seed): \(ran.errors)")
                #expect(try results(sandbox) == expected, "HYPERKIT_SEED=\(seed)")
                #expect(try sandbox.names("state/runs") == [], "HYPERKIT_SEED=\(seed)")
            }
            print(
                "killed at: \(states.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", "))"
            )
            #expect(!states.isEmpty)
        }

        /// Kills a run at its n-th event.
        ///
        /// - Returns: What that event was; `end` where the run ended before.
        private func kill(_ sandbox: Sandbox, atEvent number: Int, _ mischief: Mischief) async throws
            -> String
        {
            let child = try sandbox.start(
                Sandbox.command("run", "batch.yaml", progress: "json", Self.arguments))
            let other =
                mischief == .secondRun
                ? try sandbox.start(Sandbox.command("run", "batch.yaml", Self.arguments)) : nil
            var seen = 0
            let line = await child.errorLine { _ in
                seen += 1
                return seen == number
            }
            child.send(SIGKILL)
            _ = await child.remainingErrors()
            _ = await child.end()
            if let other {
                let errors = await other.remainingErrors()
                #expect(await other.end() == .exited(0), "\(errors)")
            }
            guard let line, let event = try? JSON(text: line) else { return "end" }
            let kind = event["step"].string?.split(separator: ":").first.map { " \($0)" } ?? ""
            return (event["type"].string ?? "?") + kind
        }

        private func flipBit(in sandbox: Sandbox, using random: inout SeededRandom) throws {
            let base = sandbox.project.appending(path: "state/cas")
            let blobs = (try? FileManager.default.subpathsOfDirectory(atPath: base.path()))?.sorted()
                .filter { $0.count > 3 && !$0.hasSuffix(".tmp") }
            guard let blob = blobs?.randomElement(using: &random) else { return }
            var bytes = try Data(contentsOf: base.appending(path: blob))
            guard let place = bytes.indices.randomElement(using: &random) else { return }
            bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            try bytes.write(to: base.appending(path: blob))
        }
    }
}
