import Foundation
import Model
import Synchronization

/// Notes all that a run reads of the disk and of its environment, so that a later run can tell whether any of it changed.
final class FileWatch: Sendable {
    /// What a look at a path depends on.
    enum Seen: Hashable, Sendable {
        case absent
        /// Its content, or a directory's names.
        case status(FileStatus)
        /// Only that there is a file or a directory.
        case kind(FileAccess.Kind)
    }

    private struct State {
        var paths: [String: Seen] = [:]
        var written: Set<String> = []
        var environment: [String: String?] = [:]
    }

    private let state = Mutex(State())
    private let base: World
    private let start: Timestamp
    /// What is below these is the run's own: its state, its reports.
    private let own: [String]

    /// `own` are absolute paths of directories that are not watched.
    init(_ world: World, own: [String]) {
        base = world
        start = world.now()
        self.own = own.map { $0 + "/" }
    }

    /// The world, watched.
    var world: World {
        var world = base
        let files = base.files
        world.environment = { name in
            let value = self.base.environment(name)
            self.state.withLock { $0.environment[name] = .some(value) }
            return value
        }
        world.files.read = { path throws(FileError) in
            self.note(path)
            return try files.read(path)
        }
        world.files.readAged = { path throws(FileError) in
            self.note(path)
            return try files.readAged(path)
        }
        world.files.digest = { path throws(FileError) in
            self.note(path)
            return try files.digest(path)
        }
        world.files.list = { path throws(FileError) in
            self.note(path)
            return try files.list(path)
        }
        world.files.status = { path in
            self.note(path)
            return files.status(path)
        }
        world.files.kind = { path in
            self.noteKind(path)
            return files.kind(path)
        }
        world.files.resolved = { path in
            self.noteKind(path)
            return files.resolved(path)
        }
        world.files.write = { path, bytes, durable throws(FileError) in
            try files.write(path, bytes, durable)
            self.state.withLock { _ = $0.written.insert(path) }
        }
        world.files.remove = { path throws(FileError) in
            try files.remove(path)
            self.state.withLock { _ = $0.written.insert(path) }
        }
        return world
    }

    /// The variables that were asked for, each with its value; nil where it is not set.
    var environment: [String: String?] { state.withLock(\.environment) }

    /// Everything that was looked at, in the order of paths.
    ///
    /// - Returns: nil where something is so young that a change since could not be told by its times, which clocks of file
    ///   systems give in steps.
    func seen() -> [(path: String, what: Seen)]? {
        let (paths, written) = state.withLock { ($0.paths, $0.written) }
        // Twice the step of the slowest usual kernel clock.
        let limit = (start.milliseconds - 20) * 1_000_000
        var all: [(path: String, what: Seen)] = []
        for (path, what) in paths {
            if written.contains(path) {
                all.append((path, base.files.status(path).map { .status($0) } ?? .absent))
                continue
            }
            if case .status(let status) = what, max(status.changed, status.modified) > limit { return nil }
            all.append((path, what))
        }
        return all.sorted { $0.path < $1.path }
    }

    /// Before it is read: a change between the two is then taken for one after both.
    private func note(_ path: String) {
        guard isWatched(path) else { return }
        let isKnown = state.withLock { state in
            if case .kind? = state.paths[path] { return false }
            return state.paths[path] != nil
        }
        guard !isKnown else { return }
        let what = base.files.status(path).map { Seen.status($0) } ?? .absent
        state.withLock { $0.paths[path] = what }
    }

    private func noteKind(_ path: String) {
        guard isWatched(path), state.withLock({ $0.paths[path] == nil }) else { return }
        let what = base.files.kind(path).map { Seen.kind($0) } ?? .absent
        state.withLock { $0.paths[path] = $0.paths[path] ?? what }
    }

    private func isWatched(_ path: String) -> Bool { !own.contains { path.hasPrefix($0) } }
}
