internal import Foundation
internal import Glibc
internal import Model
internal import Subprocess
internal import SystemPackage

extension Configuration {
    /// What an invocation asks for, in a session of its own and with exactly its environment.
    ///
    /// - Throws: ``ToolError/couldNotStart(program:reason:)`` for what no program can be given.
    init(_ invocation: ToolInvocation, workingDirectory: String, grace: Duration) throws(ToolError) {
        let program = invocation.program
        func refuse(_ reason: String) -> ToolError { .couldNotStart(program: program, reason: reason) }
        guard program.hasPrefix("/") else { throw refuse("its path is not absolute") }
        guard !program.utf8.contains(0) else { throw refuse("its path holds a NUL byte") }
        for argument in invocation.arguments where argument.utf8.contains(0) {
            throw refuse("an argument holds a NUL byte")
        }
        var environment: [[UInt8]] = []
        for (name, value) in invocation.environment.sorted(by: { $0.key < $1.key }) {
            guard !name.isEmpty, !name.utf8.contains(UInt8(ascii: "=")) else {
                throw refuse("'\(name)' cannot be the name of an environment variable")
            }
            let row = Array("\(name)=\(value)".utf8)
            guard !row.contains(0) else {
                throw refuse("the environment variable '\(name)' holds a NUL byte")
            }
            environment.append(row + [0])
        }
        var options = PlatformOptions()
        options.createSession = true
        options.teardownSequence = [
            .gracefulShutDown(toProcessGroup: true, allowedDurationToNextStep: grace)
        ]
        self.init(
            executable: .path(FilePath(program)),
            arguments: Arguments(invocation.arguments),
            environment: .custom(environment),
            workingDirectory: FilePath(workingDirectory),
            platformOptions: options
        )
    }
}

extension ToolError {
    /// What a failure of the library means for the caller.
    init(_ error: any Error, starting program: String, in directory: String) {
        guard let error = error as? SubprocessError else {
            self =
                error is CancellationError ? .cancelled : .couldNotStart(program: program, reason: "\(error)")
            return
        }
        switch error.code {
        case .executableNotFound:
            self = ToolError(diagnosing: program)
        case .failedToChangeWorkingDirectory:
            let reason = error.underlyingError.map { "\($0)" } ?? "it cannot be entered"
            self = .couldNotStart(program: program, reason: "the working directory \(directory): \(reason)")
        case .spawnFailed:
            let reason = error.underlyingError.map { "\($0)" } ?? error.description
            self = .couldNotStart(program: program, reason: reason)
        default:
            self = .couldNotStart(program: program, reason: error.description)
        }
    }

    /// Says why the system would not run a file: the library tells these cases apart no further.
    init(diagnosing program: String) {
        var isDirectory: ObjCBool = false
        if unsafe !FileManager.default.fileExists(atPath: program, isDirectory: &isDirectory) {
            self = .notFound(program: program)
        } else if isDirectory.boolValue {
            self = .couldNotStart(program: program, reason: "it is a directory")
        } else if !FileManager.default.isExecutableFile(atPath: program) {
            self = .couldNotStart(program: program, reason: "it is not executable")
        } else {
            self = .couldNotStart(
                program: program,
                reason: "the system cannot run it, or the interpreter that it names is not there"
            )
        }
    }
}
