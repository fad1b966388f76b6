package import Foundation
package import Model

/// A run as Chrome trace events, version 1: what Perfetto and chrome://tracing draw.
///
/// The run is a process, and so is each pool. A performed step is one complete event, from its first attempt to its end, on a
/// lane that no other step has meanwhile; what takes no time is an instant event. Times are microseconds from the
/// run's start. The array needs no closing bracket, so that what a killed run has written can be drawn as it is ("JSON Array
/// Format" in Google's "Trace Event Format").
package struct TraceV1: Sendable {
    private struct Working {
        let lane: TraceLanes.Lane
        let since: Int64
    }

    private var header: RunHeader?
    /// Microseconds from the start; never goes back, though the clock of the machine may.
    private var now: Int64 = 0
    private var pools: [StepID: String] = [:]
    private var lanes = TraceLanes()
    private var working: [StepID: Working] = [:]
    private var named: Set<TraceLanes.Lane> = []
    private var isOpen = false
    private var unwritten = Data()

    package init() {}

    /// What the file goes on with; nothing where an event has nothing to show.
    ///
    /// - Throws: ``ReportError/notEncodable(_:)``.
    package mutating func take(_ event: Event) throws(ReportError) -> Data {
        unwritten = Data()
        let origin = header?.startedAt ?? event.time
        now = max(now, (event.time.milliseconds - origin.milliseconds) * 1000)
        switch event.kind {
        case .runStarted(let header): self.header = header
        case .planned(let steps): for step in steps { pools[step.id] = step.pool }
        case .stepStarted(let attempt): if let step = event.step { try start(step, attempt) }
        case .repeated, .stepProgressed: break
        case .fact(let fact): try add(fact, of: event.step)
        case .stepFinished(let end): if let step = event.step { try finish(step, end) }
        case .runFinished(let end): try finish(end)
        }
        return unwritten
    }

    private mutating func start(_ step: StepID, _ attempt: Int) throws(ReportError) {
        guard let begun = working[step] else {
            working[step] = Working(lane: lanes.take(of: pool(step)), since: now)
            return
        }
        try addInstant("attempt \(attempt)", category: step.kind.rawValue, begun.lane, Named(step.rawValue))
    }

    private mutating func finish(_ step: StepID, _ end: StepEnd) throws(ReportError) {
        let (category, arguments) = (step.kind.rawValue, StepArguments(end))
        guard let begun = working.removeValue(forKey: step) else {
            try addInstant(step.rawValue, category: category, lanes.atOnce(of: pool(step)), arguments)
            return
        }
        try addComplete(step.rawValue, category: category, since: begun.since, begun.lane, arguments)
        lanes.give(begun.lane)
    }

    private mutating func finish(_ end: RunEnd) throws(ReportError) {
        let name = header?.project ?? "run"
        let arguments = RunArguments(header, end)
        try addComplete(name, category: "run", since: 0, lanes.atOnce(of: Self.run), arguments)
        unwritten += Data("\n]\n".utf8)
    }

    /// What a contract or an audit says is in the reports; a trace shows what went on outside.
    private mutating func add(_ fact: Fact, of step: StepID?) throws(ReportError) {
        let lane = step.flatMap { working[$0]?.lane } ?? lanes.atOnce(of: step.map(pool) ?? Self.run)
        switch fact {
        case .contract, .audit: break
        case .deployment(let fact):
            let name = "\(fact.name)@\(fact.network) \(fact.action.rawValue)"
            try addInstant(name, category: "fact", lane, ReportV1.Deployment(fact))
        case .call(let fact):
            let name =
                "\(fact.deployment)@\(fact.network)/\(fact.name) \(fact.isMade ? "made" : "not needed")"
            try addInstant(name, category: "fact", lane, ReportV1.Call(fact))
        case .verification(let fact):
            let name = "\(fact.deployment)@\(fact.network) \(fact.service.rawValue) \(fact.status.rawValue)"
            try addInstant(name, category: "fact", lane, JSONEventsV1.Verification(fact))
        case .network(let fact):
            let name = "\(fact.name) \(fact.status.rawValue)"
            try addInstant(name, category: "fact", lane, JSONEventsV1.Network(fact))
        case .note(let note): try addInstant(note.code, category: "fact", lane, ReportV1.Note(note))
        }
    }

    private static let run = "run"

    private func pool(_ step: StepID) -> String { pools[step] ?? Self.run }
}

// MARK: - Entries

extension TraceV1 {
    private mutating func addComplete(
        _ name: String,
        category: String,
        since: Int64,
        _ lane: TraceLanes.Lane,
        _ arguments: some Encodable
    ) throws(ReportError) {
        try add(
            on: lane,
            Entry(
                name: name, cat: category, ph: "X", ts: since, dur: now - since, lane: lane, args: arguments)
        )
    }

    private mutating func addInstant(
        _ name: String,
        category: String,
        _ lane: TraceLanes.Lane,
        _ arguments: some Encodable
    ) throws(ReportError) {
        try add(
            on: lane,
            Entry(name: name, cat: category, ph: "i", ts: now, scope: "t", lane: lane, args: arguments)
        )
    }

    /// Adds an entry, with the names of its lane and its pool ahead of the first.
    private mutating func add(on lane: TraceLanes.Lane, _ entry: some Encodable) throws(ReportError) {
        if named.insert(lane).inserted {
            try write(Entry(name: "process_name", ph: "M", ts: 0, lane: lane, args: Named(lane.pool)))
            try write(Entry(name: "thread_name", ph: "M", ts: 0, lane: lane, args: Named(lane.name)))
        }
        try write(entry)
    }

    private mutating func write(_ entry: some Encodable) throws(ReportError) {
        unwritten += Data((isOpen ? ",\n" : "[\n").utf8)
        unwritten += try WireJSON.encode(entry, pretty: false).dropLast()
        isOpen = true
    }
}
