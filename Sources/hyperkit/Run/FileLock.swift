import Foundation
import Model

/// A lock on a file; the system gives it back when the process ends, however it ends.
final class FileLock: Sendable {
    enum Kind: Sendable {
        /// With others.
        case shared
        case exclusive
    }

    private let descriptor: Int32
    private let path: String
    /// Whether the file goes with the lock: its being there says that somebody holds it.
    private let isRecord: Bool

    private init(descriptor: Int32, path: String, isRecord: Bool) {
        self.descriptor = descriptor
        self.path = path
        self.isRecord = isRecord
    }

    deinit {
        if isRecord { _ = unsafe unlink(path) }
        close(descriptor)
    }

    /// Takes the lock of a file, which is made where there is none; nil where somebody holds it.
    ///
    /// Who holds it alone is written into the file, for others to name.
    static func take(_ path: String, _ kind: Kind, as record: String) throws(FileError) -> FileLock? {
        try FileAccess.makeDirectory(PathText.directory(of: path))
        let descriptor = try open(path)
        let lock = FileLock(descriptor: descriptor, path: path, isRecord: false)
        let how = kind == .shared ? LOCK_SH : LOCK_EX
        while flock(descriptor, how | LOCK_NB) != 0 {
            guard errno == EINTR else { return nil }
        }
        if kind == .exclusive { write(record, to: descriptor) }
        return lock
    }

    /// Makes a file that is there, and locked, while the lock lives: never one without the other.
    ///
    /// Until it has its name it has one that begins with a dot.
    static func record(_ path: String, _ text: String) throws(FileError) -> FileLock {
        let directory = PathText.directory(of: path)
        try FileAccess.makeDirectory(directory)
        let temporary = "\(directory)/.\(PathText.name(of: path)).\(getpid())"
        while true {
            let descriptor = try open(temporary)
            let isSwept = flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK
            if !isSwept { write(text, to: descriptor) }
            if !isSwept, unsafe rename(temporary, path) == 0 {
                return FileLock(descriptor: descriptor, path: path, isRecord: true)
            }
            let reason = errno
            close(descriptor)
            // Before it was locked, it may have been taken for one that a killed process has left.
            guard isSwept || reason == ENOENT else {
                throw FileError(path: path, reason: unsafe String(cString: strerror(reason)))
            }
        }
    }

    /// Removes a file that nobody holds the lock of.
    static func removeIfFree(_ path: String) {
        let descriptor = unsafe Foundation.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { _ = unsafe unlink(path) }
    }

    /// Has a directory alone; waits while another has it, which is as long as a file takes to be written.
    ///
    /// No file is made for it, so that a directory that is committed stays as it is.
    static func hold(directory: String) throws(FileError) -> DirectoryHold {
        let descriptor = unsafe Foundation.open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw FileError(path: directory, reason: unsafe String(cString: strerror(errno)))
        }
        while flock(descriptor, LOCK_EX) != 0 {
            guard errno == EINTR else {
                let reason = unsafe String(cString: strerror(errno))
                close(descriptor)
                throw FileError(path: directory, reason: reason)
            }
        }
        return DirectoryHold(descriptor: descriptor)
    }

    /// The right to a directory, until it is released.
    struct DirectoryHold {
        fileprivate let descriptor: Int32

        func release() { close(descriptor) }
    }

    /// Whether some process holds the lock of a file.
    static func isHeld(_ path: String) -> Bool {
        let descriptor = unsafe Foundation.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return flock(descriptor, LOCK_SH | LOCK_NB) != 0
    }

    /// What the holder wrote, on one line; empty where that cannot be read.
    static func holder(of path: String) -> String {
        let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        return text.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// `process 4711 since 2026-11-22T02:00:07.123Z`.
    static func owner(_ world: World) -> String { "process \(getpid()) since \(world.now().rfc3339)" }

    private static func open(_ path: String) throws(FileError) -> Int32 {
        let descriptor = unsafe Foundation.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw FileError(path: path, reason: unsafe String(cString: strerror(errno)))
        }
        return descriptor
    }

    private static func write(_ text: String, to descriptor: Int32) {
        ftruncate(descriptor, 0)
        let bytes = Array((text + "\n").utf8)
        _ = unsafe pwrite(descriptor, bytes, bytes.count, 0)
    }
}
