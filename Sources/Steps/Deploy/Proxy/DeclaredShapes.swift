import Model

/// How values of declared types are stored, where the compiler gives no layout of them.
///
/// From "Layout of State Variables in Storage and Transient Storage" of the Solidity documentation: what is less than a
/// slot shares one with what is next to it as long as it fits; structs and arrays have slots of their own.
struct DeclaredShapes {
    private(set) var shapes: [StorageLayout.Shape]
    /// By the compiler's names of types.
    private var places: [String: Int] = [:]
    private let declarations: SolcDeclarations

    /// Slots that a struct may have, far from where numbers end.
    private static let countable = 1 << 57

    /// Adds to some shapes.
    init(after shapes: [StorageLayout.Shape], _ declarations: SolcDeclarations) {
        self.shapes = shapes
        self.declarations = declarations
    }

    /// The place of a struct among the shapes; nil where something of it is not known, and then nothing is added.
    mutating func place(of structure: ASTNode) -> Int? {
        var attempt = self
        guard let place = attempt.place(ofStruct: structure) else { return nil }
        self = attempt
        return place
    }

    private mutating func place(ofStruct node: ASTNode) -> Int? {
        let name = "struct \(node["canonicalName"]?.text ?? node.name)"
        // Before its members: it can hold mappings to itself.
        let place = added(StorageLayout.Shape(label: name, encoding: "inplace", bytes: "0"), as: "\(node.id)")
        var members: [StorageLayout.Variable] = []
        var (slot, offset) = (0, 0)
        for member in node.nodes("members") {
            guard let type = member.node("typeName"), let inner = self.place(ofType: type),
                let bytes = Int(shapes[inner].bytes)
            else { return nil }
            let isApart = shapes[inner].members != nil || shapes[inner].isFixedArray
            if offset > 0, isApart || offset + bytes > 32 { (slot, offset) = (slot + 1, 0) }
            members.append(
                declarations.variable(
                    member.name, slot: "\(slot)", offset: offset, type: inner, declaredBy: member.id))
            if isApart { slot += bytes / 32 } else { offset += bytes }
            guard slot < Self.countable else { return nil }
        }
        shapes[place].members = members
        shapes[place].bytes = "\(32 * (slot + (offset > 0 ? 1 : 0)))"
        return place
    }

    private mutating func place(ofType type: ASTNode) -> Int? {
        guard let label = type.typeText else { return nil }
        if let known = places[type.type] { return known }
        var shape = StorageLayout.Shape(label: label, encoding: "inplace", bytes: "32")
        switch type.kind {
        case "ElementaryTypeName":
            guard let bytes = Self.bytes(ofElementary: label) else { return nil }
            shape.bytes = "\(bytes)"
            if ["string", "bytes"].contains(label) { shape.encoding = "bytes" }
        case "FunctionTypeName":
            shape.bytes = type["visibility"]?.text == "external" ? "24" : "8"
        case "Mapping":
            guard let key = type.node("keyType").flatMap({ place(ofType: $0) }),
                let value = type.node("valueType").flatMap({ place(ofType: $0) })
            else { return nil }
            shape.encoding = "mapping"
            (shape.key, shape.value) = (key, value)
        case "ArrayTypeName":
            guard let base = type.node("baseType").flatMap({ place(ofType: $0) }) else { return nil }
            shape.base = base
            if type.node("length") == nil {
                shape.encoding = "dynamic_array"
            } else {
                guard let count = Int(shape.length), let bytes = bytes(of: count, shapes[base]) else {
                    return nil
                }
                shape.bytes = "\(bytes)"
            }
        case "UserDefinedTypeName":
            guard let number = type.reference ?? type.node("pathNode")?.reference,
                let declared = declarations.nodes[number]
            else { return nil }
            switch declared.kind {
            case "StructDefinition": return places["\(declared.id)"] ?? place(ofStruct: declared)
            case "ContractDefinition": shape.bytes = "20"
            case "EnumDefinition":
                let values = declared.nodes("members").map(\.name)
                shape.values = values
                // Before Solidity 0.8 there could be more than a byte can tell apart.
                shape.bytes = values.count > 256 ? "2" : "1"
            case "UserDefinedValueTypeDefinition":
                guard let underlying = declared.node("underlyingType")?.typeText,
                    let bytes = Self.bytes(ofElementary: underlying)
                else { return nil }
                shape.underlying = underlying
                shape.bytes = "\(bytes)"
            default: return nil
            }
        default: return nil
        }
        return added(shape, as: type.type)
    }

    private mutating func added(_ shape: StorageLayout.Shape, as name: String) -> Int {
        places[name] = shapes.count
        shapes.append(shape)
        return shapes.count - 1
    }

    /// Of an array: as many elements to a slot as fit, or as many slots as an element needs; nil where it is too large to count.
    private func bytes(of count: Int, _ element: StorageLayout.Shape) -> Int? {
        guard let size = Int(element.bytes), size > 0 else { return nil }
        let perSlot = max(1, 32 / size)
        let slots = ((size + 31) / 32).multipliedReportingOverflow(by: (count - 1) / perSlot + 1)
        let bytes = slots.partialValue.multipliedReportingOverflow(by: 32)
        return slots.overflow || bytes.overflow ? nil : bytes.partialValue
    }

    /// `uint128` has 16; nil for what is no such type.
    private static func bytes(ofElementary name: String) -> Int? {
        switch name {
        case "bool": 1
        case "address", "address payable": 20
        case "string", "bytes": 32
        default:
            if name.hasPrefix("bytes") {
                Int(name.dropFirst("bytes".count))
            } else if let bits = Int(name.drop { !$0.isNumber }),
                ["int", "uint"].contains(name.prefix { !$0.isNumber })
            {
                bits / 8
            } else {
                nil
            }
        }
    }
}

extension StorageLayout.Shape {
    fileprivate var isFixedArray: Bool { base != nil && encoding == "inplace" }
}
