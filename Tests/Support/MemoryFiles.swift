package import Foundation
package import Model
import Synchronization

/// A disk in memory: files by absolute path, links, and files that may not be read.
package final class MemoryFiles: Sendable {
    private struct State {
        var files: [String: Data] = [:]
        var links: [String: String] = [:]
        var unreadable: Set<String> = []
        var reads: [String: Int] = [:]
        /// Counts every change: milliseconds of the time at which it is made.
        var changes: Int64 = 0
        var statuses: [String: FileStatus] = [:]

        /// Writes as a rename does: under a new inode.
        mutating func put(_ bytes: Data?, at path: String) {
            files[path] = bytes
            changes += 1
            statuses[path] = bytes.map { bytes in
                FileStatus(
                    device: 1, inode: UInt64(changes), size: Int64(bytes.count),
                    modified: changes * 1_000_000, changed: changes * 1_000_000)
            }
        }

        /// What happens later has a later time.
        mutating func setModified(_ path: String, _ milliseconds: Int64?) {
            changes = max(changes + 1, milliseconds ?? 0)
            statuses[path]?.modified = (milliseconds ?? changes) * 1_000_000
            statuses[path]?.changed = changes * 1_000_000
        }
    }

    private let state: Mutex<State>

    /// Creates a disk with files by absolute path.
    package init(_ files: [String: Data] = [:]) {
        var first = State()
        for (path, bytes) in files.sorted(by: { $0.key < $1.key }) { first.put(bytes, at: path) }
        state = Mutex(first)
    }

    /// Creates a disk with text files by absolute path.
    package convenience init(_ texts: [String: String]) { self.init(texts.mapValues { Data($0.utf8) }) }

    package func set(_ path: String, _ text: String) { self[path] = Data(text.utf8) }

    /// Changes the last byte of a file, or gives an empty one a byte.
    package func damage(_ path: String) {
        state.withLock { state in
            guard var bytes = state.files[path] else { return }
            let last = bytes.popLast() ?? 0
            state.put(bytes + [last ^ 1], at: path)
        }
    }

    /// Makes `path` a symbolic link to the absolute `target`.
    package func link(_ path: String, to target: String) { state.withLock { $0.links[path] = target } }

    /// Makes reading `path` fail.
    package func forbid(_ path: String) { state.withLock { _ = $0.unreadable.insert(path) } }

    package subscript(path: String) -> Data? {
        get { state.withLock { $0.files[path] } }
        set { state.withLock { $0.put(newValue, at: path) } }
    }

    /// Makes a file look as if it had been changed last at a time.
    package func setModified(_ path: String, _ time: Timestamp) {
        state.withLock { $0.setModified(path, time.milliseconds) }
    }

    /// How often a file was read.
    package func reads(of path: String) -> Int { state.withLock { $0.reads[path] ?? 0 } }

    /// Every path that has a file, sorted.
    package var paths: [String] { state.withLock { $0.files.keys.sorted() } }

    package var access: FileAccess {
        FileAccess(
            read: { path throws(FileError) in try self.read(path) },
            write: { path, bytes, _ throws(FileError) in self[self.real(path)] = bytes },
            kind: { self.kind(self.real($0)) },
            list: { path throws(FileError) in self.list(self.real(path)) },
            remove: { path throws(FileError) in self.remove(path) },
            resolved: { path in
                let real = self.real(path)
                return self.kind(real) == nil ? nil : real
            },
            status: { path in
                let real = self.real(path)
                return self.state.withLock { $0.files[real] == nil ? nil : $0.statuses[real] }
            },
            touch: { path in
                let real = self.real(path)
                self.state.withLock { $0.setModified(real, nil) }
            }
        )
    }

    private func read(_ path: String) throws(FileError) -> Data? {
        let real = real(path)
        let (data, isForbidden) = state.withLock { state in
            state.reads[path, default: 0] += 1
            return (state.files[real], state.unreadable.contains(real))
        }
        if isForbidden { throw FileError(path: path, reason: "permission denied") }
        return data
    }

    private func kind(_ path: String) -> FileAccess.Kind? {
        state.withLock { state in
            if state.files[path] != nil { return .file }
            let prefix = path == "/" ? path : path + "/"
            let all = state.files.keys.lazy.map { $0 } + state.links.keys.map { $0 }
            return all.contains { $0.hasPrefix(prefix) } ? .directory : nil
        }
    }

    private func list(_ path: String) -> [String] {
        let prefix = path == "/" ? path : path + "/"
        return state.withLock { state in
            let all = Array(state.files.keys) + Array(state.links.keys)
            let names = all.filter { $0.hasPrefix(prefix) }
                .compactMap { $0.dropFirst(prefix.count).split(separator: "/").first.map(String.init) }
            return Set(names).sorted()
        }
    }

    private func remove(_ path: String) {
        state.withLock { state in
            state.files = state.files.filter { $0.key != path && !$0.key.hasPrefix(path + "/") }
            state.links = state.links.filter { $0.key != path && !$0.key.hasPrefix(path + "/") }
        }
    }

    /// The path with links followed, at most 40 of them.
    private func real(_ path: String) -> String {
        state.withLock { state in
            var path = PathText.normalized(path)
            for _ in 0..<40 {
                let link = state.links.first { path == $0.key || path.hasPrefix($0.key + "/") }
                guard let link else { return path }
                path = PathText.normalized(link.value + path.dropFirst(link.key.count))
            }
            return path
        }
    }
}
