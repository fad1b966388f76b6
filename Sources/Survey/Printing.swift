import Foundation
import Model

/// How files of the project are called in messages, and the lines of them that messages show.
struct Printing: Sendable {
    private static let longestLine = 10_000

    let root: String
    /// Where the user stands.
    let directory: String
    let files: FileAccess

    /// The printed name of a path relative to the root.
    func name(of path: String) -> String {
        PathText.relative(PathText.join(root, path), to: directory)
    }

    /// The diagnostics with the text of their lines, where a file still has them.
    func withLines(_ diagnostics: [Diagnostic]) -> [Diagnostic] {
        var texts: [String: [Data.SubSequence]] = [:]
        return diagnostics.map { diagnostic in
            guard diagnostic.line == nil, let location = diagnostic.location else { return diagnostic }
            let lines = texts[location.file] ?? lines(of: location.file)
            texts[location.file] = lines
            guard location.line <= lines.count else { return diagnostic }
            var shown = lines[location.line - 1]
            if shown.last == UInt8(ascii: "\r") { shown = shown.dropLast() }
            guard shown.count <= Self.longestLine else { return diagnostic }
            var complete = diagnostic
            complete.line = String(decoding: shown, as: UTF8.self)
            return complete
        }
    }

    private func lines(of name: String) -> [Data.SubSequence] {
        let read = try? files.read(PathText.join(directory, name))
        return (read ?? nil)?.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) ?? []
    }
}
