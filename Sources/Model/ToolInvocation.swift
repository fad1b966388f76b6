package import Foundation

/// An installed program, ready to be called.
package struct Tool: Hashable, Sendable {
    package var name: String
    package var version: String
    /// The file that is started.
    package var program: String
    /// Arguments that always come first, such as the script or the real binary behind a loader.
    package var leadingArguments: [String]
    package var environment: [String: String]
    /// Of what really runs.
    package var digest: Digest

    package init(
        name: String,
        version: String,
        program: String,
        leadingArguments: [String] = [],
        environment: [String: String] = [:],
        digest: Digest
    ) {
        self.name = name
        self.version = version
        self.program = program
        self.leadingArguments = leadingArguments
        self.environment = environment
        self.digest = digest
    }
}

/// One run of a program as a value: what goes in, what comes out, within which limits.
package struct ToolInvocation: Sendable {
    package struct Limits: Hashable, Sendable {
        package var deadline: Duration
        /// The most bytes of standard output, and of standard error, that are kept.
        package var outputBytes: Int

        package init(deadline: Duration = .seconds(600), outputBytes: Int = 256 << 20) {
            self.deadline = deadline
            self.outputBytes = outputBytes
        }
    }

    /// An absolute path.
    package var program: String
    package var arguments: [String]
    /// All of it: nothing is inherited.
    package var environment: [String: String]
    package var standardInput: Data
    /// Files that are written to the scratch directory before the start, by relative path.
    package var inputs: [String: Data]
    /// Files that are read back after the end, by path relative to the working directory, where they exist.
    package var outputs: [String]
    /// nil: a fresh scratch directory that is removed afterwards.
    package var workingDirectory: String?
    package var limits: Limits

    package init(
        program: String,
        arguments: [String] = [],
        environment: [String: String] = [:],
        standardInput: Data = Data(),
        inputs: [String: Data] = [:],
        outputs: [String] = [],
        workingDirectory: String? = nil,
        limits: Limits = Limits()
    ) {
        self.program = program
        self.arguments = arguments
        self.environment = environment
        self.standardInput = standardInput
        self.inputs = inputs
        self.outputs = outputs
        self.workingDirectory = workingDirectory
        self.limits = limits
    }

    /// A call of an installed tool.
    package init(
        _ tool: Tool,
        _ arguments: [String],
        standardInput: Data = Data(),
        inputs: [String: Data] = [:],
        outputs: [String] = [],
        limits: Limits = Limits()
    ) {
        self.init(
            program: tool.program,
            arguments: tool.leadingArguments + arguments,
            environment: tool.environment,
            standardInput: standardInput,
            inputs: inputs,
            outputs: outputs,
            limits: limits
        )
    }
}

/// How a program ended; a status other than 0 is a result, not an error.
package struct ToolResult: Sendable {
    package enum Status: Hashable, Sendable {
        case exited(Int32)
        case signalled(Int32)
    }

    package var status: Status
    package var standardOutput: Data
    package var standardError: Data
    package var outputs: [String: Data]

    package init(status: Status, standardOutput: Data, standardError: Data, outputs: [String: Data] = [:]) {
        self.status = status
        self.standardOutput = standardOutput
        self.standardError = standardError
        self.outputs = outputs
    }

    /// The last lines of standard error, or of standard output where that is empty, for a message.
    package func lastWords(lines: Int = 5) -> String {
        let said = standardError.isEmpty ? standardOutput : standardError
        return String(decoding: said.suffix(4096), as: UTF8.self)
            .split(whereSeparator: \.isNewline).suffix(lines).joined(separator: "\n")
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }
}

extension ToolResult.Status: CustomStringConvertible {
    /// What the program did, for a sentence about it.
    package var description: String {
        switch self {
        case .exited(let code): "ended with status \(code)"
        case .signalled(let number): "was killed by signal \(number)"
        }
    }
}

/// Why a program gave no result.
package enum ToolError: Error, Hashable, Sendable {
    case notFound(program: String)
    case couldNotStart(program: String, reason: String)
    case timedOut(after: Duration)
    case tooMuchOutput(limit: Int)
    case scratchFailed(reason: String)
    /// A worker ended instead of giving an answer.
    case ended(ToolResult.Status, lastWords: String)
    case cancelled
}

extension ToolError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notFound(let program): "\(program) is not there"
        case .couldNotStart(let program, let reason): "\(program) could not be started: \(reason)"
        case .timedOut(let limit): "it did not end within \(limit)"
        case .tooMuchOutput(let limit): "it wrote more than \(limit) bytes"
        case .scratchFailed(let reason): "its scratch directory failed: \(reason)"
        case .ended(let status, let words):
            "it \(status) before it answered" + (words.isEmpty ? "" : ": \(words)")
        case .cancelled: "it was interrupted"
        }
    }
}
