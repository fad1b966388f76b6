package import EthereumTypes

/// How a deployment's code can be exchanged while its address stays.
package enum ProxyKind: String, CaseIterable, Codable, Hashable, Sendable {
    /// A contract of its own, the ProxyAdmin, upgrades it.
    case transparent
    /// The code upgrades itself (ERC-1822, in ERC-1967's slots).
    case uups
    /// It asks a beacon which code to run; the beacon is upgraded.
    case beacon

    /// The contract that stands at the deployment's address.
    package var contract: ProxyContract {
        switch self {
        case .transparent: .transparentUpgradeableProxy
        case .uups: .erc1967Proxy
        case .beacon: .beaconProxy
        }
    }
}

/// A contract of hyperkit's own that a proxy needs, by its name in its source.
package enum ProxyContract: String, CaseIterable, Hashable, Sendable {
    case erc1967Proxy = "ERC1967Proxy"
    case transparentUpgradeableProxy = "TransparentUpgradeableProxy"
    case upgradeableBeacon = "UpgradeableBeacon"
    case beaconProxy = "BeaconProxy"

    /// Its name among the contracts of a project.
    package var name: ContractName {
        guard let name = ContractName(set: "hyperkit", member: rawValue) else {
            preconditionFailure("\(rawValue) names no contract")
        }
        return name
    }

    /// What it is compiled with, whatever the project's settings are, so that one hyperkit makes the same bytes everywhere.
    ///
    /// Code for Paris runs on every chain since the merge, on those without PUSH0 too.
    package static let settings = CompilerSettings(solc: .version("0.8.29"), evmVersion: "paris")
}

/// What the manifest says of a deployment's proxy.
package struct ProxySpec: Hashable, Sendable {
    /// The call that the proxy's creation makes.
    package struct Initialize: Hashable, Sendable {
        /// A signature such as `initialize(address)`.
        package var function: Located<String>
        package var arguments: Arguments

        package init(function: Located<String>, arguments: Arguments = .none) {
            self.function = function
            self.arguments = arguments
        }
    }

    package var kind: ProxyKind
    package var initialize: Initialize?
    /// Who may upgrade a transparent proxy or a beacon; nil: who creates it.
    package var owner: Interpolated?

    package init(kind: ProxyKind, initialize: Initialize? = nil, owner: Interpolated? = nil) {
        self.kind = kind
        self.initialize = initialize
        self.owner = owner
    }

    package var references: [Interpolated.Reference] {
        (initialize?.arguments.references ?? []) + (owner?.references ?? [])
    }

    /// The same with `change` applied to each text.
    package func mapping(_ change: (Interpolated) -> Interpolated) -> ProxySpec {
        var spec = self
        spec.owner = owner.map(change)
        spec.initialize?.arguments = initialize?.arguments.mapping(change) ?? .none
        return spec
    }

    /// As the manifest means it, with `${…}` for what the run fills in.
    package var spelling: String {
        let call = initialize.map { "\($0.function.value) \($0.arguments.spelling)" } ?? "no call"
        let owner = owner.map { ", owner \(Argument.text($0).spelling)" } ?? ""
        return "\(kind.rawValue): \(call)\(owner)"
    }
}

/// What a proxy is known to point to.
package struct ProxyState: Hashable, Codable, Sendable {
    package var kind: ProxyKind
    package var implementation: Address
    /// The ProxyAdmin of a transparent proxy, the beacon of a beacon proxy; nil for UUPS, which has neither.
    package var controller: Address?
    /// The block since which it points there; nil where that is not known.
    package var block: UInt64?

    package init(kind: ProxyKind, implementation: Address, controller: Address? = nil, block: UInt64? = nil) {
        self.kind = kind
        self.implementation = implementation
        self.controller = controller
        self.block = block
    }

    private enum CodingKeys: String, CodingKey { case kind, implementation, controller, block }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        func address(_ key: CodingKeys) throws -> Address? {
            try container.decodeIfPresent(String.self, forKey: key).map { try Address($0) }
        }
        guard let implementation = try address(.implementation) else {
            throw DecodingError.keyNotFound(
                CodingKeys.implementation,
                DecodingError.Context(codingPath: container.codingPath, debugDescription: "no implementation")
            )
        }
        self.init(
            kind: try container.decode(ProxyKind.self, forKey: .kind),
            implementation: implementation,
            controller: try address(.controller),
            block: try container.decodeIfPresent(UInt64.self, forKey: .block)
        )
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(kind, forKey: .kind)
        try container.encode(implementation.description, forKey: .implementation)
        try container.encodeIfPresent(controller?.description, forKey: .controller)
        try container.encodeIfPresent(block, forKey: .block)
    }
}
