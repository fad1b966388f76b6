import Model

/// What may be written of a deployment for one of its networks.
///
/// All that a deployment has may differ, but for what it deploys and where. What is written for all networks need not be
/// repeated, so no key must be there.
extension Grammar {
    static let override = Table(
        name: "override",
        about: "What differs on one network: maps merge by key, arguments are replaced whole.",
        keys: [
            Table.Key("arguments", arguments, "Constructor arguments, all of them."),
            Table.Key("value", .text(.money), "What is sent along."),
            Table.Key("gasLimit", gas, "The gas that its transaction may use."),
            Table.Key(
                "calls", .named(.call, .map(overriddenCall)),
                "What differs in a call of that name; another name is one more call, after the others."),
            Table.Key(
                "redeploy",
                .text(.oneOf(DeploymentSpec.Redeploy.allCases.map(\.rawValue))),
                "When it is deployed again."
            ),
            Table.Key("policy", .text(.name(.policy)), "The policy that it must pass there."),
            Table.Key(
                "checks", .named(.expectation, .map(overriddenExpectation)),
                "What differs in a check of that name; another name is one more check."),
        ]
    )

    private static let overriddenCall = Table(
        name: "overriddenCall",
        about: "What differs in a call on one network.",
        keys: call.keys.map { key in
            key.name == "unless" ? Table.Key("unless", .map(overriddenUnless), key.about) : key.optional
        }
    )

    private static let overriddenUnless = Table(
        name: "overriddenUnless",
        about: "What differs in the read that tells that the call is not needed.",
        keys: unless.keys.map(\.optional)
    )

    private static let overriddenExpectation = Table(
        name: "overriddenExpectation",
        about: "What differs in a check on one network.",
        keys: expectation.keys.map(\.optional)
    )
}

extension Table.Key {
    /// The same key where it need not be there.
    fileprivate var optional: Table.Key { Table.Key(name, shape, about) }
}
