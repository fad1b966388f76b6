import Engine
import Foundation
import Model

extension StorageLayout {
    /// The layout that the compiler gave for a contract, with what its source says of names that variables had before, and
    /// of structs at places of their own.
    ///
    /// - Throws: ``StepFailure`` coded `compile-output` where it is not what solc gives.
    init(compiled: StoredOutputs) throws(StepFailure) {
        let compilation = try CompilationV1.read(compiled)
        let (layout, output, input) = (
            try compiled.bytes(CompileOutput.storageLayout), try compiled.bytes(CompileOutput.standardOutput),
            try compiled.bytes(CompileOutput.standardInput)
        )
        var reader: SolcLayoutReader
        let json: ParsedJSON
        do throws(JSONTextError) {
            json = try JSONSlice(layout).parsed()
            reader = SolcLayoutReader(json, try SolcDeclarations(output: output, input: input))
        } catch {
            throw Self.unreadable("\(error.message) at byte \(error.offset)")
        }
        let variables = (json["storage"]?.items ?? []).compactMap { reader.variable($0) }
        guard variables.count == json["storage"]?.items.count else {
            throw Self.unreadable("a variable or a type is not whole")
        }
        let namespaces = try reader.namespaces(of: compilation.name, in: compilation.path)
        guard let layout = StorageLayout(variables: variables, types: reader.shapes, namespaces: namespaces)
        else { throw Self.unreadable("a type is missing") }
        self = layout
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
    private let declarations: SolcDeclarations

    init(_ json: ParsedJSON, _ declarations: SolcDeclarations) {
        types = json["types"]?.members ?? [:]
        self.declarations = declarations
    }

    /// A variable or a member; nil where something of it is missing.
    mutating func variable(_ json: ParsedJSON) -> StorageLayout.Variable? {
        guard let label = json["label"]?.text, let slot = json["slot"]?.text,
            let offset = json["offset"]?.integer, let type = json["type"]?.text, let place = place(of: type)
        else { return nil }
        return declarations.variable(
            label, slot: slot, offset: offset, type: place, declaredBy: json["astId"]?.integer)
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
        shape.underlying = declaration("t_userDefinedValueType(", type)?.node("underlyingType")?.typeText
        shapes[place] = shape
        return place
    }

    /// The structs that a contract, or one that it inherits from, keeps at the places that names tell.
    ///
    /// - Throws: ``StepFailure`` coded `storage-layout` for one that cannot be counted, which could never be compared.
    mutating func namespaces(
        of contract: String,
        in path: String
    ) throws(StepFailure) -> [StorageLayout.Namespace] {
        var shapes = DeclaredShapes(after: shapes, declarations)
        var found: [StorageLayout.Namespace] = []
        for (id, structure) in declarations.namespaces(of: contract, in: path) {
            guard let place = shapes.place(of: structure) else {
                throw StepFailure(
                    code: "storage-layout",
                    "the struct \(structure["canonicalName"]?.text ?? structure.name) in \(id) cannot be counted through: "
                        + "an array in it is too long, or a type is not known, so that no upgrade could compare it",
                    hint: "declare shorter arrays in it; nothing was sent"
                )
            }
            found.append(StorageLayout.Namespace(id: id, type: place))
        }
        self.shapes = shapes.shapes
        return found.sorted { ($0.id, $0.type) < ($1.id, $1.type) }
    }

    /// What declares a type of some kind; `t_enum(Kind)13` ends in the number of its node.
    private func declaration(_ kind: String, _ type: String) -> ASTNode? {
        guard type.hasPrefix(kind), let end = type.lastIndex(of: ")") else { return nil }
        return Int(type[type.index(after: end)...]).flatMap { declarations.nodes[$0] }
    }
}
