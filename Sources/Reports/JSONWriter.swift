import Foundation

/// Writes JSON as it is spelled in every file of ours, straight into bytes: what is written for each step is not first made into a
/// tree of values.
///
/// The bytes are those of Foundation's `JSONEncoder` with sorted keys and slashes as they are; who writes an object names its
/// members in their order.
struct JSONWriter {
    /// Where one part ends and the next begins: nothing large is moved when more is written.
    private static let partSize = 1 << 18

    private let isPretty: Bool
    private var parts: [Data] = []
    private var bytes: [UInt8] = []
    private var depth = 0
    /// Whether the innermost object or array has nothing in it yet.
    private var isEmpty = true

    /// - Parameter pretty: Whether each member and element has a line of its own.
    init(pretty: Bool) { isPretty = pretty }

    /// The bytes of a value, with a line break at the end, in parts.
    static func parts(pretty: Bool, _ write: (inout JSONWriter) -> Void) -> [Data] {
        var json = JSONWriter(pretty: pretty)
        write(&json)
        json.bytes.append(UInt8(ascii: "\n"))
        return json.parts + [Data(json.bytes)]
    }

    /// The bytes of a value, with a line break at the end.
    static func encode(_ value: some JSONWritable, pretty: Bool) -> Data {
        var json = JSONWriter(pretty: pretty)
        value.write(to: &json)
        json.bytes.append(UInt8(ascii: "\n"))
        return json.parts.isEmpty ? Data(json.bytes) : Data((json.parts + [Data(json.bytes)]).joined())
    }

    mutating func object(_ members: (inout JSONWriter) -> Void) {
        open(UInt8(ascii: "{"))
        members(&self)
        close(UInt8(ascii: "}"))
    }

    mutating func array<Elements: Sequence>(_ elements: Elements) where Elements.Element: JSONWritable {
        open(UInt8(ascii: "["))
        for element in elements {
            separate()
            element.write(to: &self)
            isEmpty = false
        }
        close(UInt8(ascii: "]"))
    }

    mutating func member(_ key: StaticString, _ write: (inout JSONWriter) -> Void) {
        separate()
        quote(key)
        add(isPretty ? " : " : ":")
        write(&self)
        isEmpty = false
    }

    mutating func member(_ key: StaticString, _ value: some JSONWritable) {
        member(key) { value.write(to: &$0) }
    }

    /// A member that is not there where there is no value.
    mutating func member(_ key: StaticString, ifThere value: (some JSONWritable)?) {
        if let value { member(key, value) }
    }

    mutating func add(_ text: StaticString) {
        unsafe bytes.append(
            contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    mutating func add(_ number: some FixedWidthInteger) {
        guard let small = Int64(exactly: number) else { return bytes.append(contentsOf: String(number).utf8) }
        if small < 0 { bytes.append(UInt8(ascii: "-")) }
        var rest = small.magnitude
        let start = bytes.count
        repeat {
            bytes.append(UInt8(ascii: "0") + UInt8(rest % 10))
            rest /= 10
        } while rest > 0
        bytes[start...].reverse()
    }

    mutating func quote(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        let isPlain = text.utf8.allSatisfy {
            $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\")
        }
        if isPlain {
            bytes.append(contentsOf: text.utf8)
        } else {
            for byte in text.utf8 { escape(byte) }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    /// A key: one that needs no escape.
    private mutating func quote(_ key: StaticString) {
        bytes.append(UInt8(ascii: "\""))
        add(key)
        bytes.append(UInt8(ascii: "\""))
    }

    /// RFC 8259, 7: what must be escaped, and nothing else.
    private mutating func escape(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""): add("\\\"")
        case UInt8(ascii: "\\"): add("\\\\")
        case 0x08: add("\\b")
        case 0x0C: add("\\f")
        case 0x0A: add("\\n")
        case 0x0D: add("\\r")
        case 0x09: add("\\t")
        case 0..<0x20:
            add(byte < 0x10 ? "\\u000" : "\\u001")
            let digit = byte & 15
            bytes.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
        default: bytes.append(byte)
        }
    }

    private mutating func open(_ bracket: UInt8) {
        bytes.append(bracket)
        depth += 1
        isEmpty = true
    }

    private mutating func close(_ bracket: UInt8) {
        depth -= 1
        // An empty one has an empty line in it.
        if isEmpty, isPretty { bytes.append(UInt8(ascii: "\n")) }
        breakLine()
        bytes.append(bracket)
        isEmpty = false
    }

    private mutating func separate() {
        if !isEmpty { bytes.append(UInt8(ascii: ",")) }
        breakLine()
        guard bytes.count >= Self.partSize else { return }
        parts.append(Data(bytes))
        bytes.removeAll(keepingCapacity: true)
    }

    private mutating func breakLine() {
        guard isPretty else { return }
        bytes.append(UInt8(ascii: "\n"))
        for _ in 0..<2 * depth { bytes.append(UInt8(ascii: " ")) }
    }
}

/// A value that writes itself as JSON.
protocol JSONWritable {
    func write(to json: inout JSONWriter)
}

/// One that is an object.
protocol JSONObject: JSONWritable {
    /// Writes every member, by the order of keys.
    func writeMembers(to json: inout JSONWriter)
}

extension JSONObject {
    func write(to json: inout JSONWriter) { json.object { writeMembers(to: &$0) } }
}

extension String: JSONWritable {
    func write(to json: inout JSONWriter) { json.quote(self) }
}

extension Bool: JSONWritable {
    func write(to json: inout JSONWriter) { json.add(self ? "true" : "false") }
}

extension JSONWritable where Self: FixedWidthInteger {
    func write(to json: inout JSONWriter) { json.add(self) }
}

extension Int: JSONWritable {}
extension Int32: JSONWritable {}
extension Int64: JSONWritable {}
extension UInt64: JSONWritable {}

extension Array: JSONWritable where Element: JSONWritable {
    func write(to json: inout JSONWriter) { json.array(self) }
}

extension OrNull: JSONWritable where Value: JSONWritable {
    func write(to json: inout JSONWriter) {
        if let value { value.write(to: &json) } else { json.add("null") }
    }
}
