import Foundation

/// How every JSON file of ours is spelled: keys sorted, slashes as they are, a line break at the end.
enum WireJSON {
    /// The bytes of a value.
    ///
    /// - Throws: ``ReportError/notEncodable(_:)``.
    static func encode(_ value: some Encodable, pretty: Bool) throws(ReportError) -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        if pretty { encoder.outputFormatting.insert(.prettyPrinted) }
        do {
            return try encoder.encode(value) + Data("\n".utf8)
        } catch {
            throw .notEncodable("\(error)")
        }
    }
}

/// A value whose key is always there, with `null` where it is unknown.
package struct OrNull<Value: Codable & Hashable & Sendable>: Codable, Hashable, Sendable {
    package var value: Value?

    package init(_ value: Value?) { self.value = value }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        value = container.decodeNil() ? nil : try container.decode(Value.self)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        if let value { try container.encode(value) } else { try container.encodeNil() }
    }
}
