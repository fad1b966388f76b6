import ArgumentParser
import Foundation
import Model

/// The program: its commands, and the exit codes that it promises.
@main
struct Hyperkit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hyperkit",
        abstract: "Generates, compiles, audits and deploys EVM smart contracts from YAML manifests.",
        discussion: """
            Exit codes: 0 all that was asked for holds · 1 a step failed · 2 usage or manifest is wrong, nothing ran · \
            3 an audit policy refused · 4 a person must decide · 5 the environment is not ready · \
            6 'plan --exit-code': something would change · 130, 143 interrupted.
            """,
        version: Version.current,
        subcommands: [
            RunCommand.self, PlanCommand.self, ValidateCommand.self, GraphCommand.self, RunsCommand.self,
            WhyCommand.self, DeploymentsCommand.self, CacheCommand.self, SchemaCommand.self,
            DevnetCommand.self, ToolchainCommand.self, KeysCommand.self, DoctorCommand.self,
        ]
    )

    static func main() async {
        StandardStreams.areOpen()
        // Children whose pipes we write to may be gone: that is an error to handle, not a reason to die.
        signal(SIGPIPE, SIG_IGN)
        let code = await ending()
        fflush(nil)
        // Not `exit`: it would take libraries apart under the threads that still use them.
        _exit(code)
    }

    /// Runs what the command line asks for; prints what went wrong unless that has been told.
    private static func ending() async -> Int32 {
        do {
            var command = try parseAsRoot()
            if let command = command as? any LoggingCommand { Console.format = command.log.format }
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
            return 0
        } catch let exit as Exit {
            return exit.code
        } catch let error as FileError {
            Console.err([.error("unusable-path", "\(error)", hint: error.remedy)])
            return Exit.environment.code
        } catch {
            let code = exitCode(for: error)
            let text = fullMessage(for: error)
            if code == .success, let unknown = UnknownCommand(in: Array(CommandLine.arguments.dropFirst())) {
                Console.err(unknown.message, .error)
                return Exit.usage.code
            }
            if !text.isEmpty {
                if code == .success {
                    Console.out(text)
                } else {
                    Console.err(text, as: [Message(.error, message(for: error))])
                }
            }
            return code == .validationFailure ? Exit.usage.code : code.rawValue
        }
    }
}

/// The three streams that every program has, unless who started it closed one.
enum StandardStreams {
    /// Puts `/dev/null` where a stream is closed: else the next file that is opened would take its number, and its writes.
    static func areOpen() {
        for stream in STDIN_FILENO...STDERR_FILENO where fcntl(stream, F_GETFD) < 0 {
            _ = unsafe open("/dev/null", O_RDWR)
        }
    }
}

/// An end of the program that has told its story already.
struct Exit: Error, Equatable {
    /// All that was asked for was there already.
    static let nothingLeft = Exit(code: 0)
    static let failure = Exit(code: 1)
    static let usage = Exit(code: 2)
    static let refused = Exit(code: 3)
    static let blocked = Exit(code: 4)
    static let environment = Exit(code: 5)
    static let wouldChange = Exit(code: 6)

    let code: Int32
}

/// What `--version` says; also in every report.
enum Version {
    static let current = "0.1.0"
}
