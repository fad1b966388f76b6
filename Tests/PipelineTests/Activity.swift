import Foundation
import Glibc

/// What a run does at one moment.
enum Activity: String, CaseIterable {
    case opening = "opening the state"
    case lookingUp = "looking up"
    case compiling = "compiling a batch"
    case startingWorker = "starting an audit worker"
    case auditing = "auditing in a worker"
    case storing = "storing outputs"
    case recording = "recording in the ledger"
    case reporting = "writing reports"
    case snapshot = "writing a snapshot"
    case repeating = "repeating an earlier run"
    case between = "between these"
    case over = "after the end"

    /// What can be seen of a process from its open files and its locks.
    static func open(in process: Int32) -> Set<Activity> {
        var seen: Set<Activity> = []
        let files = "/proc/\(process)/fd"
        for name in (try? FileManager.default.contentsOfDirectory(atPath: files)) ?? [] {
            guard let path = try? FileManager.default.destinationOfSymbolicLink(atPath: "\(files)/\(name)"),
                path.contains(".tmp")
            else { continue }
            if path.contains("/cas/") || path.contains("/ac/") { seen.insert(.storing) }
            if path.contains("/reports/") { seen.insert(.reporting) }
            if path.contains("/snapshots/") { seen.insert(.snapshot) }
        }
        if writesLedger(process) { seen.insert(.recording) }
        if hasSnapshot(process) { seen.insert(.repeating) }
        return seen
    }

    /// Whether a process has what an earlier run left in its memory.
    private static func hasSnapshot(_ process: Int32) -> Bool {
        let maps = (try? String(contentsOfFile: "/proc/\(process)/maps", encoding: .utf8)) ?? ""
        return maps.contains("/snapshots/")
    }

    /// Whether a process has SQLite's lock for writing into a log ahead, which is byte 120 of its `-shm` file.
    private static func writesLedger(_ process: Int32) -> Bool {
        let locks = (try? String(contentsOfFile: "/proc/locks", encoding: .utf8)) ?? ""
        return locks.split(separator: "\n").contains { line in
            let fields = line.split(separator: " ")
            return fields.count == 8 && fields[1] == "POSIX" && fields[3] == "WRITE"
                && fields[4] == "\(process)" && fields[6] == "120"
        }
    }

    /// What can be seen of a process from those that it has started.
    static func started(by process: Int32) throws -> Set<Activity> {
        let arguments = try ProcessEntry.descendants(of: process).map(\.arguments)
        var seen: Set<Activity> = []
        // A compiler may stand behind the loader that starts it.
        if arguments.contains(where: { $0.contains { $0.contains("/solc/") } }) { seen.insert(.compiling) }
        // One that looks at a contract is two: the worker, and what it forked.
        let workers = arguments.count { $0.contains("slither_worker.py") }
        if workers > 0 { seen.insert(workers > 1 ? .auditing : .startingWorker) }
        return seen
    }

    /// What a run was doing that had told of `events`, as far as nothing else is to be seen of it.
    static func told(_ events: [JSON], isReported: Bool) -> Activity {
        let types = Set(events.compactMap { $0["type"].string })
        guard !types.contains("run-repeated") else { return .repeating }
        guard types.contains("planned") else { return .opening }
        let ends = events.filter { $0["type"] == "step-finished" }
        if types.contains("run-finished") {
            let isQuiet = ends.allSatisfy { $0["data"]["status"] == "reused" }
            return isReported && isQuiet ? .snapshot : .reporting
        }
        let started = events.filter { $0["type"] == "step-started" }.map { $0["step"] }
        return Set(started).isSubset(of: ends.map { $0["step"] }) ? .lookingUp : .between
    }
}

/// A process that was stopped in its tracks.
struct Standstill {
    /// What it was at; nil where it had ended.
    let activities: Set<Activity>?

    /// Stops a process; it goes on with SIGCONT, or ends with SIGKILL.
    init(of child: Child) throws {
        child.send(SIGSTOP)
        while true {
            switch Self.state(of: child.processID) {
            case "T", "t":
                activities = Activity.open(in: child.processID)
                    .union(try Activity.started(by: child.processID))
                return
            case nil, "Z", "X":
                activities = nil
                return
            default: sched_yield()
            }
        }
    }

    private static func state(of process: Int32) -> Character? {
        let text = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
        guard let text, let close = text.lastIndex(of: ")") else { return nil }
        return text[text.index(after: close)...].first { $0 != " " }
    }
}
