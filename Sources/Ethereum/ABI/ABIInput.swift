/// A value as a person wrote it: texts, lists and maps, not yet of any ABI type.
package indirect enum ABIInput: Hashable, Sendable {
    /// A name of a map with what stands behind it.
    package struct Entry: Hashable, Sendable {
        package let name: String
        package let value: ABIInput

        package init(_ name: String, _ value: ABIInput) {
            self.name = name
            self.value = value
        }
    }

    case text(String)
    case list([ABIInput])
    /// In the order in which it was written.
    case map([Entry])
}

/// Why an input is not a value of the type that is needed.
package struct ABIInputError: Error, Hashable, Sendable {
    /// Where the input stands, such as `arguments[1].owner`.
    package let path: String
    /// The type that is needed.
    package let expected: String
    /// What was written, cut where it is long.
    package let seen: String
    /// What to write instead.
    package let hint: String
}

extension ABIInputError: CustomStringConvertible {
    package var description: String { "\(path): expected \(expected), saw \(seen); \(hint)" }
}

extension ABIInput {
    /// The input in a few words, for messages.
    var shown: String {
        switch self {
        case .text(let text): text.count > 80 ? "'\(text.prefix(80))…'" : "'\(text)'"
        case .list(let items): items.count == 1 ? "a list of 1 value" : "a list of \(items.count) values"
        case .map(let entries):
            "a map with " + (entries.isEmpty ? "no keys" : entries.map(\.name).joined(separator: ", "))
        }
    }
}
