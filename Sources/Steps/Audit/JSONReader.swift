/// Reads JSON text byte by byte, either into values or past them.
struct JSONReader {
    /// Deeper nesting is refused: a hostile file must not exhaust the stack.
    private static let deepest = 2000

    private let bytes: ArraySlice<UInt8>
    private var position: Int
    private var depth = 0

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        position = bytes.startIndex
    }

    mutating func document() throws(JSONTextError) -> ParsedJSON {
        let value = try value()
        skipBlanks()
        guard position == bytes.endIndex else { throw failure("there is text after the value") }
        return value
    }

    mutating func slicedMembers() throws(JSONTextError) -> [JSONMember] {
        skipBlanks()
        guard peek() == UInt8(ascii: "{") else { return [] }
        position += 1
        var found: [JSONMember] = []
        skipBlanks()
        if take("}") { return found }
        repeat {
            skipBlanks()
            let start = position
            let key = try string()
            skipBlanks()
            guard take(":") else { throw failure("a ':' is missing") }
            skipBlanks()
            let middle = position
            try skipValue()
            let value = JSONSlice(bytes[middle..<position])
            found.append(JSONMember(key: key, value: value, whole: JSONSlice(bytes[start..<position])))
            skipBlanks()
        } while take(",")
        guard take("}") else { throw failure("a '}' is missing") }
        return found
    }

    /// The members of an object that other text follows, and where it goes on.
    mutating func leadingMembers() throws(JSONTextError) -> (members: [JSONMember], end: Int) {
        (try slicedMembers(), position)
    }

    mutating func slicedItems() throws(JSONTextError) -> [JSONSlice] {
        skipBlanks()
        guard peek() == UInt8(ascii: "[") else { return [] }
        position += 1
        var found: [JSONSlice] = []
        skipBlanks()
        if take("]") { return found }
        repeat {
            skipBlanks()
            let start = position
            try skipValue()
            found.append(JSONSlice(bytes[start..<position]))
            skipBlanks()
        } while take(",")
        guard take("]") else { throw failure("a ']' is missing") }
        return found
    }

    private mutating func value() throws(JSONTextError) -> ParsedJSON {
        skipBlanks()
        switch peek() {
        case UInt8(ascii: "{"): return try object()
        case UInt8(ascii: "["): return try array()
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"):
            try word("true")
            return .bool(true)
        case UInt8(ascii: "f"):
            try word("false")
            return .bool(false)
        case UInt8(ascii: "n"):
            try word("null")
            return .null
        default: return .number(try number())
        }
    }

    private mutating func object() throws(JSONTextError) -> ParsedJSON {
        try enter()
        var members: [String: ParsedJSON] = [:]
        skipBlanks()
        if !take("}") {
            repeat {
                skipBlanks()
                let key = try string()
                skipBlanks()
                guard take(":") else { throw failure("a ':' is missing") }
                members[key] = try value()
                skipBlanks()
            } while take(",")
            guard take("}") else { throw failure("a '}' is missing") }
        }
        depth -= 1
        return .object(members)
    }

    private mutating func array() throws(JSONTextError) -> ParsedJSON {
        try enter()
        var items: [ParsedJSON] = []
        skipBlanks()
        if !take("]") {
            repeat {
                items.append(try value())
                skipBlanks()
            } while take(",")
            guard take("]") else { throw failure("a ']' is missing") }
        }
        depth -= 1
        return .array(items)
    }

    private mutating func enter() throws(JSONTextError) {
        depth += 1
        position += 1
        guard depth <= Self.deepest else { throw failure("it is nested too deeply") }
    }

    private mutating func number() throws(JSONTextError) -> String {
        let start = position
        while let byte = peek(), Self.isOfNumber(byte) { position += 1 }
        guard position > start else { throw failure("a value is missing") }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private static func isOfNumber(_ byte: UInt8) -> Bool {
        switch byte {
        case 48...57, UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."), UInt8(ascii: "e"),
            UInt8(ascii: "E"):
            true
        default: false
        }
    }

    private mutating func string() throws(JSONTextError) -> String {
        guard take("\"") else { throw failure("a name or a text is missing") }
        let start = position
        while let byte = peek(), byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") { position += 1 }
        let plain = bytes[start..<position]
        if take("\"") { return String(decoding: plain, as: UTF8.self) }
        var text = Array(plain)
        while let byte = peek() {
            position += 1
            if byte == UInt8(ascii: "\"") { return String(decoding: text, as: UTF8.self) }
            if byte == UInt8(ascii: "\\") {
                text += Array(String(try escaped()).utf8)
            } else {
                text.append(byte)
            }
        }
        throw failure("a text does not end")
    }

    private mutating func escaped() throws(JSONTextError) -> Unicode.Scalar {
        let byte = peek()
        position += 1
        switch byte {
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{c}"
        case UInt8(ascii: "u"):
            let high = try hexadecimal()
            guard (0xD800..<0xDC00).contains(high), take("\\"), take("u") else {
                return Unicode.Scalar(high) ?? "\u{fffd}"
            }
            let low = try hexadecimal()
            guard (0xDC00..<0xE000).contains(low) else { return "\u{fffd}" }
            return Unicode.Scalar(0x10000 + (high - 0xD800) << 10 + (low - 0xDC00)) ?? "\u{fffd}"
        case .some(let byte): return Unicode.Scalar(byte)
        case .none: throw failure("a text does not end")
        }
    }

    private mutating func hexadecimal() throws(JSONTextError) -> UInt32 {
        let end = position + 4
        guard end <= bytes.endIndex,
            let value = UInt32(String(decoding: bytes[position..<end], as: UTF8.self), radix: 16)
        else { throw failure("four hexadecimal digits are missing") }
        position = end
        return value
    }

    /// Goes past a value; brackets are counted, texts are jumped over, the rest is left to whoever reads the slice.
    private mutating func skipValue() throws(JSONTextError) {
        var open = 0
        repeat {
            skipBlanks()
            guard let byte = peek() else { throw failure("a value does not end") }
            switch byte {
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                open += 1
                position += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                open -= 1
                position += 1
            case UInt8(ascii: "\""): try skipString()
            case UInt8(ascii: ","), UInt8(ascii: ":"):
                guard open > 0 else { throw failure("a value is missing") }
                position += 1
            default:
                while let byte = peek(), Self.isOfNumber(byte) || (97...122).contains(byte) { position += 1 }
                if peek() == byte { throw failure("a value is missing") }
            }
        } while open > 0
    }

    private mutating func skipString() throws(JSONTextError) {
        position += 1
        while let byte = peek() {
            position += byte == UInt8(ascii: "\\") ? 2 : 1
            if byte == UInt8(ascii: "\"") { return }
        }
        throw failure("a text does not end")
    }

    private mutating func word(_ word: StaticString) throws(JSONTextError) {
        let text = word.description.utf8
        guard bytes[position...].starts(with: text) else { throw failure("a value is missing") }
        position += text.count
    }

    private mutating func skipBlanks() {
        while let byte = peek(), byte == 32 || byte == 10 || byte == 13 || byte == 9 { position += 1 }
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard peek() == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private func peek() -> UInt8? { position < bytes.endIndex ? bytes[position] : nil }

    private func failure(_ message: String) -> JSONTextError {
        JSONTextError(message: message, offset: position - bytes.startIndex)
    }
}
