import Engine
import Foundation
import Model

extension StorageLayout {
    /// The layout that the compiler gave for a contract, with the names that its source says variables had before.
    ///
    /// - Throws: ``StepFailure`` coded `compile-output` where it is not what solc gives.
    init(compiled: StoredOutputs) throws(StepFailure) {
        try self.init(
            solc: try compiled.bytes(CompileOutput.storageLayout),
            output: try compiled.bytes(CompileOutput.standardOutput)
        )
    }

    /// Reads solc's `storageLayout`; of the whole output only the syntax trees, which name the values of enums and say what
    /// the user's own types are of.
    init(solc layout: Data, output: Data) throws(StepFailure) {
        var reader: SolcLayoutReader
        let json: ParsedJSON
        do throws(JSONTextError) {
            json = try JSONSlice(layout).parsed()
            reader = SolcLayoutReader(json, nodes: try Self.declarations(in: output))
        } catch {
            throw Self.unreadable("\(error.message) at byte \(error.offset)")
        }
        let variables = (json["storage"]?.items ?? []).compactMap { reader.variable($0) }
        guard variables.count == json["storage"]?.items.count,
            let layout = StorageLayout(variables: variables, types: reader.shapes)
        else { throw Self.unreadable("a variable or a type is not whole") }
        self = layout
    }

    /// Enums, types of the user's own and variables, by the numbers of their nodes.
    private static func declarations(in output: Data) throws(JSONTextError) -> [Int: ASTNode] {
        var nodes: [Int: ASTNode] = [:]
        for source in try JSONSlice(output).member("sources")?.members() ?? [] {
            guard let tree = try source.value.member("ast")?.parsed(), let unit = ASTNode(tree) else {
                continue
            }
            unit.forEach { node in
                if Self.declared.contains(node.kind) { nodes[node.id] = node }
            }
        }
        return nodes
    }

    private static let declared: Set = [
        "EnumDefinition", "UserDefinedValueTypeDefinition", "VariableDeclaration",
    ]

    private static func unreadable(_ detail: String) -> StepFailure {
        StepFailure(code: "compile-output", "the compiler's storage layout cannot be read: \(detail)")
    }
}

/// Numbers types as variables come to use them.
private struct SolcLayoutReader {
    private(set) var shapes: [StorageLayout.Shape] = []
    private var places: [String: Int] = [:]
    private let types: [String: ParsedJSON]
    private let nodes: [Int: ASTNode]

    init(_ json: ParsedJSON, nodes: [Int: ASTNode]) {
        types = json["types"]?.members ?? [:]
        self.nodes = nodes
    }

    /// A variable or a member; nil where something of it is missing.
    mutating func variable(_ json: ParsedJSON) -> StorageLayout.Variable? {
        guard let label = json["label"]?.text, let slot = json["slot"]?.text,
            let offset = json["offset"]?.integer, let type = json["type"]?.text, let place = place(of: type)
        else { return nil }
        let documentation = json["astId"]?.integer.flatMap { nodes[$0] }?.node("documentation")?["text"]?.text
        return StorageLayout.Variable(
            label: label,
            slot: slot,
            offset: offset,
            type: place,
            formerName: Self.words(under: "@custom:oz-renamed-from", in: documentation).first,
            setsFunctionsAnew: Self.words(under: "@custom:oz-upgrades-unsafe-allow", in: documentation)
                .contains("internal-function-storage")
        )
    }

    private mutating func place(of type: String) -> Int? {
        if let known = places[type] { return known }
        guard let json = types[type], let label = json["label"]?.text,
            let encoding = json["encoding"]?.text, let bytes = json["numberOfBytes"]?.text
        else { return nil }
        let place = shapes.count
        // Before what it is made of: structs can hold mappings to themselves.
        places[type] = place
        var shape = StorageLayout.Shape(label: label, encoding: encoding, bytes: bytes)
        shapes.append(shape)
        for (part, path) in [
            ("base", \StorageLayout.Shape.base), ("key", \.key), ("value", \.value),
        ] as [(String, WritableKeyPath<StorageLayout.Shape, Int?>)] {
            guard let name = json[part]?.text else { continue }
            guard let inner = self.place(of: name) else { return nil }
            shape[keyPath: path] = inner
        }
        if let members = json["members"]?.items {
            shape.members = members.compactMap { variable($0) }
            guard shape.members?.count == members.count else { return nil }
        }
        shape.values = declaration("t_enum(", type)?.nodes("members").map(\.name)
        shape.underlying =
            declaration("t_userDefinedValueType(", type)?.node("underlyingType")?["typeDescriptions"]?[
                "typeString"]?.text
        shapes[place] = shape
        return place
    }

    /// What a documentation says under a tag, as OpenZeppelin's upgrades plugins read it.
    private static func words(under tag: String, in documentation: String?) -> [String] {
        let words = (documentation ?? "").split { $0.isWhitespace }.map(String.init)
        guard let place = words.firstIndex(of: tag) else { return [] }
        return Array(words[(place + 1)...].prefix { !$0.hasPrefix("@") })
    }

    /// What declares a type of some kind; `t_enum(Kind)13` ends in the number of its node.
    private func declaration(_ kind: String, _ type: String) -> ASTNode? {
        guard type.hasPrefix(kind), let end = type.lastIndex(of: ")") else { return nil }
        return Int(type[type.index(after: end)...]).flatMap { nodes[$0] }
    }
}
