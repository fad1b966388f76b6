import Foundation
import Glibc

/// A program that runs beside the test.
///
/// Nothing here blocks a thread: other tests of the process need them.
final class Child {
    /// How a program ended.
    enum End: Equatable {
        case exited(Int32)
        case killed(by: Int32)
    }

    private let process = Process()
    private let ended: AsyncStream<Never>
    private let outputFile: URL
    private var errorLines: AsyncStream<String>.Iterator

    /// Starts a program; its standard output goes to the file `output`, `environment` goes on top of the test's own.
    ///
    /// It has nothing to read unless there is an `input`.
    ///
    /// - Throws: Whatever Foundation says of a program that cannot be started.
    init(
        _ program: URL,
        _ arguments: [String],
        in directory: URL,
        output: URL,
        environment: [String: String] = [:],
        input: Pipe? = nil
    ) throws {
        let (ended, ending) = AsyncStream.makeStream(of: Never.self)
        let (lines, line) = AsyncStream.makeStream(of: String.self)
        self.ended = ended
        errorLines = lines.makeAsyncIterator()
        outputFile = output
        try Data().write(to: output)

        let errors = Pipe()
        process.executableURL = program
        process.arguments = arguments
        process.currentDirectoryURL = directory
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        if let input { process.standardInput = input } else { process.standardInput = FileHandle.nullDevice }
        let written = try FileHandle(forWritingTo: output)
        process.standardOutput = written
        process.standardError = errors
        process.terminationHandler = { _ in ending.finish() }
        try process.run()
        // Foundation holds both until the process object goes, and cannot start a program beside 1,365 open files.
        try written.close()
        Self.read(errors.fileHandleForReading, into: line)
    }

    var processID: Int32 { process.processIdentifier }

    /// What it has written to standard output so far.
    var output: String { get throws { try String(contentsOf: outputFile, encoding: .utf8) } }

    /// The next line of standard error; nil at its end.
    func nextErrorLine() async -> String? { await errorLines.next(isolation: #isolation) }

    /// Waits for the next line of standard error that is as wanted; nil where there is no more.
    func errorLine(where isWanted: (String) -> Bool) async -> String? {
        while let line = await nextErrorLine() {
            if isWanted(line) { return line }
        }
        return nil
    }

    /// The rest of standard error.
    func remainingErrors() async -> String {
        var text = ""
        while let line = await nextErrorLine() { text += line + "\n" }
        return text
    }

    func send(_ signal: Int32) { _ = kill(processID, signal) }

    /// Waits for its end.
    func end() async -> End {
        for await _ in ended {}
        return process.terminationReason == .exit
            ? .exited(process.terminationStatus) : .killed(by: process.terminationStatus)
    }

    /// Cuts what comes into lines, on a thread of its own.
    ///
    /// Not by a readability handler: one that is taken down late takes the next pipe with its number along, whose end is
    /// then never heard of.
    private static func read(_ handle: FileHandle, into lines: AsyncStream<String>.Continuation) {
        Thread.detachNewThread {
            var rest = Data()
            while true {
                let bytes = handle.availableData
                if bytes.isEmpty { break }
                rest += bytes
                while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
                    lines.yield(String(decoding: rest[..<end], as: UTF8.self))
                    rest = Data(rest[rest.index(after: end)...])
                }
            }
            if !rest.isEmpty { lines.yield(String(decoding: rest, as: UTF8.self)) }
            try? handle.close()
            lines.finish()
        }
    }
}
