import ArgumentParser
import Foundation
import Model
import Reports
import Synchronization

/// How messages on standard error look.
enum LogFormat: String, ExpressibleByArgument, CaseIterable {
    /// For people.
    case text
    /// One object a line.
    case json
}

/// How a command's messages look.
struct LogOptions: ParsableArguments {
    @Option(
        name: .customLong("log-format"),
        help: ArgumentHelp(
            "How messages on standard error look: text, or json, one object a line.", valueName: "format"))
    var format: LogFormat = .text
}

/// A command that is told how its messages look.
protocol LoggingCommand: ParsableCommand {
    var log: LogOptions { get }
}

/// Standard output for programs, standard error for people: all that is written there but a terminal's moving picture.
///
/// Secrets are no part of what comes here; what quotes a tool, a node or a file cannot steer the terminal.
enum Console {
    private static let chosen = Mutex(LogFormat.text)

    /// How messages look from now on.
    static var format: LogFormat {
        get { chosen.withLock(\.self) }
        set { chosen.withLock { $0 = newValue } }
    }

    static func out(_ text: String) { write(text, to: .standardOutput) }

    /// Says something as it is.
    ///
    /// - Parameters:
    ///   - text: What a person reads.
    ///   - level: How grave that is.
    ///   - step: The step that it is about.
    static func err(_ text: String, _ level: Message.Level = .info, step: StepID? = nil) {
        let plain = text.trimmingCharacters(in: .newlines)
        err(text, as: plain.isEmpty ? [] : [Message(level, plain, step: step)])
    }

    /// Prints diagnostics, each with its line and hint.
    static func err(_ diagnostics: [Diagnostic]) {
        for diagnostic in diagnostics { err(diagnostic.forTerminal, as: [Message(diagnostic)]) }
    }

    /// Says why the command ends.
    static func fail(_ message: String, hint: String? = nil) {
        err(
            "error: \(message)\(hint.map { "\n  hint: \($0)" } ?? "")",
            as: [Message(.error, message, hint: hint)]
        )
    }

    /// Says something that a program reads in other parts than a person.
    static func err(_ text: String, as messages: [Message]) {
        switch format {
        case .text: if !text.isEmpty { write(text, to: .standardError) }
        case .json:
            let now = Timestamp.now
            for message in messages { line(LogLineV1.line(message, at: now)) }
        }
    }

    /// A line that is for programs in any case.
    static func line(_ line: Data) { write(String(decoding: line, as: UTF8.self), to: .standardError) }

    private static func write(_ text: String, to handle: FileHandle) {
        // A reader that has gone away is no reason to fail.
        try? handle.write(contentsOf: Data((text.hasSuffix("\n") ? text : text + "\n").utf8))
    }
}

extension Diagnostic {
    /// As it is printed: what it quotes of a file cannot steer the terminal.
    var forTerminal: String {
        description.split(separator: "\n", omittingEmptySubsequences: false)
            .map { String($0).plainForTerminal }.joined(separator: "\n")
    }
}
