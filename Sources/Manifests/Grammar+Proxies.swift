import Model

extension Grammar {
    static let proxy = Table(
        name: "proxy",
        about: "A proxy: the deployment's address is the proxy's, and changed code upgrades it.",
        keys: [
            Table.Key(
                "kind", .text(.oneOf(ProxyKind.allCases.map(\.rawValue))), required: true,
                "Who upgrades it: a ProxyAdmin (transparent), its own code (uups), or a beacon."),
            Table.Key("initialize", .map(initialize), "The call that the proxy's creation makes, once."),
            Table.Key(
                "owner", .text(.template(.argument)),
                "Who may upgrade a transparent proxy or a beacon; default: the network's owner, else who creates it."
            ),
        ]
    )

    static let initialize = Table(
        name: "initialize",
        about: "The call that the proxy's creation makes in the same transaction.",
        keys: [
            Table.Key(
                "function", .text(.function), required: true, "Its signature, such as initialize(address)."),
            Table.Key("arguments", arguments, "By position or by parameter name."),
        ]
    )
}
