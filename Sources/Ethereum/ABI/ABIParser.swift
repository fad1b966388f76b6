/// Reads types, parameter lists and signatures from text, byte by byte.
struct ABIParser {
    /// How deep types may lie within each other; Solidity's own limit is far below.
    static let deepest = 32

    private static let dataLocations: Set<String> = ["memory", "calldata", "storage", "indexed", "payable"]

    private let text: String
    private let characters: [UInt8]
    private var position = 0

    init(_ text: String) {
        self.text = text
        characters = Array(text.utf8)
    }

    var isAtEnd: Bool { position == characters.count }

    /// A type with its array suffixes; `components` are those that an ABI in JSON names beside `tuple`.
    mutating func type(components: [ABIParameter]? = nil, depth: Int = 0) throws(ABISyntaxError) -> ABIType {
        guard depth < Self.deepest else { throw failure("types are nested more than \(Self.deepest) deep") }
        var type = try base(components: components, depth: depth)
        var suffixes = depth
        while take("[") {
            suffixes += 1
            guard suffixes < Self.deepest else {
                throw failure("types are nested more than \(Self.deepest) deep")
            }
            let digits = word()
            guard take("]") else { throw failure("a '[' has no ']'") }
            if digits.isEmpty {
                type = .array(of: type)
            } else {
                guard let count = Self.number(digits).flatMap(ABIType.ArrayCount.init) else {
                    throw failure("'\(digits)' is not the length of an array; write a number from 1")
                }
                type = .fixedArray(of: type, count)
            }
        }
        return type
    }

    /// Parameters in parentheses, each a type, perhaps a data location, perhaps a name.
    mutating func parameters(depth: Int = 0) throws(ABISyntaxError) -> [ABIParameter] {
        guard take("(") else { throw failure("'(' is missing") }
        if take(")") { return [] }
        var parameters: [ABIParameter] = []
        repeat {
            let type = try type(depth: depth + 1)
            var name = word()
            while Self.dataLocations.contains(name) { name = word() }
            parameters.append(ABIParameter(name: name, type: type))
        } while take(",")
        guard take(")") else { throw failure("',' or ')' is missing") }
        return parameters
    }

    /// Letters, digits, `_` and `$`, with the blanks around them skipped; empty where there are none.
    mutating func word() -> String {
        skipBlanks()
        let start = position
        while position < characters.count, Self.isNameCharacter(characters[position]) { position += 1 }
        let word = String(decoding: characters[start..<position], as: UTF8.self)
        skipBlanks()
        return word
    }

    /// Skips `character` where it is next.
    mutating func take(_ character: Character) -> Bool {
        skipBlanks()
        guard position < characters.count, characters[position] == character.asciiValue else { return false }
        position += 1
        skipBlanks()
        return true
    }

    func failure(_ reason: String) -> ABISyntaxError {
        let shown = text.count > 120 ? text.prefix(120) + "…" : Substring(text)
        return ABISyntaxError("'\(shown)', character \(position + 1): \(reason)")
    }

    private mutating func base(
        components: [ABIParameter]?,
        depth: Int
    ) throws(ABISyntaxError) -> ABIType {
        let start = position
        let name = word()
        if name == "tuple", let components { return try Self.tuple(components, else: failure) }
        if name.isEmpty || name == "tuple" {
            return try Self.tuple(try parameters(depth: depth), else: failure)
        }
        guard let type = try Self.elementary(name, else: failure) else {
            position = start
            throw failure("'\(name)' is not a type of the ABI")
        }
        return type
    }

    private static func tuple(
        _ components: [ABIParameter],
        else failure: (String) -> ABISyntaxError
    ) throws(ABISyntaxError) -> ABIType {
        guard !components.isEmpty else { throw failure("a tuple has at least one component") }
        return .tuple(components)
    }

    private static func elementary(
        _ name: String,
        else failure: (String) -> ABISyntaxError
    ) throws(ABISyntaxError) -> ABIType? {
        switch name {
        case "uint": return .uint256
        case "int": return .int256
        case "address": return .address
        case "bool": return .bool
        case "bytes": return .bytes
        case "string": return .string
        case "function": return .function
        default: break
        }
        let digits = String(name.reversed().prefix { $0.isASCII && $0.isNumber }.reversed())
        let stem = name.dropLast(digits.count)
        switch stem {
        case "uint", "int":
            guard let width = number(digits).flatMap(ABIType.IntegerWidth.init(bits:)) else {
                throw failure("'\(name)' is no integer type; widths are 8 to 256 in steps of 8")
            }
            return stem == "uint" ? .uint(width) : .int(width)
        case "bytes":
            guard let width = number(digits).flatMap(ABIType.BytesWidth.init(count:)) else {
                throw failure("'\(name)' is no bytes type; widths are 1 to 32, or plain 'bytes'")
            }
            return .fixedBytes(width)
        default:
            if name.hasPrefix("fixed") || name.hasPrefix("ufixed") {
                throw failure("'\(name)' is not supported: no compiler implements fixed-point numbers")
            }
            return nil
        }
    }

    /// A number as the ABI spells it, without leading zeros.
    private static func number(_ digits: String) -> Int? {
        guard digits.first != "0", digits.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
        return Int(digits)
    }

    private mutating func skipBlanks() {
        while position < characters.count, [0x20, 0x09, 0x0a, 0x0d].contains(characters[position]) {
            position += 1
        }
    }

    private static func isNameCharacter(_ character: UInt8) -> Bool {
        switch character {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "$"): true
        default: false
        }
    }
}

extension ABIType {
    /// Reads a type such as `(uint256,string)[2][]`; names of components are kept.
    ///
    /// - Throws: ``ABISyntaxError`` that names the place; `fixed` types are refused.
    package init(_ text: String) throws(ABISyntaxError) {
        try self.init(text, components: nil)
    }

    /// Reads the `type` of an ABI in JSON with the `components` beside it.
    init(_ text: String, components: [ABIParameter]?) throws(ABISyntaxError) {
        var parser = ABIParser(text)
        self = try parser.type(components: components)
        guard parser.isAtEnd else { throw parser.failure("nothing may follow the type") }
    }
}
