import EthereumTypes
import Model

extension RegistryNodes {
    func proxy(_ node: YAMLNode) -> ProxyState? {
        let map = fields(
            node, "a proxy", required: ["implementation", "kind"], optional: ["admin", "beacon", "block"])
        guard let map else { return nil }
        let kinds = ProxyKind.allCases.map(\.rawValue).joined(separator: ", ")
        let kind = value(map["kind"], "one of \(kinds)") { ProxyKind(rawValue: $0) }
        let implementation = value(map["implementation"], Self.anAddress, Self.address)
        let admin = value(map["admin"], Self.anAddress, Self.address)
        let beacon = value(map["beacon"], Self.anAddress, Self.address)
        let block = value(map["block"], "the number of a block") { UInt64($0) }
        guard let kind, let implementation else { return nil }
        let controller: Address?
        switch kind {
        case .uups: controller = nil
        case .transparent: controller = admin
        case .beacon: controller = beacon
        }
        return ProxyState(kind: kind, implementation: implementation, controller: controller, block: block)
    }

    /// A storage layout; a digest beside it that is another's shows that somebody changed it by hand.
    func layout(_ node: YAMLNode?, digest: YAMLNode?) -> StorageLayout? {
        let wanted = value(digest, Self.aDigest) { Digest($0) }
        guard let node else { return nil }
        let map = fields(
            node, "a storage layout", required: ["types", "variables"], optional: ["namespaces"])
        guard let map else { return nil }
        let variables = list(map["variables"]).compactMap(variable)
        let types = list(map["types"]).compactMap(shape)
        let namespaces = map["namespaces"].map { list($0).compactMap(namespace) } ?? []
        guard variables.count == map["variables"]?.items?.count, types.count == map["types"]?.items?.count,
            namespaces.count == map["namespaces"]?.items?.count ?? 0
        else {
            return nil
        }
        guard let layout = StorageLayout(variables: variables, types: types, namespaces: namespaces) else {
            problems.add(node.place.error("wrong-value", "a type of this storage layout is missing"))
            return nil
        }
        if let wanted, layout.digest != wanted {
            problems.add(
                node.place.error(
                    "wrong-value", "this storage layout is not the one that 'storageLayoutDigest' is of"))
        }
        return layout
    }

    private func namespace(_ node: YAMLNode) -> StorageLayout.Namespace? {
        let map = fields(node, "a namespace", required: ["id", "type"])
        guard let map, let id = value(map["id"], "text", Self.word),
            let type = value(map["type"], "the number of a type", { Int($0) })
        else { return nil }
        return StorageLayout.Namespace(id: id, type: type)
    }

    private func variable(_ node: YAMLNode) -> StorageLayout.Variable? {
        let map = fields(
            node, "a variable", required: ["label", "offset", "slot", "type"], optional: ["contract"])
        guard let map else { return nil }
        let label = value(map["label"], "text") { $0 }
        let slot = value(map["slot"], "the number of a slot", Self.digits)
        let offset = value(map["offset"], "a number of bytes") { Int($0) }
        let type = value(map["type"], "the number of a type") { Int($0) }
        guard let label, let slot, let offset, let type else { return nil }
        return StorageLayout.Variable(
            label: label,
            slot: slot,
            offset: offset,
            type: type,
            contract: value(map["contract"], "text", Self.word)
        )
    }

    private func shape(_ node: YAMLNode) -> StorageLayout.Shape? {
        let map = fields(
            node,
            "a type",
            required: ["bytes", "encoding", "label"],
            optional: ["base", "key", "members", "underlying", "value", "values"]
        )
        guard let map else { return nil }
        let label = value(map["label"], "text", Self.word)
        let encoding = value(map["encoding"], "text", Self.word)
        let bytes = value(map["bytes"], "a number of bytes", Self.digits)
        guard let label, let encoding, let bytes else { return nil }
        return StorageLayout.Shape(
            label: label,
            encoding: encoding,
            bytes: bytes,
            base: value(map["base"], "the number of a type") { Int($0) },
            key: value(map["key"], "the number of a type") { Int($0) },
            value: value(map["value"], "the number of a type") { Int($0) },
            members: map["members"].map { list($0).compactMap(variable) },
            values: map["values"].map { list($0).compactMap { value($0, "text", Self.word) } },
            underlying: value(map["underlying"], "text", Self.word)
        )
    }

    private static func digits(_ text: String) -> String? {
        !text.isEmpty && text.utf8.allSatisfy { (48...57).contains($0) } ? text : nil
    }
}
