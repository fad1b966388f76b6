import Foundation

/// A command that is measured as a whole process.
struct Program: Sendable {
    /// An absolute path.
    let path: String
    let arguments: [String]
    /// Where it is started; an absolute path.
    let directory: String

    /// Takes a program by path or by its name on PATH; nil where there is none.
    init?(_ name: String, _ arguments: [String], in directory: String) {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        let places =
            name.contains("/")
            ? [name.hasPrefix("/") ? name : FileManager.default.currentDirectoryPath + "/" + name]
            : path.split(separator: ":").map { "\($0)/\(name)" }
        guard let found = places.first(where: FileManager.default.isExecutableFile) else { return nil }
        self.path = found
        self.arguments = arguments
        self.directory = directory
    }

    /// This program itself, with other arguments.
    static func itself(_ arguments: [String]) throws -> Program {
        guard let program = Program(try own(), arguments, in: "/") else {
            throw BenchmarkError("\(try own()) is not there any more: build again")
        }
        return program
    }

    private static func own() throws -> String {
        try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    }

    /// As one would type it.
    var words: String { "cd \(directory) && " + ([path] + arguments).joined(separator: " ") }

    /// Runs it to its end; what it prints, to either stream, goes to `log`.
    ///
    /// - Throws: ``BenchmarkError`` where it cannot be started or does not end with status 0.
    func run(log: String) throws -> Sample {
        let meter = Process()
        let pipe = Pipe()
        meter.executableURL = URL(filePath: try Self.own()).deletingLastPathComponent()
            .appending(path: "BenchmarkMeter")
        meter.arguments = [log, path] + arguments
        meter.currentDirectoryURL = URL(filePath: directory)
        meter.standardOutput = pipe
        try meter.run()
        let said = String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
            .trimmingCharacters(in: .whitespacesAndNewlines)
        meter.waitUntilExit()
        let numbers = said.split(separator: " ").compactMap { Int($0) }
        guard meter.terminationStatus == 0, numbers.count == 4 else {
            throw BenchmarkError("it could not be measured (\(said)): \(words)")
        }
        guard numbers[3] == 0 else {
            throw BenchmarkError("it ended badly (wait status \(numbers[3])): \(words)\n  its words: \(log)")
        }
        return Sample(
            wall: .nanoseconds(numbers[0]),
            processor: .microseconds(numbers[1]),
            peakKiB: numbers[2]
        )
    }
}

/// What one run of a program took.
struct Sample: Sendable {
    let wall: Duration
    /// In user and system mode, with the children that it waited for.
    let processor: Duration
    let peakKiB: Int
}
