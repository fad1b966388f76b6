import Model

/// What may be written of a service that shows sources.
extension Grammar {
    static let verifier = Shape.either(
        text: .oneOf(VerifierSpec.Service.allCases.map(\.rawValue)),
        list: nil,
        map: .map(verifierByName)
    )

    private static let verifierByName = Table(
        name: "verifier",
        about: "A service that shows the source of what is deployed, with its settings.",
        keys: [
            Table.Key("sourcify", .map(verifierSettings), "Sourcify; it needs no key."),
            Table.Key("etherscan", .map(verifierSettings), "Etherscan; it needs the key of an account."),
            Table.Key("blockscout", .map(verifierSettings), "A Blockscout explorer; most need no key."),
        ],
        exactlyOne: VerifierSpec.Service.allCases.map(\.rawValue)
    )

    private static let verifierSettings = Table(
        name: "verifierSettings",
        about: "Where a service is asked, and by whom.",
        keys: [
            Table.Key(
                "url", .text(.url),
                "Where it is asked: https, or http on this machine; default: the service's own, a Blockscout's by the network."
            ),
            Table.Key(
                "key",
                .either(text: .secret, list: nil, map: .map(command)),
                "Where its API key can be read: env:NAME, file:PATH or cmd:[program, argument]; never the key."
            ),
        ]
    )
}
