/// What the `erc20` template can be told; checked, with implied choices made.
package struct ERC20Options: Hashable, Codable, Sendable {
    /// Who may do what others may not.
    package enum Access: String, Codable, CaseIterable, Sendable {
        /// Nobody: `false` in a manifest.
        case none
        /// One owner, handed on in two steps.
        case ownable
        /// Roles that an admin grants and revokes.
        case roles
    }

    package var name: String
    package var symbol: String
    package var decimals: Int
    /// Whole base units, in decimal; what the deployer gets.
    package var premint: String
    /// Whole base units, in decimal; nil: no limit.
    package var cap: String?
    package var mintable: Bool
    package var burnable: Bool
    package var access: Access

    package init(
        name: String,
        symbol: String,
        decimals: Int = 18,
        premint: String = "0",
        cap: String? = nil,
        mintable: Bool = false,
        burnable: Bool = false,
        access: Access = .none
    ) {
        self.name = name
        self.symbol = symbol
        self.decimals = decimals
        self.premint = premint
        self.cap = cap
        self.mintable = mintable
        self.burnable = burnable
        self.access = access
    }
}
