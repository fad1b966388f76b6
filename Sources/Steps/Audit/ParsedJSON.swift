/// A JSON value, parsed once and kept small.
///
/// Numbers keep their text, so that nothing is rounded.
package indirect enum ParsedJSON: Hashable, Sendable {
    case null
    case bool(Bool)
    case number(String)
    case string(String)
    case array([ParsedJSON])
    case object([String: ParsedJSON])

    package subscript(key: String) -> ParsedJSON? {
        guard case .object(let members) = self else { return nil }
        return members[key]
    }

    package var text: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    package var integer: Int? {
        guard case .number(let text) = self else { return nil }
        return Int(text)
    }

    package var flag: Bool? {
        guard case .bool(let flag) = self else { return nil }
        return flag
    }

    package var items: [ParsedJSON] {
        guard case .array(let items) = self else { return [] }
        return items
    }

    package var members: [String: ParsedJSON] {
        guard case .object(let members) = self else { return [:] }
        return members
    }
}

/// Text that is no JSON.
package struct JSONTextError: Error, Hashable, Sendable {
    package let message: String
    /// Bytes from the start of the text.
    package let offset: Int
}

/// The text of one JSON value, cut out but not read.
///
/// A compiler's output is megabytes of which a step wants a little: members are found by skipping over their values, and
/// a value that is only handed on is never decoded.
package struct JSONSlice: Sendable {
    package let bytes: ArraySlice<UInt8>

    package init(_ bytes: ArraySlice<UInt8>) { self.bytes = bytes }

    package init(_ bytes: some Sequence<UInt8>) { self.bytes = Array(bytes)[...] }

    /// The members of an object in the order of the text; empty for any other value.
    ///
    /// - Throws: ``JSONTextError`` where the text is no JSON.
    package func members() throws(JSONTextError) -> [JSONMember] {
        var reader = JSONReader(bytes)
        return try reader.slicedMembers()
    }

    /// The values of an array in the order of the text; empty for any other value.
    ///
    /// - Throws: ``JSONTextError`` where the text is no JSON.
    package func items() throws(JSONTextError) -> [JSONSlice] {
        var reader = JSONReader(bytes)
        return try reader.slicedItems()
    }

    /// The value of a member; nil where there is none of that name.
    package func member(_ key: String) throws(JSONTextError) -> JSONSlice? {
        try members().first { $0.key == key }?.value
    }

    /// The whole value.
    package func parsed() throws(JSONTextError) -> ParsedJSON {
        var reader = JSONReader(bytes)
        return try reader.document()
    }
}

/// A member of an object, cut out but not read.
package struct JSONMember: Sendable {
    package let key: String
    package let value: JSONSlice
    /// Name and value as they stand in the text.
    package let whole: JSONSlice
}
