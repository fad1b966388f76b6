import Foundation
import Model
import Reports
import Synchronization

/// Events in files that hold the same, each there as soon as it happens.
final class EventFile: Sendable {
    private struct Place: Sendable {
        let path: String
        let handle: FileHandle
    }

    private let rendered: @Sendable (Event) throws(ReportError) -> Data
    private let places: [Place]
    private let problem = Mutex<String?>(nil)

    /// Starts empty files, with the directories on the way to them.
    ///
    /// - Parameters:
    ///   - paths: The files; what they held before is gone.
    ///   - rendered: What an event adds to each, asked once, in the order of events.
    /// - Throws: What the system says of a path.
    init(
        paths: [String],
        rendered: @escaping @Sendable (Event) throws(ReportError) -> Data = JSONEventsV1.line
    ) throws(FileError) {
        var places: [Place] = []
        for path in paths {
            try FileAccess.makeDirectory(PathText.directory(of: path))
            let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
            guard descriptor >= 0 else {
                throw FileError(path: path, reason: unsafe String(cString: strerror(errno)))
            }
            let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
            places.append(Place(path: path, handle: handle))
        }
        self.places = places
        self.rendered = rendered
    }

    func write(_ event: Event) {
        let bytes: Data
        do {
            bytes = try rendered(event)
        } catch {
            return note("\(error)", of: places.first?.path ?? "")
        }
        guard !bytes.isEmpty else { return }
        for place in places {
            do {
                try place.handle.write(contentsOf: bytes)
            } catch {
                let cause = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
                let reason = cause.map { unsafe String(cString: strerror(Int32($0.code))) } ?? "\(error)"
                note(reason, of: place.path)
            }
        }
    }

    private func note(_ reason: String, of path: String) {
        problem.withLock { $0 = $0 ?? "\(path): \(reason)" }
    }

    /// A file that draws the run.
    static func trace(path: String) throws(FileError) -> EventFile {
        let trace = Mutex(TraceV1())
        return try EventFile(paths: [path]) { event throws(ReportError) in
            try trace.withLock { trace throws(ReportError) in try trace.take(event) }
        }
    }

    /// The first write that failed; nil where all went well.
    var failure: String? { problem.withLock(\.self) }
}

extension RunOptions {
    /// The files that the user asked for, and the run's own journal, empty as yet.
    func eventFiles(journal: String? = nil) throws(FileError) -> [EventFile] {
        var files: [EventFile] = []
        let lines = [journal, events].compactMap(\.self)
        if !lines.isEmpty { files.append(try EventFile(paths: lines)) }
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
