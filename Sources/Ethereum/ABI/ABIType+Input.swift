import BigInt
import EthereumTypes

extension ABIType {
    /// The value that `input` means for this type.
    ///
    /// Integers are decimal (`1_000` and `1e18` too) or hexadecimal behind `0x`, and must fit the width; `bool`
    /// is `true` or `false`; an address in mixed case must carry its checksum; bytes are hexadecimal behind `0x`;
    /// a string is the text as it is; an array is a list; a tuple is a list or a map by component name.
    ///
    /// The parameters of a function or a constructor are the components of one tuple: `.tuple(inputs)`.
    ///
    /// The path says where the input stands, such as `arguments`; messages extend it.
    ///
    /// - Throws: ``ABIInputError`` for the first input that does not fit.
    package func value(from input: ABIInput, path: String) throws(ABIInputError) -> ABIValue {
        switch self {
        case .array(let element):
            return .array(try elements(element, from: input, path: path, hint: "write a list"))
        case .fixedArray(let element, let count):
            let hint = "write a list of \(count.count) values"
            if case .list(let items) = input, items.count != count.count {
                throw error(input, path, hint: hint)
            }
            return .array(try elements(element, from: input, path: path, hint: hint))
        case .tuple(let components):
            return .tuple(try self.components(components, from: input, path: path))
        case .uint, .int, .address, .bool, .fixedBytes, .bytes, .string, .function:
            guard case .text(let text) = input else {
                throw error(input, path, hint: "write one plain value")
            }
            return try scalar(text, path: path)
        }
    }

    private func elements(
        _ element: ABIType,
        from input: ABIInput,
        path: String,
        hint: String
    ) throws(ABIInputError) -> [ABIValue] {
        guard case .list(let items) = input else { throw error(input, path, hint: hint) }
        var values: [ABIValue] = []
        for (index, item) in items.enumerated() {
            values.append(try element.value(from: item, path: "\(path)[\(index)]"))
        }
        return values
    }

    private func components(
        _ components: [ABIParameter],
        from input: ABIInput,
        path: String
    ) throws(ABIInputError) -> [ABIValue] {
        let names = components.map { $0.name.isEmpty ? $0.type.description : $0.name }.joined(separator: ", ")
        let wanted =
            switch components.count {
            case 0: "write an empty list"
            case 1: "write a list of 1 value: \(names)"
            default: "write a list of \(components.count) values: \(names)"
            }
        var values: [ABIValue] = []
        switch input {
        case .text:
            throw error(input, path, hint: wanted)
        case .list(let items):
            guard items.count == components.count else { throw error(input, path, hint: wanted) }
            for (index, (item, component)) in zip(items, components).enumerated() {
                values.append(try component.type.value(from: item, path: "\(path)[\(index)]"))
            }
        case .map(let entries):
            try checkNames(of: entries, against: components, input: input, path: path, wanted: wanted)
            for component in components {
                guard let entry = entries.first(where: { $0.name == component.name }) else {
                    throw error(input, path, hint: "the key '\(component.name)' is missing")
                }
                values.append(try component.type.value(from: entry.value, path: "\(path).\(component.name)"))
            }
        }
        return values
    }

    private func checkNames(
        of entries: [ABIInput.Entry],
        against components: [ABIParameter],
        input: ABIInput,
        path: String,
        wanted: String
    ) throws(ABIInputError) {
        let names = components.map(\.name)
        guard !names.contains(""), Set(names).count == names.count else {
            throw error(input, path, hint: "not every component has a name of its own; \(wanted)")
        }
        for (index, entry) in entries.enumerated() {
            guard names.contains(entry.name) else {
                let keys =
                    names.isEmpty ? "there are no keys" : "the keys are \(names.joined(separator: ", "))"
                throw error(input, path, hint: "there is no '\(entry.name)'; \(keys)")
            }
            guard !entries[..<index].contains(where: { $0.name == entry.name }) else {
                throw error(input, path, hint: "the key '\(entry.name)' is there twice")
            }
        }
    }

    func error(_ input: ABIInput, _ path: String, hint: String) -> ABIInputError {
        ABIInputError(path: path, expected: description, seen: input.shown, hint: hint)
    }
}
