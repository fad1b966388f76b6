internal import Foundation
internal import Glibc
internal import Model

/// The directory that a program runs in: a fresh one of its own, or one that the caller names.
struct Workplace: Sendable {
    let path: String
    /// nil in a directory that the caller names.
    private let scratch: ScratchFolder?

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
            scratch = nil
            return
        }
        let folder = try ScratchFolder(under: base)
        path = folder.path
        scratch = folder
        for (name, bytes) in invocation.inputs {
            let file = URL(filePath: "\(path)/\(name)")
            do {
                try FileManager.default.createDirectory(
                    at: file.deletingLastPathComponent(),
                    withIntermediateDirectories: true
                )
                try bytes.write(to: file, options: .withoutOverwriting)
            } catch {
                clear()
                throw .scratchFailed(reason: "\(path)/\(name): \(error.localizedDescription)")
            }
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
    func clear() { scratch?.clear() }
}

/// Whether a path is relative and stays where it starts.
private func isInside(_ path: String) -> Bool {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    return !path.utf8.contains(0) && parts.allSatisfy { !["", ".", ".."].contains($0) }
}
