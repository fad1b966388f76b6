/// A place in a manifest or a source file, counted from one.
///
/// Columns count UTF-8 bytes, as compilers do.
package struct FileLocation: Hashable, Comparable, Codable, Sendable {
    /// Relative to where the user stands, as it is printed.
    package let file: String
    package let line: Int
    package let column: Int

    package init(file: String, line: Int, column: Int) {
        precondition(line >= 1 && column >= 1, "locations count from 1 (was \(line):\(column))")
        self.file = file
        self.line = line
        self.column = column
    }

    package static func < (left: FileLocation, right: FileLocation) -> Bool {
        (left.file, left.line, left.column) < (right.file, right.line, right.column)
    }
}

extension FileLocation: CustomStringConvertible {
    package var description: String { "\(file):\(line):\(column)" }
}

/// A value and where the user wrote it.
package struct Located<Value: Sendable>: Sendable {
    package let value: Value
    package let location: FileLocation

    package init(_ value: Value, at location: FileLocation) {
        self.value = value
        self.location = location
    }
}

extension Located: Equatable where Value: Equatable {}
extension Located: Hashable where Value: Hashable {}

/// One problem that a user can act on.
package struct Diagnostic: Error, Hashable, Codable, Sendable {
    package enum Severity: String, Codable, Sendable { case note, warning, error }

    package var severity: Severity
    /// A stable word for the kind of problem, such as `unknown-key`.
    package var code: String
    package var message: String
    package var location: FileLocation?
    /// The text of the line at `location`, without its line break.
    package var line: String?
    /// How many columns from `location` on are meant; 0 where only the start is known.
    package var length: Int
    /// What to do about it.
    package var hint: String?

    package init(
        _ severity: Severity,
        _ code: String,
        _ message: String,
        at location: FileLocation? = nil,
        line: String? = nil,
        length: Int = 0,
        hint: String? = nil
    ) {
        self.severity = severity
        self.code = code
        self.message = message
        self.location = location
        self.line = line
        self.length = length
        self.hint = hint
    }

    package static func error(
        _ code: String,
        _ message: String,
        at location: FileLocation? = nil,
        hint: String? = nil
    ) -> Diagnostic {
        Diagnostic(.error, code, message, at: location, hint: hint)
    }
}

extension Diagnostic: CustomStringConvertible {
    /// The message with its place, the line it is about with carets, and the hint.
    package var description: String {
        let place = location.map { "\($0): " } ?? ""
        var text = "\(place)\(severity.rawValue): \(message) [\(code)]"
        if let location, let line {
            text +=
                "\n"
                + SourceExcerpt(line: line, number: location.line, column: location.column, length: length)
                .description
        }
        if let hint { text += "\n  hint: \(hint)" }
        return text
    }
}

/// A line of a file with carets under what is meant.
package struct SourceExcerpt: CustomStringConvertible, Sendable {
    private static let longestLine = 160

    package let description: String

    /// Sets carets under `length` bytes from `column` on, at least one; tabs become single spaces.
    package init(line: String, number: Int, column: Int, length: Int) {
        let bytes = Array(line.utf8)
        let start = min(column - 1, bytes.count)
        let end = min(max(start + length, start + 1), max(bytes.count, start + 1))
        // A long line is shown from a little ahead of what is meant.
        let first = start > Self.longestLine - 40 ? start - 40 : 0
        let shown = Self.text(bytes[first..<min(bytes.count, first + Self.longestLine)])
        let lead = Self.text(bytes[first..<start]).count
        let marked = Self.text(bytes[start..<min(end, bytes.count)]).count
        let carets = String(repeating: "^", count: max(1, min(marked, Self.longestLine - lead)))
        let gutter = String(repeating: " ", count: max(0, 5 - String(number).count)) + String(number)
        let blank = String(repeating: " ", count: gutter.count)
        description = "\(gutter) │ \(shown)\n\(blank) │ \(String(repeating: " ", count: lead))\(carets)"
    }

    private static func text(_ bytes: ArraySlice<UInt8>) -> String {
        String(decoding: bytes.map { $0 == 9 ? 32 : $0 }, as: UTF8.self).plainForTerminal
    }
}

extension String {
    /// The text with control characters replaced, so that untrusted text cannot steer a terminal.
    package var plainForTerminal: String {
        let isPlain: (Unicode.Scalar) -> Bool = { scalar in
            switch scalar.value {
            case 0x00..<0x20, 0x7f..<0xa0: false
            case 0x200e, 0x200f, 0x202a...0x202e, 0x2066...0x2069: false
            default: true
            }
        }
        guard !unicodeScalars.allSatisfy(isPlain) else { return self }
        return String(String.UnicodeScalarView(unicodeScalars.map { isPlain($0) ? $0 : "\u{fffd}" }))
    }
}
