internal import Foundation
internal import Glibc
internal import Model

/// A fresh folder for one program, readable by this user only.
///
/// It is locked as long as this process uses it. The system takes the lock back however the process ends, so that whoever
/// comes later can tell what is left of a process that was killed from what a living one uses.
final class ScratchFolder: Sendable {
    let path: String
    private let descriptor: Int32

    /// - Throws: ``ToolError/scratchFailed(reason:)``; nothing is left behind then.
    init(under base: String) throws(ToolError) {
        do {
            try FileManager.default.createDirectory(atPath: base, withIntermediateDirectories: true)
        } catch {
            throw .scratchFailed(reason: "\(base) could not be made: \(error.localizedDescription)")
        }
        while true {
            let path = "\(base)/\(getpid())-\(String(UInt64.random(in: .min ... .max), radix: 36))"
            guard unsafe mkdir(path, 0o700) == 0 else {
                throw .scratchFailed(reason: "\(path): \(Self.systemReason())")
            }
            // Somebody who sweeps may have come first: then it is gone, and the next name is tried.
            guard let descriptor = Self.opened(path) else {
                guard errno == ENOENT else { throw .scratchFailed(reason: "\(path): \(Self.systemReason())") }
                continue
            }
            let isHeld = flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK
            if !isHeld, Self.isThere(path, descriptor) {
                self.path = path
                self.descriptor = descriptor
                return
            }
            close(descriptor)
        }
    }

    deinit { close(descriptor) }

    /// Removes the folder with all that is in it.
    func clear() { Self.remove(path) }

    /// Removes the folders that nobody uses any more.
    ///
    /// What is not named as such a folder, or cannot be locked, is left alone.
    static func sweep(_ base: String) {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: base)) ?? [] {
            let parts = name.split(separator: "-", omittingEmptySubsequences: false)
            guard parts.count == 2, Int32(parts[0]) != nil, UInt64(parts[1], radix: 36) != nil,
                let descriptor = opened("\(base)/\(name)")
            else { continue }
            defer { close(descriptor) }
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { remove("\(base)/\(name)") }
        }
    }

    private static func opened(_ path: String) -> Int32? {
        let descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        return descriptor < 0 ? nil : descriptor
    }

    /// Whether an open folder still is the one at a path.
    private static func isThere(_ path: String, _ descriptor: Int32) -> Bool {
        var (named, held) = (stat(), stat())
        guard unsafe lstat(path, &named) == 0, unsafe fstat(descriptor, &held) == 0 else { return false }
        return named.st_ino == held.st_ino && named.st_dev == held.st_dev
    }

    private static func remove(_ path: String) {
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            // The program may have taken away the right to remove what it made.
            openDirectories(path)
            try? FileManager.default.removeItem(atPath: path)
        }
    }

    private static func openDirectories(_ path: String) {
        let root = URL(filePath: path, directoryHint: .isDirectory)
        var waiting = [root]
        while let directory = waiting.popLast() {
            _ = unsafe chmod(directory.path(percentEncoded: false), 0o700)
            let children = try? FileManager.default.contentsOfDirectory(
                at: directory,
                includingPropertiesForKeys: [.isDirectoryKey]
            )
            waiting += (children ?? []).filter {
                (try? $0.resourceValues(forKeys: [.isDirectoryKey]).isDirectory) == true
            }
        }
    }

    /// What the system says of the last call that failed.
    private static func systemReason() -> String {
        unsafe strerror(errno).map { unsafe String(cString: $0) } ?? "error \(errno)"
    }
}
