import EthereumTypes

extension Grammar {
    /// The keys of a deployment that say how its contract is created.
    static let creation = [
        Table.Key(
            "libraries",
            .named(.library, .text(.template(.argument))),
            "Addresses of the libraries that its code calls, by name or path/File.sol:Name."
        ),
        Table.Key(
            "salt",
            .text(.template([.network, .networkValues])),
            "Any text, or 0x and 64 digits: its address then follows from salt, code and arguments (CREATE2)."
        ),
        Table.Key(
            "factory",
            .text(.oneOf(Create2Factory.allCases.map(\.rawValue))),
            "Which contract creates it; default deterministic-proxy."
        ),
        Table.Key(
            "sameAddress",
            .text(.boolean),
            "Whether nothing is sent unless its address is the same on all its networks; default false."
        ),
    ]
}
