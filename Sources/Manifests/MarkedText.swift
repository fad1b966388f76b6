import Yams

/// A file's text with marks in front of keys that are there twice.
///
/// The parser stops at a key that is there twice and names the first place alone. A character from a private plane in
/// front of that one makes the two differ, so that the parser goes on and both places, and all other problems, are known.
struct MarkedText {
    /// U+F0000, four bytes of UTF-8.
    private static let plane: ClosedRange<UInt32> = 0xf0000...0xf00ff

    private(set) var text: String
    private let source: SourceText
    /// By line: the columns, in scalars of ``text``, at which marks stand.
    private var marks: [Int: [Int]] = [:]
    private var count: UInt32 = 0
    /// False where the file itself uses that plane.
    private let canMark: Bool

    init(_ source: SourceText) {
        self.source = source
        text = String(decoding: source.bytes, as: UTF8.self)
        canMark = !zip(source.bytes, source.bytes.dropFirst()).contains { $0 == 0xf3 && $1 == 0xb0 }
    }

    /// Marks the key at a place of ``text``; false where it has no simple spelling.
    mutating func mark(_ place: Mark) -> Bool {
        let (line, scalar) = original(place)
        guard canMark, count < 0xff else { return false }
        let offset = source.byte(line: line, scalar: scalar)
        guard offset < source.bytes.count, !"&!?[{|>".utf8.contains(source.bytes[offset]) else {
            return false
        }
        let isQuoted = "\"'".utf8.contains(source.bytes[offset])
        let column = place.column + (isQuoted ? 1 : 0)
        let shift = (marks[line] ?? []).count { $0 < column }
        let byte = offset + (isQuoted ? 1 : 0)
        guard let unicode = Unicode.Scalar(Self.plane.lowerBound + count) else { return false }
        count += 1
        let earlier = marks.filter { $0.key < line }.reduce(0) { $0 + $1.value.count }
        let index = text.utf8.index(text.utf8.startIndex, offsetBy: byte + 4 * (earlier + shift))
        text.unicodeScalars.insert(unicode, at: index)
        marks[line] = ((marks[line] ?? []).map { $0 >= column ? $0 + 1 : $0 } + [column]).sorted()
        return true
    }

    /// The line and the column, in scalars, that a mark of ``text`` has in the file.
    func original(_ place: Mark) -> (line: Int, scalar: Int) {
        let before = (marks[place.line] ?? []).count { $0 < place.column }
        return (place.line, place.column - before)
    }

    static func withoutMark(_ text: String) -> String {
        guard let first = text.unicodeScalars.first, plane.contains(first.value) else { return text }
        return String(text.unicodeScalars.dropFirst())
    }
}
