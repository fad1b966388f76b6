import Foundation
import Model
import Reports
import Synchronization

/// Events as JSON lines in a file, each there as soon as it happens.
final class EventFile: Sendable {
    private let path: String
    private let handle: FileHandle
    private let problem = Mutex<String?>(nil)

    /// Starts an empty file, with the directories on the way to it.
    init(path: String) throws(FileError) {
        try FileAccess.makeDirectory(PathText.directory(of: path))
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else {
            throw FileError(path: path, reason: unsafe String(cString: strerror(errno)))
        }
        self.path = path
        handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    }

    func write(_ event: Event) {
        do {
            try handle.write(contentsOf: try JSONEventsV1.line(event))
        } catch {
            let cause = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
            let reason = cause.map { unsafe String(cString: strerror(Int32($0.code))) } ?? "\(error)"
            problem.withLock { $0 = $0 ?? "\(path): \(reason)" }
        }
    }

    /// The first write that failed; nil where all went well.
    var failure: String? { problem.withLock(\.self) }
}
