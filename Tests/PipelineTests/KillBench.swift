import Foundation
import Glibc
import Model
import Support
import Testing

/// One project whose runs are killed, with what a run that nobody kills gives.
final class KillBench {
    /// What is done beside the kill.
    enum Mischief: String, CaseIterable, CustomTestStringConvertible {
        case none
        /// Another run goes on on the same state.
        case secondRun
        /// The disk with the state, the reports and the scratch folders gets full.
        case fullDisk
        /// A bit of a stored blob is flipped, before the run and before the next.
        case flippedBit

        var testDescription: String { rawValue }
    }

    /// When a run is killed.
    private enum Moment {
        /// At any time after its start.
        case after(Duration)
        /// At any time after its n-th event.
        case event(Int, Duration)
        /// When it is seen at something.
        case sight(Activity)
        /// At any time after its reports are there, while it writes down how it can be repeated.
        case reported(Duration)

        var needsNothingChanged: Bool {
            if case .reported = self { true } else { false }
        }
    }

    private static let contracts = 3
    private static let manifest = "batch.yaml"
    private static let arguments = ["--until", "audit"]

    /// How many kills each activity met.
    private(set) var counts: [Activity: Int] = [:]
    private let mischief: Mischief
    private let sandbox: Sandbox
    private let expected: [JSON]
    private let duration: Duration
    private let used: Int
    private var restarts: Set<String> = []
    private var kills = 0

    /// Runs once undisturbed.
    init(_ mischief: Mischief) async throws {
        self.mischief = mischief
        sandbox = try Sandbox("examples/batch")
        try sandbox.keepFirst(Self.contracts, in: "contracts")
        try sandbox.haveOwnScratch()
        if mischief == .fullDisk { try await sandbox.moveToSmallDisk() }
        let start = ContinuousClock.now
        let ran = try await sandbox.run(Self.manifest, "--until", "audit")
        duration = ContinuousClock.now - start
        try #require(ran.end == .exited(0), "\(ran.errors)")
        expected = try Self.results(try sandbox.report())
        used = try sandbox.disk?.used() ?? 0
    }

    /// What a run is for: every contract's code, every finding, every verdict, every step with its outputs.
    private static func results(_ report: JSON) throws -> [JSON] {
        let steps = report["steps"].array
        for step in steps where !["succeeded", "reused"].contains(step["status"]) {
            Issue.record("\(step["id"]) ended \(step["status"])")
        }
        return [
            report["contracts"], report["findings"], report["verdicts"], report["tools"],
            .array(steps.map { $0["id"] }), .array(steps.map { $0["outputs"] }),
        ]
    }

    /// Kills one run, as a seed says, and looks at the next.
    func round(_ seed: UInt64) async throws {
        var random = SeededRandom(seed: seed)
        let name: Comment = "HYPERKIT_SEED=\(seed)"
        let hasWork = try makeWork(using: &random)
        // A run that is called as one before it, and finds nothing changed, repeats that; else it writes down how it can be.
        let repeats = !hasWork && sandbox.disk == nil && Bool.random(using: &random)
        if repeats {
            try await expectUndisturbedRun(name)
        } else if sandbox.disk == nil {
            try sandbox.remove("state/snapshots")
        }
        let moment = moment(hasWork: hasWork, repeats: repeats, using: &random)
        // A run that finds damage has work to do, and such a run cannot be repeated.
        if mischief == .flippedBit, !moment.needsNothingChanged { try flipBit(using: &random) }
        try sandbox.disk?.fill(leaving: Int.random(in: 0..<2 * used, using: &random))
        try await kill(at: moment, name)
        try sandbox.disk?.makeRoom()
        if mischief == .flippedBit { try flipBit(using: &random) }

        let ran = try await sandbox.run(Self.manifest, "--until", "audit")
        #expect(ran.end == .exited(0), "\(name): \(ran.errors)")
        let report = try sandbox.report()
        #expect(try Self.results(report) == expected, name)
        restarts.insert(report["run"]["id"].string ?? "")
        #expect(try sandbox.names("state/runs") == [], name)
        #expect(try await becomesUnlocked(sandbox.project.appending(path: "state/lock")), name)
        #expect(try sandbox.scratch() == [], name)
        // One that finds nothing changed does not look at what is stored.
        if !ran.errors.contains("nothing changed since run") {
            #expect(try damaged() == [], name)
        }
    }

    /// A run that is called as the one that is to be killed.
    private func expectUndisturbedRun(_ name: Comment) async throws {
        let ran = try await sandbox.hyperkit(
            Sandbox.command("run", Self.manifest, progress: "json", Self.arguments))
        #expect(ran.end == .exited(0), "\(name): \(ran.errors)")
    }

    /// Removes all, any or nothing of what earlier runs have stored.
    ///
    /// - Returns: Whether there is something to do.
    private func makeWork(using random: inout SeededRandom) throws -> Bool {
        if sandbox.disk != nil || kills.isMultiple(of: 50) {
            for name in try sandbox.names("reports") { try sandbox.remove("reports/\(name)") }
        }
        switch Int.random(in: 0..<6, using: &random) {
        case 0: try sandbox.remove("state/ac")
        case 1, 2, 3:
            for path in try sandbox.paths("state/ac") where Bool.random(using: &random) {
                try sandbox.remove("state/ac/\(path)")
            }
            for path in try sandbox.paths("state/cas") where Int.random(in: 0..<4, using: &random) == 0 {
                try sandbox.remove("state/cas/\(path)")
            }
        default: return false
        }
        return true
    }

    /// Mostly any time at all; else soon after an event, or when it is seen at what lasts so short that it is seldom met.
    private func moment(hasWork: Bool, repeats: Bool, using random: inout SeededRandom) -> Moment {
        switch Int.random(in: 0..<6, using: &random) {
        case 0, 1, 2:
            // Where there is nothing to do a run takes an eighth of the time.
            let whole = Int(duration / .microseconds(1)) / (hasWork ? 1 : 8)
            return .after(.microseconds(Int.random(in: 0..<whole, using: &random)))
        case 3:
            let event = Int.random(in: 1...(hasWork ? 30 : 3), using: &random)
            return .event(event, .microseconds(Int.random(in: 0..<20_000, using: &random)))
        case 4 where !hasWork && !repeats:
            return .reported(.microseconds(Int.random(in: 0..<1_500, using: &random)))
        case 4: return .sight(hasWork ? .storing : .repeating)
        default: return .sight(Bool.random(using: &random) ? .recording : .reporting)
        }
    }

    private func kill(at moment: Moment, _ name: Comment) async throws {
        let leftovers = try sandbox.temporaryFiles()
        let child = try sandbox.start(
            Sandbox.command("run", Self.manifest, progress: "json", Self.arguments))
        let other =
            mischief == .secondRun
            ? try sandbox.start(Sandbox.command("run", Self.manifest, Self.arguments + ["--json"])) : nil
        var lines: [String] = []
        switch moment {
        case .after(let delay): try await Task.sleep(for: delay)
        case .event(let number, let delay):
            while lines.count < number, let line = await child.nextErrorLine() { lines.append(line) }
            try await Task.sleep(for: delay)
        case .sight(let activity):
            while ProcessEntry(child.processID) != nil,
                !Activity.open(in: child.processID).contains(activity)
            { await Task.yield() }
        case .reported(let delay):
            if let line = await child.nextErrorLine() {
                lines.append(line)
                try await FolderWatch(reports(of: lines)).waits(for: "report.md", of: child)
            }
            try await Task.sleep(for: delay)
        }
        let standstill = try Standstill(of: child)
        child.send(SIGKILL)
        while let line = await child.nextErrorLine() { lines.append(line) }
        let end = await child.end()
        count(standstill, lines)
        if end != .killed(by: SIGKILL) {
            try expectGoodEnd(end, lines.joined(separator: "\n"), name)
            if other == nil { #expect(try sandbox.temporaryFiles().isSubset(of: leftovers), name) }
        }
        if let other {
            let errors = await other.remainingErrors()
            #expect(await other.end() == .exited(0), "\(name): \(errors)")
            #expect(try Self.results(JSON(text: other.output)) == expected, name)
        }
    }

    private func count(_ standstill: Standstill, _ lines: [String]) {
        kills += 1
        var seen = standstill.activities ?? [.over]
        if seen.isEmpty {
            let report = reports(of: lines).appending(path: "report.md").path()
            let isReported = FileManager.default.fileExists(atPath: report)
            seen = [.told(lines.compactMap { try? JSON(text: $0) }, isReported: isReported)]
        }
        for activity in seen { counts[activity, default: 0] += 1 }
    }

    /// The folder with the reports of a run that has told of its start.
    private func reports(of lines: [String]) -> URL {
        let start = lines.first.flatMap { try? JSON(text: $0) }
        return sandbox.project.appending(path: "reports/\(start?["data"]["id"].string ?? "none")")
    }

    /// A run that ended before it was killed ended well; or it said that the disk is full, and left nothing half done.
    private func expectGoodEnd(_ end: Child.End, _ said: String, _ name: Comment) throws {
        guard mischief == .fullDisk, end != .exited(0) else {
            #expect(end == .exited(0), "\(name): \(said)")
            return
        }
        #expect(end == .exited(5), "\(name): \(said)")
        #expect(said.contains("No space left on device") || said.contains("is full"), "\(name): \(said)")
        #expect(["state/", "reports/", "tmp/"].contains { said.contains($0) }, "\(name): \(said)")
        #expect(said.contains("make room"), "\(name): \(said)")
    }

    private func flipBit(using random: inout SeededRandom) throws {
        let blobs = try sandbox.paths("state/cas").filter { !$0.hasSuffix(".tmp") }
        guard let blob = blobs.randomElement(using: &random) else { return }
        let file = sandbox.project.appending(path: "state/cas/\(blob)")
        var bytes = try Data(contentsOf: file)
        guard let place = bytes.indices.randomElement(using: &random) else { return }
        bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        try bytes.write(to: file)
    }

    /// The stored blobs that are not what their names say.
    private func damaged() throws -> [String] {
        try sandbox.paths("state/cas").filter { path in
            guard !path.hasSuffix(".tmp") else { return false }
            let bytes = try Data(contentsOf: sandbox.project.appending(path: "state/cas/\(path)"))
            return Digest(of: bytes).hex != path.replacing("/", with: "")
        }
    }
}

// MARK: - The whole loop

extension KillBench {
    /// Activities that no kill met; ``Activity/between`` says nothing.
    var missed: [Activity] { Activity.allCases.filter { counts[$0] == nil && $0 != .between } }

    var table: String {
        let rows = Activity.allCases.map { activity in
            "  \(activity.rawValue.padding(toLength: 26, withPad: " ", startingAt: 0)) \(counts[activity] ?? 0)"
        }
        let missing = missed.isEmpty ? "none" : missed.map(\.rawValue).joined(separator: ", ")
        return "kill loop, \(mischief.rawValue): \(kills) kills; at that moment a run was\n"
            + rows.joined(separator: "\n") + "\n  not met: \(missing)"
    }

    /// In the ledger every restart has all steps with an end, and no run goes on.
    func expectAllEnded() async throws {
        let listed = try await sandbox.hyperkit(
            ["runs", "list", "--limit", "100000", "--json", "--state-dir", "state"])
        #expect(listed.end == .exited(0), "\(listed.errors)")
        let runs = try JSON(text: listed.output)["runs"].array
        #expect(restarts.isSubset(of: runs.compactMap { $0["id"].string }))
        for run in runs {
            #expect(run["status"] != "running")
            guard let id = run["id"].string, restarts.contains(id) else { continue }
            #expect(run["status"] == "succeeded")
            #expect(run["steps"]["total"] == .integer(Int64(expected[4].array.count)))
            #expect(run["steps"]["unended"] == 0)
        }
        guard mischief != .flippedBit else { return }
        let verified = try await sandbox.hyperkit(["cache", "verify", "--state-dir", "state"])
        #expect(verified.end == .exited(0), "\(verified.errors)")
    }
}
