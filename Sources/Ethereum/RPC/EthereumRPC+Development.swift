package import EthereumTypes

/// What only chains for development can do.
extension EthereumRPC {
    /// Puts code at an address, as no transaction can; again with the same code it changes nothing.
    ///
    /// The method is anvil's; hyperkit's own devnet has it too.
    package func setCode(_ code: [UInt8], at address: Address) async throws(RPCFailure) {
        _ = try await call(
            "anvil_setCode", [.string(address.description), .string(Hex.prefixed(code))])
    }
}
