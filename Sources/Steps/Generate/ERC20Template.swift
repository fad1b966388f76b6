internal import Foundation
package import Model
internal import Mustache

/// The `erc20` template: options in, one self-contained Solidity file out.
package enum ERC20Template {
    /// Of the template's text: what a result must be made again for.
    package static let digest = Digest(of: Data(PackageResources.erc20_mustache))

    private static let template: Result<MustacheTemplate, any Error> = Result {
        try MustacheTemplate(string: String(decoding: PackageResources.erc20_mustache, as: UTF8.self))
    }

    /// The source of a token; the same bytes for the same arguments.
    ///
    /// The options are as ``ERC20Options/parse(_:location:)`` made them, the name is a Solidity identifier that is none
    /// of ``reservedNames``.
    ///
    /// - Precondition: A token that can be minted says who may.
    package static func render(options: ERC20Options, contractName: String) -> String {
        precondition(!options.mintable || options.access != .none, "a token that everyone may mint")
        let hasPremint = options.premint != "0"
        let values: [String: Any] = [
            "contract": contractName,
            "name": SolidityText.literal(options.name),
            "symbol": SolidityText.literal(options.symbol),
            "decimals": String(options.decimals),
            "premint": SolidityText.number(options.premint, decimals: options.decimals),
            "cap": SolidityText.number(options.cap ?? "0", decimals: options.decimals),
            "preminted": hasPremint,
            "capped": options.cap != nil,
            "mintable": options.mintable,
            "burnable": options.burnable,
            "fixed": !options.mintable && !options.burnable,
            "access": options.access != .none,
            "ownable": options.access == .ownable,
            "roles": options.access == .roles,
            "constructor": hasPremint || options.access != .none,
        ]
        switch template {
        case .success(let template): return template.render(values)
        case .failure(let error): preconditionFailure("the erc20 template cannot be read: \(error)")
        }
    }

    /// Names that the template declares or Solidity has, which a contract of its would hide.
    package static let reservedNames: Set = [
        "Transfer", "Approval", "OwnershipTransferStarted", "OwnershipTransferred", "RoleGranted",
        "RoleRevoked",
        "ERC20InsufficientBalance", "ERC20InsufficientAllowance", "ERC20InvalidSender",
        "ERC20InvalidReceiver",
        "ERC20InvalidSpender", "CapExceeded", "NotOwner", "NotPendingOwner", "InvalidOwner", "MissingRole",
        "InvalidRoleHolder", "Error", "Panic",
    ]
}
