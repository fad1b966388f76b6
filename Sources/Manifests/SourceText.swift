import Foundation
import Model

/// The text of one manifest file with its lines, for places and excerpts.
final class SourceText: Sendable {
    /// As it is printed.
    let name: String
    /// The absolute path.
    let path: String
    let bytes: [UInt8]
    /// Where each line starts.
    private let starts: [Int]

    init(name: String, path: String, bytes: [UInt8]) {
        self.name = name
        self.path = path
        self.bytes = bytes
        starts = Self.lineStarts(bytes)
    }

    var digest: Digest { Digest(of: bytes) }

    var lineCount: Int { starts.count }

    /// The bytes of a line, counted from one, without its break; empty where there is no such line.
    func line(_ number: Int) -> ArraySlice<UInt8> {
        guard number >= 1, number <= starts.count else { return [] }
        let end = number < starts.count ? starts[number] : bytes.count
        var line = bytes[starts[number - 1]..<end]
        if number < starts.count { line = line.dropLast(Self.breakLength(endingAt: end, in: bytes)) }
        return line
    }

    /// The place of a byte.
    func place(atByte offset: Int, length: Int = 1) -> Place {
        var low = 0
        var high = starts.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if starts[middle] <= offset { low = middle } else { high = middle }
        }
        return Place(source: self, line: low + 1, column: offset - starts[low] + 1, length: length)
    }

    /// The byte at which a line starts, plus a number of Unicode scalars, which is how libyaml counts columns.
    func byte(line number: Int, scalar: Int) -> Int {
        guard number >= 1, number <= starts.count else { return bytes.count }
        var offset = starts[number - 1]
        var left = scalar - 1
        while left > 0, offset < bytes.count {
            offset += 1
            while offset < bytes.count, bytes[offset] & 0xc0 == 0x80 { offset += 1 }
            left -= 1
        }
        return offset
    }

    /// The first line with which git begins what it could not merge; nil where there is none.
    ///
    /// Only one that has its middle and its end below it, so that no text that begins so is taken for one.
    var conflictMarker: Place? {
        // Seven characters, a space behind the first and the last (git-merge, "How conflicts are presented").
        let markers = ["<<<<<<< ", "=======", ">>>>>>> "].map { Array($0.utf8) }
        guard bytes.first == markers[0][0] || bytes.firstRange(of: [0x0a] + markers[0]) != nil else {
            return nil
        }
        var first: Int?
        var found = 0
        for number in 1...lineCount where line(number).starts(with: markers[found]) {
            if found == 0 { first = number }
            found += 1
            if found == markers.count { break }
        }
        guard let first, found == markers.count else { return nil }
        return place(atByte: starts[first - 1], length: line(first).count)
    }

    /// The breaks of YAML 1.1: CRLF, CR, LF, U+0085, U+2028, U+2029; libyaml counts lines by them.
    private static func lineStarts(_ bytes: [UInt8]) -> [Int] {
        var starts = [0]
        var index = 0
        while index < bytes.count {
            let length = breakLength(at: index, in: bytes)
            index += max(length, 1)
            if length > 0 { starts.append(index) }
        }
        return starts
    }

    private static func breakLength(at index: Int, in bytes: [UInt8]) -> Int {
        switch bytes[index] {
        case 0x0a: return 1
        case 0x0d: return index + 1 < bytes.count && bytes[index + 1] == 0x0a ? 2 : 1
        case 0xc2: return index + 1 < bytes.count && bytes[index + 1] == 0x85 ? 2 : 0
        case 0xe2:
            guard index + 2 < bytes.count, bytes[index + 1] == 0x80 else { return 0 }
            return bytes[index + 2] == 0xa8 || bytes[index + 2] == 0xa9 ? 3 : 0
        default: return 0
        }
    }

    private static func breakLength(endingAt end: Int, in bytes: [UInt8]) -> Int {
        for length in [3, 2, 1] where end >= length && breakLength(at: end - length, in: bytes) == length {
            return length
        }
        return 0
    }
}

/// A place in a manifest file, with how much of its line is meant.
struct Place: Sendable {
    private static let longestLine = 10_000

    let source: SourceText
    /// From one.
    let line: Int
    /// From one, in bytes.
    let column: Int
    /// In bytes; 0 where only the start is known.
    let length: Int

    var location: FileLocation { FileLocation(file: source.name, line: line, column: column) }

    /// The text of the line; nil for one that nobody could read.
    var lineText: String? {
        let bytes = source.line(line)
        return bytes.count <= Self.longestLine ? String(decoding: bytes, as: UTF8.self) : nil
    }

    func error(_ code: String, _ message: String, hint: String? = nil) -> Diagnostic {
        diagnostic(.error, code, message, hint: hint)
    }

    func diagnostic(
        _ severity: Diagnostic.Severity,
        _ code: String,
        _ message: String,
        hint: String? = nil
    ) -> Diagnostic {
        Diagnostic(severity, code, message, at: location, line: lineText, length: length, hint: hint)
    }
}
