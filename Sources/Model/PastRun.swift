/// A run as it was recorded.
package struct PastRun: Hashable, Sendable {
    package var id: String
    package var project: String
    package var actor: String
    package var hyperkitVersion: String
    package var startedAt: Timestamp
    /// nil where it still runs, or was killed.
    package var end: RunEnd?
    /// How many steps ended in each way.
    package var steps: [StepEnd.Status: Int]
    /// How many steps have not ended.
    package var unended: Int

    package init(
        id: String,
        project: String,
        actor: String,
        hyperkitVersion: String,
        startedAt: Timestamp,
        end: RunEnd?,
        steps: [StepEnd.Status: Int],
        unended: Int
    ) {
        self.id = id
        self.project = project
        self.actor = actor
        self.hyperkitVersion = hyperkitVersion
        self.startedAt = startedAt
        self.end = end
        self.steps = steps
        self.unended = unended
    }

    /// How many steps it was planned to have.
    package var total: Int { steps.values.reduce(unended, +) }
}

/// What can be said of a recorded run: how it ended, or why it has no end.
package enum PastRunState: Hashable, Sendable {
    case ended(RunEnd.Status)
    case running
    /// Its process is gone, and it recorded no end.
    case unfinished
    /// It recorded no end, and nothing says what became of its process.
    case noEndRecorded

    /// As files spell it: the status of a run that ended, else `running`, `unfinished` or `noEndRecorded`.
    package var rawValue: String {
        switch self {
        case .ended(let status): status.rawValue
        case .running: "running"
        case .unfinished: "unfinished"
        case .noEndRecorded: "noEndRecorded"
        }
    }

    /// What a run's record says, and whether it is among the runs that go on; nil where nothing is known of those.
    package init(_ run: PastRun, running: Set<String>?) {
        if let end = run.end {
            self = .ended(end.status)
        } else if let running {
            self = running.contains(run.id) ? .running : .unfinished
        } else {
            self = .noEndRecorded
        }
    }
}
