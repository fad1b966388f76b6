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

    /// Reads solc's `storageLayout`; of the whole output only the syntax trees, which name the values of enums.
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

    /// Enums and variables, by the numbers of their nodes.
    private static func declarations(in output: Data) throws(JSONTextError) -> [Int: ASTNode] {
        var nodes: [Int: ASTNode] = [:]
        for source in try JSONSlice(output).member("sources")?.members() ?? [] {
            guard let tree = try source.value.member("ast")?.parsed(), let unit = ASTNode(tree) else {
                continue
            }
            unit.forEach { node in
                if node.kind == "EnumDefinition" || node.kind == "VariableDeclaration" {
                    nodes[node.id] = node
                }
            }
        }
        return nodes
    }

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
        let declaration = json["astId"]?.integer.flatMap { nodes[$0] }
        return StorageLayout.Variable(
            label: label,
            slot: slot,
            offset: offset,
            type: place,
            formerName: declaration?.node("documentation")?["text"]?.text.flatMap(Self.formerName)
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
        shape.values = values(ofEnum: type)
        shapes[place] = shape
        return place
    }

    /// The names of an enum's values; `t_enum(Kind)13` ends in the number of its node.
    private func values(ofEnum type: String) -> [String]? {
        guard type.hasPrefix("t_enum("), let end = type.lastIndex(of: ")"),
            let number = Int(type[type.index(after: end)...])
        else { return nil }
        return nodes[number]?.nodes("members").map(\.name)
    }

    /// `@custom:oz-renamed-from NAME`, as OpenZeppelin's upgrades plugins read it.
    private static func formerName(_ documentation: String) -> String? {
        let words = documentation.split { $0.isWhitespace }
        guard let tag = words.firstIndex(of: "@custom:oz-renamed-from"), tag + 1 < words.endIndex else {
            return nil
        }
        return String(words[tag + 1])
    }
}
