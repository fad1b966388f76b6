extension DecodingError {
    /// Where the value is that could not be read, and what it should have been, in words of ours.
    ///
    /// The place is a path such as `deployments[0].maxGas`; where the whole text is no JSON it is `the file`.
    package var words: String {
        switch self {
        case .keyNotFound(let key, let context):
            "\(Self.path(context.codingPath)) has no '\(key.stringValue)'"
        case .valueNotFound(let type, let context), .typeMismatch(let type, let context):
            "\(Self.path(context.codingPath)) is not \(Self.name(of: type))"
        case .dataCorrupted(let context):
            context.codingPath.isEmpty
                ? "it is no JSON" : "\(Self.path(context.codingPath)): \(context.debugDescription)"
        @unknown default: "it cannot be read"
        }
    }

    /// The keys and places in lists that lead to the value; empty for the whole.
    package var codingPath: [any CodingKey] {
        switch self {
        case .keyNotFound(_, let context), .valueNotFound(_, let context), .typeMismatch(_, let context),
            .dataCorrupted(let context):
            context.codingPath
        @unknown default: []
        }
    }

    private static func path(_ keys: [any CodingKey]) -> String {
        var path = ""
        for key in keys {
            if let index = key.intValue {
                path += "[\(index)]"
            } else {
                path += path.isEmpty ? key.stringValue : ".\(key.stringValue)"
            }
        }
        return path.isEmpty ? "the file" : path
    }

    private static func name(of type: Any.Type) -> String {
        switch type {
        case is String.Type: "text"
        case is Bool.Type: "true or false"
        case is any BinaryInteger.Type: "a whole number"
        case is any Collection.Type where !(type is any ExpressibleByDictionaryLiteral.Type): "a list"
        default: "a map"
        }
    }
}
