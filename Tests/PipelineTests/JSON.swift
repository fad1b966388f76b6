import Foundation

/// What a program that reads our files sees.
///
/// There is no case for fractions: none of our files has them.
enum JSON: Hashable, Sendable, Decodable {
    case null
    case bool(Bool)
    case integer(Int64)
    case string(String)
    case array([JSON])
    case object([String: JSON])

    init(text: String) throws { self = try JSONDecoder().decode(JSON.self, from: Data(text.utf8)) }

    init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if value.decodeNil() {
            self = .null
        } else if let bool = try? value.decode(Bool.self) {
            self = .bool(bool)
        } else if let integer = try? value.decode(Int64.self) {
            self = .integer(integer)
        } else if let string = try? value.decode(String.self) {
            self = .string(string)
        } else if let array = try? value.decode([JSON].self) {
            self = .array(array)
        } else {
            self = .object(try value.decode([String: JSON].self))
        }
    }

    /// The value of a key; null where there is none.
    subscript(key: String) -> JSON { object?[key] ?? .null }

    var object: [String: JSON]? {
        guard case .object(let object) = self else { return nil }
        return object
    }

    /// The elements; none where it is not an array.
    var array: [JSON] {
        guard case .array(let array) = self else { return [] }
        return array
    }

    var string: String? {
        guard case .string(let string) = self else { return nil }
        return string
    }

    var integer: Int64? {
        guard case .integer(let integer) = self else { return nil }
        return integer
    }

    /// The texts of an array.
    var strings: [String] { array.compactMap(\.string) }

    /// The element whose `key` is `value`; null where there is none.
    func first(_ key: String, _ value: String) -> JSON { array.first { $0[key].string == value } ?? .null }

    /// What the elements say under `value`, by what they say under `key`.
    func map(_ key: String, to value: String) -> [String: String] {
        Dictionary(
            array.compactMap { element in
                guard let name = element[key].string, let text = element[value].string else { return nil }
                return (name, text)
            },
            uniquingKeysWith: { first, _ in "\(first), and again" }
        )
    }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral {
    init(stringLiteral value: String) { self = .string(value) }
    init(integerLiteral value: Int64) { self = .integer(value) }
    init(booleanLiteral value: Bool) { self = .bool(value) }
}
