internal import Foundation
internal import Glibc
internal import Model

/// The directory that a program runs in: a fresh one of its own, or one that the caller names.
struct Workplace: Sendable {
    let path: String
    private let isScratch: Bool

    /// Makes the scratch directory, readable by this user only, and writes the inputs.
    ///
    /// - Throws: ``ToolError/scratchFailed(reason:)``; nothing is left behind then.
    init(for invocation: ToolInvocation, under base: String) throws(ToolError) {
        for name in invocation.inputs.keys.sorted() + invocation.outputs where !isInside(name) {
            throw .scratchFailed(reason: "'\(name)' is not a path inside the working directory")
        }
        if let directory = invocation.workingDirectory {
            guard invocation.inputs.isEmpty else {
                throw .scratchFailed(
                    reason: "inputs are written to a scratch directory only, not to \(directory)")
            }
            path = directory
            isScratch = false
            return
        }
        let name = String(UInt64.random(in: .min ... .max), radix: 36)
        path = "\(base)/\(getpid())-\(name)"
        isScratch = true
        do {
            try FileManager.default.createDirectory(atPath: base, withIntermediateDirectories: true)
        } catch {
            throw .scratchFailed(reason: "\(base) could not be made: \(error.localizedDescription)")
        }
        guard unsafe mkdir(path, 0o700) == 0 else {
            throw .scratchFailed(reason: "\(path): \(systemReason())")
        }
        do {
            for (name, bytes) in invocation.inputs {
                let file = URL(filePath: "\(path)/\(name)")
                try FileManager.default.createDirectory(
                    at: file.deletingLastPathComponent(),
                    withIntermediateDirectories: true
                )
                try bytes.write(to: file, options: .withoutOverwriting)
            }
        } catch {
            clear()
            throw .scratchFailed(reason: "an input could not be written: \(error.localizedDescription)")
        }
    }

    /// Reads those of the named files that exist.
    ///
    /// - Throws: ``ToolError/tooMuchOutput(limit:)`` for one over `limit` bytes, ``ToolError/scratchFailed(reason:)``
    ///   for one that cannot be read.
    func read(_ names: [String], limit: Int) throws(ToolError) -> [String: Data] {
        var found: [String: Data] = [:]
        for name in names {
            let file = "\(path)/\(name)"
            var status = stat()
            guard unsafe stat(file, &status) == 0 else { continue }
            // Opening a pipe or a device could take for ever.
            guard status.st_mode & S_IFMT == S_IFREG else {
                throw .scratchFailed(reason: "the output '\(name)' is not a file")
            }
            guard status.st_size <= limit else { throw .tooMuchOutput(limit: limit) }
            do {
                found[name] = try Data(contentsOf: URL(filePath: file))
            } catch {
                throw .scratchFailed(reason: "the output '\(name)': \(error.localizedDescription)")
            }
        }
        return found
    }

    /// Removes a scratch directory with all that the program left there.
    func clear() {
        guard isScratch else { return }
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            // The program may have taken away the right to remove what it made.
            openDirectories()
            try? FileManager.default.removeItem(atPath: path)
        }
    }

    private func openDirectories() {
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
}

/// Whether a path is relative and stays where it starts.
private func isInside(_ path: String) -> Bool {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    return !path.utf8.contains(0) && parts.allSatisfy { !["", ".", ".."].contains($0) }
}

/// What the system says of the last call that failed.
private func systemReason() -> String {
    unsafe strerror(errno).map { unsafe String(cString: $0) } ?? "error \(errno)"
}
