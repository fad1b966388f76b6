/// Reads JSON (RFC 8259) into nodes with their places, as the reader of YAML makes them of the same text.
struct JSONNodes {
    /// Why a text is none.
    struct Fault: Error {
        let offset: Int
        let reason: String
    }

    private static let deepest = 100

    private let source: SourceText
    private let bytes: [UInt8]
    private var index = 0

    /// The one value of a file.
    static func read(_ source: SourceText) throws(Fault) -> YAMLNode {
        var reader = JSONNodes(source: source, bytes: source.bytes)
        let root = try reader.value(depth: 0)
        reader.skipSpace()
        guard reader.index == reader.bytes.count else { throw reader.fault("it goes on behind its end") }
        return root
    }

    private init(source: SourceText, bytes: [UInt8]) {
        self.source = source
        self.bytes = bytes
    }

    private var next: UInt8? { index < bytes.count ? bytes[index] : nil }

    private func fault(_ reason: String) -> Fault {
        Fault(offset: min(index, max(0, bytes.count - 1)), reason: reason)
    }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 { index += 1 }
    }

    /// Goes behind a byte that must come next.
    private mutating func take(_ byte: UInt8) throws(Fault) {
        skipSpace()
        guard next == byte else { throw fault("a '\(Character(Unicode.Scalar(byte)))' is missing here") }
        index += 1
    }

    /// Whether a list or map goes on; goes behind the comma, or behind the bracket that ends it.
    private mutating func goesOn(until end: UInt8, isFirst: Bool) throws(Fault) -> Bool {
        skipSpace()
        if next == end {
            index += 1
            return false
        }
        if !isFirst { try take(UInt8(ascii: ",")) }
        skipSpace()
        return true
    }

    // MARK: Values

    private mutating func value(depth: Int) throws(Fault) -> YAMLNode {
        skipSpace()
        guard depth <= Self.deepest else {
            throw fault("this is nested more than \(Self.deepest) levels deep")
        }
        let start = index
        switch next {
        case UInt8(ascii: "{"):
            index += 1
            return YAMLNode(content: .map(try entries(depth: depth)), place: source.place(atByte: start))
        case UInt8(ascii: "["):
            index += 1
            var items: [YAMLNode] = []
            while try goesOn(until: UInt8(ascii: "]"), isFirst: items.isEmpty) {
                items.append(try value(depth: depth + 1))
            }
            return YAMLNode(content: .list(items), place: source.place(atByte: start))
        case UInt8(ascii: "\""):
            let text = try text()
            return YAMLNode(
                content: .text(text, isPlain: false),
                place: source.place(atByte: start, length: index - start)
            )
        default:
            let word = try word()
            return YAMLNode(
                content: .text(word, isPlain: true),
                place: source.place(atByte: start, length: index - start)
            )
        }
    }

    private mutating func entries(depth: Int) throws(Fault) -> [YAMLNode.Entry] {
        var entries: [YAMLNode.Entry] = []
        var names: Set<String> = []
        while try goesOn(until: UInt8(ascii: "}"), isFirst: entries.isEmpty) {
            let start = index
            let name = try text()
            let place = source.place(atByte: start, length: index - start)
            guard names.insert(name).inserted else {
                index = start
                throw fault("'\(name)' is defined twice")
            }
            try take(UInt8(ascii: ":"))
            entries.append(YAMLNode.Entry(key: name, keyPlace: place, value: try value(depth: depth + 1)))
        }
        return entries
    }

    /// A number, `true`, `false` or `null`.
    private mutating func word() throws(Fault) -> String {
        let start = index
        while let byte = next, byte.isDigit || byte.isLetter || "+-.".utf8.contains(byte) { index += 1 }
        let word = String(decoding: bytes[start..<index], as: UTF8.self)
        guard ["true", "false", "null"].contains(word) || Double(word) != nil, !word.isEmpty else {
            index = start
            throw fault("a value is missing here")
        }
        return word
    }

    // MARK: Texts

    private mutating func text() throws(Fault) -> String {
        guard next == UInt8(ascii: "\"") else { throw fault("a text is missing here") }
        index += 1
        var start = index
        var text = ""
        while let byte = next {
            switch byte {
            case UInt8(ascii: "\""):
                text += try plain(from: start)
                index += 1
                return text
            case UInt8(ascii: "\\"):
                text += try plain(from: start)
                index += 1
                text.unicodeScalars.append(try escaped())
                start = index
            case 0..<0x20, 0x7f: throw fault("a text holds a control character")
            default: index += 1
            }
        }
        throw fault("a text has no end")
    }

    private func plain(from start: Int) throws(Fault) -> String {
        guard let text = String(validating: bytes[start..<index], as: UTF8.self) else {
            throw Fault(offset: start, reason: "a text is not UTF-8")
        }
        return text
    }

    /// What stands behind a backslash.
    private mutating func escaped() throws(Fault) -> Unicode.Scalar {
        guard let byte = next else { throw fault("a text has no end") }
        index += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{c}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"):
            let unit = try unit()
            if let scalar = Unicode.Scalar(unit) { return scalar }
            // The first half of a pair of UTF-16; the other must follow.
            guard unit < 0xdc00, bytes[index...].starts(with: "\\u".utf8) else {
                throw fault("an escape is half a character")
            }
            index += 2
            let low = try self.unit()
            guard (0xdc00...0xdfff).contains(low),
                let scalar = Unicode.Scalar(0x10000 + (unit - 0xd800) << 10 + (low - 0xdc00))
            else { throw fault("an escape is half a character") }
            return scalar
        default: throw fault("there is no such escape")
        }
    }

    /// Four hexadecimal digits.
    private mutating func unit() throws(Fault) -> UInt32 {
        let digits = bytes[index...].prefix(4)
        guard digits.count == 4, digits.allSatisfy(\.isHexDigit),
            let unit = UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
        else { throw fault("an escape has four hexadecimal digits") }
        index += 4
        return unit
    }
}
