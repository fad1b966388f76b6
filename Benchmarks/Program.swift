import Foundation
import Glibc

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
        let path = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        guard let program = Program(path, arguments, in: "/") else {
            throw BenchmarkError("\(path) is not there any more: build again")
        }
        return program
    }

    /// As one would type it.
    var words: String {
        "cd \(directory) && " + ([path] + arguments).joined(separator: " ")
    }

    /// Runs it to its end; what it prints, to either stream, goes to `log`.
    ///
    /// - Throws: ``BenchmarkError`` where it cannot be started or does not end with status 0.
    func run(log: String) throws -> Sample {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        unsafe posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_TRUNC, 0o666)
        unsafe posix_spawn_file_actions_adddup2(&actions, 1, 2)
        let environment = ProcessInfo.processInfo.environment.map { "\($0)=\($1)" }
        var words = unsafe ([path] + arguments).map { unsafe strdup($0) } + [nil]
        var variables = unsafe environment.map { unsafe strdup($0) } + [nil]
        defer { unsafe (words + variables).forEach { unsafe free($0) } }
        // A child starts where its parent is; a relative path of a later call must mean what it meant before.
        let here = FileManager.default.currentDirectoryPath
        guard FileManager.default.changeCurrentDirectoryPath(directory) else {
            throw BenchmarkError("\(directory) is not there")
        }
        defer { _ = FileManager.default.changeCurrentDirectoryPath(here) }
        var child: pid_t = 0
        let start = ContinuousClock.now
        let refusal = unsafe posix_spawn(&child, path, &actions, nil, &words, &variables)
        guard refusal == 0 else { throw BenchmarkError("\(path) could not be started: error \(refusal)") }
        var status: Int32 = 0
        var usage = rusage()
        while unsafe wait4(child, &status, 0, &usage) < 0 {
            guard errno == EINTR else { throw BenchmarkError("\(path) was lost: error \(errno)") }
        }
        let wall = ContinuousClock.now - start
        guard status == 0 else {
            throw BenchmarkError("it ended badly (wait status \(status)): \(self.words)\n  its words: \(log)")
        }
        return Sample(
            wall: wall,
            processor: .seconds(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
                + .microseconds(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec),
            peakKiB: usage.ru_maxrss
        )
    }

    /// Below this a child's peak memory cannot be seen: Linux counts the memory of who starts it.
    static var leastPeakKiB: Int {
        var usage = rusage()
        unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return usage.ru_maxrss
    }
}

/// What one run of a program took.
struct Sample: Sendable {
    let wall: Duration
    /// In user and system mode, with the children that it waited for.
    let processor: Duration
    let peakKiB: Int
}
