import Engine
import Foundation
import Ledger
import Model
import Reports

/// A run with nothing to do: it neither reads manifests nor sources, and its reports are those of the run before with its
/// own name and times.
struct RepeatedRun {
    let snapshot: RunSnapshot
    let options: RunOptions
    let world: World

    /// Writes the reports and records the run; nil where the ledger does not know the run that it would repeat.
    ///
    /// - Throws: ``FileError`` where a report cannot be written; then no run is recorded.
    func run() async throws -> RunSession.Ended? {
        let start = world.elapsed()
        let id = RunID.new(world)
        let lock = try await StateLock.shared(options.stateDir, run: id, world: world)
        defer { withExtendedLifetime(lock) {} }
        // What is wrong with the ledger is told by the run that looks at everything.
        guard let ledger = try? Ledger.open(path: "\(absolute(options.stateDir))/state.db", now: world.now),
            (try? ledger.knows(snapshot.head.run)) == true
        else { return nil }
        let header = RunHeader(
            id: id,
            project: snapshot.head.project,
            startedAt: world.now(),
            hyperkitVersion: Version.current,
            manifests: snapshot.head.manifests,
            actor: RunState.actor(world)
        )
        let folder = "\(options.reportDir)/\(id)"
        let journal = try EventFile(paths: ["\(folder)/events.jsonl"])
        let nothing = try Plan<Action>(ordering: [])
        let display = options.progress.display(of: nothing, StepDurations(), options.rules(RunLimits()))
        let events = EventStream(now: world.now, readers: [journal.write, display.show])
        events.post(.runStarted(header))
        events.post(.repeated(run: snapshot.head.run, steps: snapshot.head.steps))
        for note in snapshot.head.notes { events.post(.fact(.note(note))) }
        let end = RunEnd(
            status: .succeeded,
            exitCode: 0,
            finishedAt: world.now(),
            durationMilliseconds: Int64((world.elapsed() - start) / .milliseconds(1))
        )
        let json = snapshot.json.filled(header, end)
        try write(json, to: "\(folder)/report.json")
        try write(snapshot.markdown.filled(header, end), to: "\(folder)/report.md")
        try LatestLink.point(options.reportDir, to: id)
        var problem: String?
        do throws(LedgerError) {
            try ledger.record(header, end, repeating: snapshot.head.run)
        } catch {
            problem = "\(error)"
        }
        events.post(.runFinished(end))
        let summary =
            String(decoding: Data(snapshot.summary.filled(header, end).joined()), as: UTF8.self)
            + "\(folder)/report.md\n"
        var ended = RunSession.Ended(
            exitCode: 0,
            summary: summary,
            messages: summary.split(separator: "\n").map { Message(.info, String($0)) },
            reportJSON: json
        )
        ended.fail(problem ?? journal.failure)
        return ended
    }

    private func write(_ parts: [Data], to path: String) throws(FileError) {
        try world.files.writeParts(
            absolute(path), parts.flatMap(MappedFile.chunks), true, MappedFile.giveBack)
    }

    private func absolute(_ path: String) -> String {
        PathText.join(FileManager.default.currentDirectoryPath, path)
    }
}
