import Foundation
import Model

/// What is said of a check that did not pass.
enum CheckFailure {
    private static let mostLines = 20
    private static let mostBytes = 8 << 10

    /// The failure of a program that gave no status.
    static func of(_ error: ToolError, _ action: CheckAction) -> StepFailure {
        switch error {
        case .cancelled: .cancelled
        case .scratchFailed(let reason): .scratch(reason)
        case .notFound, .couldNotStart, .ended:
            StepFailure(
                .environment,
                code: "no-program",
                "'\(action.commandLine)' could not be run: \(error)",
                hint: "a script needs a first line such as #!/bin/sh and the right to be executed"
            )
        case .timedOut:
            StepFailure(
                code: "check-failed",
                "'\(action.commandLine)' did not end within \(action.deadline.components.seconds) s",
                hint: "give the check a longer 'deadline', or find out what it waits for"
            )
        case .tooMuchOutput(let limit):
            StepFailure(
                code: "check-failed",
                "'\(action.commandLine)' wrote more than \(limit) bytes",
                hint: "have it say less"
            )
        }
    }

    /// The failure of a program that did not end with status 0, with the last lines of what it said.
    static func of(_ result: ToolResult, _ action: CheckAction) -> StepFailure {
        let errors = lastLines(result.standardError)
        let output = lastLines(result.standardOutput)
        let end =
            switch result.status {
            case .exited(let status): "ended with status \(status)"
            case .signalled(let signal): "was ended by signal \(signal)"
            }
        let lastWord = (errors.last ?? output.last).map { ": \($0)" } ?? " and said nothing"
        return StepFailure(
            code: "check-failed",
            "'\(action.commandLine)' \(end)\(lastWord)",
            hint: "it ran in the project's root with nothing but \(given(action)) in its environment",
            diagnostics: [("standard output", output), ("standard error", errors)].compactMap { name, lines in
                guard output.count + errors.count > 1, !lines.isEmpty else { return nil }
                return Diagnostic(
                    .note, "check-output", "the end of its \(name):\n\(lines.joined(separator: "\n"))")
            }
        )
    }

    private static func given(_ action: CheckAction) -> String {
        let names = ["PATH", "HOME"] + action.environment.subtracting(["PATH", "HOME"]).sorted()
        return names.dropLast().joined(separator: ", ") + " and " + (names.last ?? "")
    }

    private static func lastLines(_ bytes: Data) -> [String] {
        String(decoding: bytes.suffix(mostBytes), as: UTF8.self)
            .split(whereSeparator: \.isNewline).suffix(mostLines)
            .map { line in
                var line = Substring(line)
                while line.last?.isWhitespace == true { line.removeLast() }
                return String(line)
            }
            .filter { !$0.isEmpty }
    }
}
