package import Model

/// What an audit cannot have seen, in words.
package enum NotCovered {
    /// What no tool that hyperkit runs can see, whatever it reports.
    package static let always = [
        "business logic: whether the contract does what its owners mean it to do",
        "economic attacks such as flash loans, price manipulation and oracles that lie",
        "front-running, sandwiching and whatever else depends on the order of transactions",
        "values that reach a dangerous place through storage of several contracts (deep taint)",
        "the code of contracts that are called but not part of the compilation",
    ]

    /// What is not looked at where contracts stand behind proxies.
    package static let proxies = [
        "the proxy contracts: they are hyperkit's own (hyperkit/proxies.sol), compiled by this run and not audited by it",
        "storage at places that a contract computes itself, and transient storage: upgrades are compared there only in structs "
            + "of its own that say @custom:storage-location (ERC-7201)",
        "whether new code behind a proxy means what the old code meant; only where variables stand is compared",
    ]

    /// What the tools of a run did not see: the above, and what each tool that did not end ok would have looked for.
    package static func texts(_ tools: [ToolRun]) -> [String] {
        var failed: Set<String> = []
        for tool in tools where tool.end != .ok {
            let why = tool.message.map { " (\($0))" } ?? ""
            failed.insert("everything that \(tool.name) looks for where it ended \(tool.end.rawValue)\(why)")
        }
        return always + failed.sorted()
    }
}

extension Plan<Action> {
    /// What nobody looks at in the proxies of this plan; nothing where it has none.
    package var proxiesNotCovered: [String] {
        steps.contains { $0.id.kind == .proxy } ? NotCovered.proxies : []
    }
}
