/// The grammar of a manifest as JSON Schema, for editors.
package enum ManifestSchema {
    /// JSON Schema 2020-12, made from the table that the parser uses; ends in a line break.
    package static var json: String {
        var definitions = Definitions()
        let root = definitions.object(Grammar.root)
        let head: [(String, JSONText)] = [
            ("$schema", .text("https://json-schema.org/draft/2020-12/schema")),
            ("title", .text("hyperkit manifest, version 1")),
        ]
        let sorted = definitions.made.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        return JSONText.object(head + root + [("$defs", .object(sorted))]).written() + "\n"
    }
}

/// The schema's definitions: one for each table, made where it is first met.
private struct Definitions {
    private static let name = "^[A-Za-z][A-Za-z0-9_-]{0,99}$"
    private static let libraryName = "^(.+\\.sol:)?[A-Za-z_$][A-Za-z0-9_$]*$"
    private static let hasVariable = "\\$\\{"

    var made: [String: JSONText] = [:]

    mutating func object(_ table: Table) -> [(String, JSONText)] {
        var properties: [(String, JSONText)] = []
        for key in table.keys {
            properties.append((key.name, described(schema(key.shape), key.about)))
        }
        var fields: [(String, JSONText)] = [
            ("description", .text(table.about)),
            ("type", .text("object")),
            ("additionalProperties", .flag(false)),
            ("properties", .object(properties)),
        ]
        let required = table.keys.filter(\.isRequired).map { JSONText.text($0.name) }
        if !required.isEmpty { fields.append(("required", .list(required))) }
        if !table.exactlyOne.isEmpty {
            let choices = table.exactlyOne.map { name in
                let required = Self.required(name)
                let others = table.keysWithout(name)
                guard !others.isEmpty else { return JSONText.object([required]) }
                let anyOf = JSONText.list(others.map { .object([Self.required($0)]) })
                return .object([required, ("not", .object([("anyOf", anyOf)]))])
            }
            fields.append(("oneOf", .list(choices)))
        }
        if !table.needs.isEmpty {
            let needs = table.needs.sorted { $0.key < $1.key }.map {
                ($0.key, JSONText.list($0.value.map(JSONText.text)))
            }
            fields.append(("dependentRequired", .object(needs)))
        }
        if !table.needsOneOf.isEmpty {
            let needs = table.needsOneOf.sorted { $0.key < $1.key }.map { key, choice in
                let required = choice.map { JSONText.object([("required", .list([.text($0)]))]) }
                return (key, JSONText.object([("anyOf", .list(required))]))
            }
            fields.append(("dependentSchemas", .object(needs)))
        }
        return fields
    }

    private static func required(_ name: String) -> (String, JSONText) {
        ("required", .list([.text(name)]))
    }

    private mutating func schema(_ shape: Shape) -> [(String, JSONText)] {
        switch shape {
        case .text(let kind): return text(kind)
        case .list(let inner, let mayBeEmpty):
            let least: [(String, JSONText)] = mayBeEmpty ? [] : [("minItems", .number(1))]
            return [("type", .text("array")), ("items", .object(schema(inner)))] + least
        case .map(let table): return [("$ref", .text("#/$defs/\(define(table))"))]
        case .named(let noun, let inner):
            let name = noun == .library ? Self.libraryName : Self.name
            return [
                ("type", .text("object")),
                ("propertyNames", .object([("pattern", .text(name))])),
                ("additionalProperties", .object(schema(inner))),
            ]
        case .either(let text, let list, let map):
            var choices: [JSONText] = []
            if let text { choices.append(.object(self.text(text))) }
            if let list { choices.append(.object(schema(list))) }
            if let map { choices.append(.object(fieldsOnly(map))) }
            return [("anyOf", .list(choices))]
        case .argument: return [("$ref", .text("#/$defs/\(defineArgument())"))]
        }
    }

    /// Arguments by name are a map of arguments.
    private mutating func fieldsOnly(_ shape: Shape) -> [(String, JSONText)] {
        guard case .argument = shape else { return schema(shape) }
        return argumentMap
    }

    private mutating func define(_ table: Table) -> String {
        if made[table.name] == nil {
            made[table.name] = .object([])
            made[table.name] = .object(object(table))
        }
        return table.name
    }

    private mutating func defineArgument() -> String {
        let itself = JSONText.object([("$ref", .text("#/$defs/argument"))])
        made["argument"] = .object([
            ("description", .text("A value of an ABI type: text, a list, or a tuple by component names.")),
            (
                "anyOf",
                .list([
                    .object(scalar), .object([("type", .text("array")), ("items", itself)]),
                    .object(argumentMap),
                ])
            ),
        ])
        return "argument"
    }

    private var argumentMap: [(String, JSONText)] {
        [
            ("type", .text("object")),
            ("propertyNames", .object([("pattern", .text("^[A-Za-z_$][A-Za-z0-9_$]*$"))])),
            ("additionalProperties", .object([("$ref", .text("#/$defs/argument"))])),
        ]
    }

    /// Scalars are taken from their text, whatever type YAML would guess.
    private var scalar: [(String, JSONText)] {
        [("type", .list([.text("string"), .text("number"), .text("boolean")]))]
    }

    private func described(_ schema: [(String, JSONText)], _ about: String) -> JSONText {
        .object([("description", .text(about))] + schema)
    }

    private func text(_ kind: TextKind) -> [(String, JSONText)] {
        switch kind {
        case .exactly(let text):
            [("enum", .list([Int(text).map(JSONText.number) ?? .text(text), .text(text)]))]
        case .projectName, .formerName: pattern(Self.name)
        case .name(.contract): pattern("^[A-Za-z][A-Za-z0-9_-]*(/.+)?$", orVariable: true)
        case .name: pattern(Self.name, orVariable: true)
        case .template: scalar
        case .word: scalar
        case .literalPath, .path, .glob: [("type", .text("string")), ("minLength", .number(1))]
        case .source: pattern("\\.sol(:[A-Za-z_$][A-Za-z0-9_$]*)?$", orVariable: true)
        case .remapping: pattern("^([^:=]*:)?[^=]+=", orVariable: true)
        case .solc: pattern("^(auto|[0-9]+\\.[0-9]+\\.[0-9]+|.*/.*)$", orVariable: true)
        case .integer(let range): anyOf([number(range), pattern("^[0-9]+$", orVariable: true)])
        case .integerOr(let word, let range):
            anyOf([number(range), pattern("^([0-9]+|\(word))$", orVariable: true)])
        case .boolean: anyOf([[("type", .text("boolean"))], pattern("^(true|false)$", orVariable: true)])
        case .oneOf(let words):
            anyOf([[("enum", .list(words.map(JSONText.text)))], pattern(Self.hasVariable)])
        case .money: pattern("^ *[0-9]+(\\.[0-9]+)? +(wei|gwei|ether) *$", orVariable: true)
        case .secret: pattern("^(env:|file:|cmd:\\[)", orVariable: true)
        case .address: pattern("^0x[0-9a-fA-F]{40}$", orVariable: true)
        case .endpoint: pattern("^(https?://|env:|file:|cmd:\\[)", orVariable: true)
        case .url: pattern("^https?://", orVariable: true)
        case .environmentName: pattern("^[A-Za-z_][A-Za-z0-9_]*$")
        case .templateName: anyOf([[("enum", .list([.text("erc20")]))], pattern(Self.hasVariable)])
        case .function: pattern("^[A-Za-z_$][A-Za-z0-9_$]*\\(.*\\)$", orVariable: true)
        case .rule: pattern("^[a-z]+/.+$", orVariable: true)
        case .duration: pattern("^[1-9][0-9]*[smh]$", orVariable: true)
        }
    }

    private func number(_ range: ClosedRange<Int>) -> [(String, JSONText)] {
        var fields: [(String, JSONText)] = [
            ("type", .text("integer")), ("minimum", .number(range.lowerBound)),
        ]
        if range.upperBound != .max { fields.append(("maximum", .number(range.upperBound))) }
        return fields
    }

    private func pattern(_ pattern: String, orVariable: Bool = false) -> [(String, JSONText)] {
        let whole = orVariable ? "\(Self.hasVariable)|\(pattern)" : pattern
        return [("type", .text("string")), ("pattern", .text(whole))]
    }

    private func anyOf(_ choices: [[(String, JSONText)]]) -> [(String, JSONText)] {
        [("anyOf", .list(choices.map(JSONText.object)))]
    }
}

extension Table {
    /// The keys that may not be there where this one is the one of ``exactlyOne``.
    fileprivate func keysWithout(_ name: String) -> [String] {
        let guests = beside.filter { $0.value.contains(name) }.keys
        let theirs = needs.filter { $0.value.contains(where: guests.contains) }.keys
        return (beside[name] ?? []) + theirs.sorted()
    }
}
