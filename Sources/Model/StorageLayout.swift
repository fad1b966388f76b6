package import Foundation

/// Which variable of a contract stands where in its storage, and of what types they are.
///
/// What solc calls `storageLayout`, without what changes while the layout stays: types are numbered by their first use,
/// not named by syntax nodes, and a variable is said to be of the contract that declares it. With it the structs that a
/// contract keeps at places of their own.
package struct StorageLayout: Hashable, Codable, Sendable {
    /// A state variable, or a member of a struct.
    package struct Variable: Hashable, Codable, Sendable {
        package var label: String
        /// In decimal: of the contract, or from the start of the struct.
        package var slot: String
        /// Bytes from the slot's low end.
        package var offset: Int
        /// Its place in ``StorageLayout/types``.
        package var type: Int
        /// What declares a state variable, such as `src/Vault.sol:Vault`; nil of a member, and where it was written down before
        /// that was.
        package var contract: String?
        /// The name that the source says it had before (`@custom:oz-renamed-from`); no part of the layout.
        package var formerName: String?
        /// Whether the source says that functions in it are set anew
        /// (`@custom:oz-upgrades-unsafe-allow internal-function-storage`); no part of the layout.
        package var setsFunctionsAnew: Bool

        package init(
            label: String,
            slot: String,
            offset: Int,
            type: Int,
            contract: String? = nil,
            formerName: String? = nil,
            setsFunctionsAnew: Bool = false
        ) {
            self.label = label
            self.slot = slot
            self.offset = offset
            self.type = type
            self.contract = contract
            self.formerName = formerName
            self.setsFunctionsAnew = setsFunctionsAnew
        }

        package init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            self.init(
                label: try container.decode(String.self, forKey: .label),
                slot: try container.decode(String.self, forKey: .slot),
                offset: try container.decode(Int.self, forKey: .offset),
                type: try container.decode(Int.self, forKey: .type),
                contract: try container.decodeIfPresent(String.self, forKey: .contract)
            )
        }

        private enum CodingKeys: String, CodingKey { case label, slot, offset, type, contract }
    }

    /// How the values of a type are stored.
    package struct Shape: Hashable, Codable, Sendable {
        /// As a person reads it, such as `mapping(address => uint256)`.
        package var label: String
        /// `inplace`, `bytes`, `mapping` or `dynamic_array`.
        package var encoding: String
        /// In decimal.
        package var bytes: String
        /// The type of an array's elements.
        package var base: Int?
        /// The type of a mapping's keys.
        package var key: Int?
        /// The type of a mapping's values.
        package var value: Int?
        /// Of a struct.
        package var members: [Variable]?
        /// The names of an enum's values.
        package var values: [String]?
        /// What a type of the user's own is of, such as `uint128`; nil too where it was written down before that was.
        package var underlying: String?

        package init(
            label: String,
            encoding: String,
            bytes: String,
            base: Int? = nil,
            key: Int? = nil,
            value: Int? = nil,
            members: [Variable]? = nil,
            values: [String]? = nil,
            underlying: String? = nil
        ) {
            self.label = label
            self.encoding = encoding
            self.bytes = bytes
            self.base = base
            self.key = key
            self.value = value
            self.members = members
            self.values = values
            self.underlying = underlying
        }
    }

    /// A struct at the place that follows from a name (ERC-7201).
    package struct Namespace: Hashable, Codable, Sendable {
        /// Such as `erc7201:vault.main`.
        package var id: String
        /// The struct's place in ``StorageLayout/types``.
        package var type: Int

        package init(id: String, type: Int) {
            self.id = id
            self.type = type
        }
    }

    package let variables: [Variable]
    package let types: [Shape]
    /// Sorted; several of one name where contracts share a place; none too where the layout was written down before they were.
    package let namespaces: [Namespace]

    /// A layout; nil where a variable, a type or a namespace names a type that is not there.
    package init?(variables: [Variable], types: [Shape], namespaces: [Namespace] = []) {
        let named =
            variables.map(\.type) + namespaces.map(\.type)
            + types.flatMap { shape in
                [shape.base, shape.key, shape.value].compactMap(\.self)
                    + (shape.members ?? []).map(\.type)
            }
        guard named.allSatisfy(types.indices.contains) else { return nil }
        self.variables = variables
        self.types = types
        self.namespaces = namespaces
    }

    private enum CodingKeys: String, CodingKey { case variables, types, namespaces }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let layout = StorageLayout(
            variables: try container.decode([Variable].self, forKey: .variables),
            types: try container.decode([Shape].self, forKey: .types),
            namespaces: try container.decodeIfPresent([Namespace].self, forKey: .namespaces) ?? []
        )
        guard let layout else {
            throw DecodingError.dataCorruptedError(
                forKey: .types, in: container, debugDescription: "a type is missing")
        }
        self = layout
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(variables, forKey: .variables)
        try container.encode(types, forKey: .types)
        // What has none keeps the digest that it had before there were any.
        if !namespaces.isEmpty { try container.encode(namespaces, forKey: .namespaces) }
    }

    /// Its JSON with sorted keys: the same bytes for the same layout.
    package var json: Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return try encoder.encode(self)
        } catch {
            preconditionFailure("a storage layout cannot be written: \(error)")
        }
    }

    package var digest: Digest { Digest(of: json) }
}
