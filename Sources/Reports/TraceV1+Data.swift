import Model

extension TraceV1 {
    /// One trace event; its keys are those of the format.
    struct Entry<Arguments: Encodable>: Encodable {
        let name: String
        let cat: String?
        let ph: String
        let ts: Int64
        let dur: Int64?
        let pid: Int
        let tid: Int
        let s: String?
        let args: Arguments

        /// - Parameters:
        ///   - name: What is drawn.
        ///   - cat: What it can be filtered by.
        ///   - ph: The phase: X is complete, i instant, M a name.
        ///   - ts: Microseconds.
        ///   - dur: Microseconds; of what is complete alone.
        ///   - scope: How far an instant reaches.
        ///   - lane: Where it is drawn.
        ///   - args: What is shown of it when it is chosen.
        init(
            name: String,
            cat: String? = nil,
            ph: String,
            ts: Int64,
            dur: Int64? = nil,
            scope: String? = nil,
            lane: TraceLanes.Lane,
            args: Arguments
        ) {
            self.name = name
            self.cat = cat
            self.ph = ph
            self.ts = ts
            self.dur = dur
            pid = lane.process
            tid = lane.thread
            s = scope
            self.args = args
        }
    }

    struct Named: Encodable {
        let name: String

        init(_ name: String) { self.name = name }
    }

    struct StepArguments: Encodable {
        let status: String
        let reason: String
        let attempts: Int
        let skippedAfter: String?
        let error: ReportV1.Step.Failure?

        init(_ end: StepEnd) {
            status = end.status.rawValue
            reason = end.reason
            attempts = end.attempts
            skippedAfter = end.skippedAfter?.rawValue
            error = end.failure.map { ReportV1.Step.Failure($0) }
        }
    }

    struct RunArguments: Encodable {
        let id: String?
        let status: String
        let exitCode: Int32
        let hyperkitVersion: String?

        init(_ header: RunHeader?, _ end: RunEnd) {
            id = header?.id
            status = end.status.rawValue
            exitCode = end.exitCode
            hyperkitVersion = header?.hyperkitVersion
        }
    }
}
