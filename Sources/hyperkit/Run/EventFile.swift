import Foundation
import Model
import Reports
import Synchronization

/// Events in a file, each there as soon as it happens.
final class EventFile: Sendable {
    private let path: String
    private let rendered: @Sendable (Event) throws(ReportError) -> Data
    private let handle: FileHandle
    private let problem = Mutex<String?>(nil)

    /// Starts an empty file, with the directories on the way to it.
    ///
    /// - Parameters:
    ///   - path: The file; what it held before is gone.
    ///   - rendered: What an event adds to it, asked in the order of events.
    /// - Throws: What the system says of the path.
    init(
        path: String,
        rendered: @escaping @Sendable (Event) throws(ReportError) -> Data = JSONEventsV1.line
    ) throws(FileError) {
        try FileAccess.makeDirectory(PathText.directory(of: path))
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else {
            throw FileError(path: path, reason: unsafe String(cString: strerror(errno)))
        }
        self.path = path
        self.rendered = rendered
        handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    }

    func write(_ event: Event) {
        do {
            let bytes = try rendered(event)
            if !bytes.isEmpty { try handle.write(contentsOf: bytes) }
        } catch {
            let cause = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
            let reason = cause.map { unsafe String(cString: strerror(Int32($0.code))) } ?? "\(error)"
            problem.withLock { $0 = $0 ?? "\(path): \(reason)" }
        }
    }

    /// A file that draws the run.
    static func trace(path: String) throws(FileError) -> EventFile {
        let trace = Mutex(TraceV1())
        return try EventFile(path: path) { event throws(ReportError) in
            try trace.withLock { trace throws(ReportError) in try trace.take(event) }
        }
    }

    /// The first write that failed; nil where all went well.
    var failure: String? { problem.withLock(\.self) }
}

extension RunOptions {
    /// The files that the user asked for, empty as yet.
    func eventFiles() throws(FileError) -> [EventFile] {
        var files: [EventFile] = []
        if let events { files.append(try EventFile(path: events)) }
        if let trace { files.append(try .trace(path: trace)) }
        return files
    }
}

extension [EventFile] {
    func write(_ event: Event) {
        for file in self { file.write(event) }
    }

    /// The first of their failures; nil where all went well.
    var failure: String? { lazy.compactMap(\.failure).first }
}
