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

    /// Records the run and writes its reports.
    ///
    /// - Throws: ``LedgerError``, ``FileError`` where they cannot be written; then nothing was reported.
    func run() async throws -> RunSession.Ended {
        let start = world.elapsed()
        let id = RunID.new(world)
        let lock = try await StateLock.shared(options.stateDir, run: id, world: world)
        defer { withExtendedLifetime(lock) {} }
        let ledger = try Ledger.open(path: "\(absolute(options.stateDir))/state.db", now: world.now)
        let header = RunHeader(
            id: id,
            project: snapshot.head.project,
            startedAt: world.now(),
            hyperkitVersion: Version.current,
            manifests: snapshot.head.manifests,
            actor: RunState.actor(world)
        )
        let folder = "\(options.reportDir)/\(id)"
        let journal = try EventFile(path: "\(folder)/events.jsonl")
        let nothing = try Plan<Action>(ordering: [])
        let display = options.progress.display(of: nothing, StepDurations(), options.rules(RunLimits()))
        var sequence = 0
        func post(_ kind: Event.Kind) {
            sequence += 1
            let event = Event(sequence: sequence, time: world.now(), step: nil, kind: kind)
            journal.write(event)
            display.show(event)
        }
        post(.runStarted(header))
        post(.repeated(run: snapshot.head.run, steps: snapshot.head.steps))
        for note in snapshot.head.notes { post(.fact(.note(note))) }
        let end = RunEnd(
            status: .succeeded,
            exitCode: 0,
            finishedAt: world.now(),
            durationMilliseconds: Int64((world.elapsed() - start) / .milliseconds(1))
        )
        let json = snapshot.json.filled(header, end)
        try ledger.record(header, end, repeating: snapshot.head.run)
        try world.files.writeParts(absolute("\(folder)/report.json"), json, true)
        try world.files.writeParts(
            absolute("\(folder)/report.md"), snapshot.markdown.filled(header, end), true)
        try LatestLink.point(options.reportDir, to: id)
        post(.runFinished(end))
        let summary = String(decoding: Data(snapshot.summary.filled(header, end).joined()), as: UTF8.self)
        return RunSession.Ended(
            exitCode: 0,
            summary: summary + "\(folder)/report.md\n",
            reportJSON: json,
            failure: journal.failure
        )
    }

    private func absolute(_ path: String) -> String {
        PathText.join(FileManager.default.currentDirectoryPath, path)
    }
}
