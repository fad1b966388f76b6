import Model

/// Collects what is wrong, so that a user sees all of it at once.
///
/// Nothing that may be a key leaves it: runs of 64 hexadecimal digits are masked everywhere, and lines that hold a
/// secret are not shown at all.
final class Problems {
    private struct Line: Hashable {
        let file: String
        let number: Int
    }

    /// How many times a near name is looked for: beyond that a list of problems is long enough.
    private static let mostSuggestions = 100

    private var list: [Diagnostic] = []
    private var secretLines: Set<Line> = []
    private var suggestions = 0

    var hasErrors: Bool { list.contains { $0.severity == .error } }

    func add(_ diagnostic: Diagnostic) { list.append(diagnostic) }

    /// Keeps the lines that `place` is on out of every excerpt.
    func hideLines(of place: Place, count: Int = 1) {
        for number in place.line..<(place.line + max(1, count)) {
            secretLines.insert(Line(file: place.source.name, number: number))
        }
    }

    /// All that was found, by file, line and column; what has no place comes first.
    func sorted() -> [Diagnostic] {
        let clean = list.map(redacted)
        var seen: Set<Diagnostic> = []
        let distinct = clean.filter { seen.insert($0).inserted }
        return distinct.enumerated().sorted { left, right in
            switch (left.element.location, right.element.location) {
            case (let first?, let second?) where first != second: first < second
            case (nil, _?): true
            case (_?, nil): false
            default: left.offset < right.offset
            }
        }.map(\.element)
    }

    /// A near name as a question, else `otherwise`.
    func suggestion(
        for text: String,
        among names: some Sequence<String>,
        otherwise: String? = nil
    ) -> String? {
        suggestions += 1
        guard suggestions <= Self.mostSuggestions else { return otherwise }
        return Nearest.match(for: text, among: names).map { "did you mean '\($0)'?" } ?? otherwise
    }

    private func redacted(_ diagnostic: Diagnostic) -> Diagnostic {
        var clean = diagnostic
        clean.message = Self.masked(diagnostic.message)
        clean.hint = diagnostic.hint.map(Self.masked)
        clean.line = diagnostic.line.map(Self.masked)
        if let place = diagnostic.location,
            secretLines.contains(Line(file: place.file, number: place.line))
        {
            clean.line = nil
            clean.length = 0
        }
        return clean
    }

    /// The text with every run of 64 hexadecimal digits or more replaced by as many asterisks.
    static func masked(_ text: String) -> String {
        var bytes = Array(text.utf8)
        guard bytes.count >= 64 else { return text }
        var start = 0
        var found = false
        for index in 0...bytes.count {
            if index < bytes.count, bytes[index].isHexDigit { continue }
            if index - start >= 64 {
                // The x of a 0x ends a run, so the digits behind it are a run of their own.
                for position in start..<index { bytes[position] = UInt8(ascii: "*") }
                found = true
            }
            start = index + 1
        }
        return found ? String(decoding: bytes, as: UTF8.self) : text
    }
}

extension UInt8 {
    var isHexDigit: Bool { isDigit || (97...102).contains(self) || (65...70).contains(self) }

    var isDigit: Bool { (48...57).contains(self) }

    var isLetter: Bool { (97...122).contains(self) || (65...90).contains(self) }
}
