package import EthereumTypes

/// How a contract came to its address, beside its code and arguments: what the records of other tools say of it too.
package struct CreationRecord: Hashable, Codable, Sendable {
    /// What created it with CREATE2; nil: the account's transaction did itself, or it is not known.
    package var factory: Create2Factory?
    /// The libraries whose addresses are in its code, by `path:Name`.
    package var libraries: [String: Address]

    /// A creation without factory or libraries; also one of which nothing is known.
    package static let plain = CreationRecord()

    package init(factory: Create2Factory? = nil, libraries: [String: Address] = [:]) {
        self.factory = factory
        self.libraries = libraries
    }

    private enum CodingKeys: String, CodingKey { case factory, libraries }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        factory = try container.decodeIfPresent(Create2Factory.self, forKey: .factory)
        libraries = try container.decode([String: String].self, forKey: .libraries).mapValues {
            try Address($0)
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(factory, forKey: .factory)
        try container.encode(libraries.mapValues(\.description), forKey: .libraries)
    }
}
