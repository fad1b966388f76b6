package import Foundation
package import Model

/// `runs list --json`, version 1: `{version, runs: […]}`, newest first.
package struct RunListV1: Codable, Hashable, Sendable {
    /// A run's head; also the start of what `runs show` and `runs diff` say of it.
    package struct Run: Codable, Hashable, Sendable {
        package struct Steps: Codable, Hashable, Sendable {
            package var total: Int
            package var succeeded: Int
            package var reused: Int
            package var failed: Int
            package var refused: Int
            package var skipped: Int
            package var blocked: Int
            package var cancelled: Int
            /// Those without an end, of a run that still runs or was killed.
            package var unended: Int
        }

        package var id: String
        package var project: String
        /// As report.json has it; for a run without an end `running`, `unfinished` or `noEndRecorded`.
        package var status: String
        package var startedAt: String
        package var finishedAt: OrNull<String>
        package var durationMilliseconds: OrNull<Int64>
        package var exitCode: OrNull<Int32>
        package var hyperkitVersion: String
        package var actor: String
        package var steps: Steps
    }

    package var version = 1
    package var runs: [Run]

    package init(_ runs: [ListedRun]) { self.runs = runs.map { Run($0) } }

    /// The bytes of the answer.
    ///
    /// - Throws: ``ReportError/notEncodable(_:)``.
    package func json() throws(ReportError) -> Data { try WireJSON.encode(self, pretty: true) }
}

/// A recorded run with what can be said of it now.
package struct ListedRun: Hashable, Sendable {
    package var run: PastRun
    package var state: PastRunState

    package init(_ run: PastRun, _ state: PastRunState) {
        self.run = run
        self.state = state
    }
}

extension RunListV1.Run {
    init(_ listed: ListedRun) {
        let run = listed.run
        id = run.id
        project = run.project
        status = listed.state.rawValue
        startedAt = run.startedAt.rfc3339
        finishedAt = OrNull(run.end?.finishedAt.rfc3339)
        durationMilliseconds = OrNull(run.end?.durationMilliseconds)
        exitCode = OrNull(run.end?.exitCode)
        hyperkitVersion = run.hyperkitVersion
        actor = run.actor
        steps = Steps(
            total: run.total,
            succeeded: run.steps[.succeeded] ?? 0,
            reused: run.steps[.reused] ?? 0,
            failed: run.steps[.failed] ?? 0,
            refused: run.steps[.refused] ?? 0,
            skipped: run.steps[.skipped] ?? 0,
            blocked: run.steps[.blocked] ?? 0,
            cancelled: run.steps[.cancelled] ?? 0,
            unended: run.unended
        )
    }
}
