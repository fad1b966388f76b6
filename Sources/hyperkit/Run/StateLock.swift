import Foundation
import Model

/// The right to run on a state directory; the system gives it back when the process ends, however it ends.
final class StateLock {
    private let descriptor: Int32

    /// Takes the lock.
    ///
    /// - Throws: ``Exit/environment`` after saying who holds it.
    init(stateDirectory: String, world: World) throws {
        try FileAccess.makeDirectory(stateDirectory)
        let path = "\(stateDirectory)/lock"
        // From here on `deinit` closes it, also when this initialiser throws.
        descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw FileError(path: path, reason: unsafe String(cString: strerror(errno)))
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let owner = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
            let named = owner.trimmingCharacters(in: .whitespacesAndNewlines)
            Console.err(
                "error: \(stateDirectory) is in use by another run\(named.isEmpty ? "" : ": \(named)") [state-locked]\n"
                    + "  hint: wait for it, or give this run its own --state-dir"
            )
            throw Exit.environment
        }
        let record = "process \(getpid()) since \(world.now().rfc3339)\n"
        ftruncate(descriptor, 0)
        let bytes = Array(record.utf8)
        _ = unsafe pwrite(descriptor, bytes, bytes.count, 0)
    }

    deinit { close(descriptor) }
}
