import Model

/// What may be written of a network.
extension Grammar {
    static let network = Table(
        name: "network",
        about: "A chain: one that the run starts on this machine, or one behind JSON-RPC endpoints.",
        keys: [
            Table.Key("engine", .text(.oneOf(["devnet"])), "devnet: a chain that the run starts."),
            Table.Key(
                "state",
                .text(.oneOf(NetworkSpec.DevnetState.allCases.map(\.rawValue))),
                "Whether the devnet is kept for the next run; default ephemeral."
            ),
            Table.Key(
                "preset",
                .text(.oneOf(NetworkPreset.all.map(\.name))),
                "A public chain by its name: its number, fees, confirmations and limits where nothing else is said."
            ),
            Table.Key(
                "rpc",
                .either(text: .endpoint, list: .list(endpoint, mayBeEmpty: false), map: .map(command)),
                "One endpoint or several, the preferred one first: a URL, or a reference to one: env:NAME, "
                    + "file:PATH or cmd:[program, argument]."
            ),
            Table.Key(
                "requestsPerSecond", .text(.integer(1...100_000)),
                "The most requests that each endpoint is sent in a second; default: as many as there are."
            ),
            Table.Key("chainId", .text(.integer(1...Int.max)), "The chain's number (EIP-155)."),
            Table.Key("signer", .text(.name(.signer)), "Who signs its transactions; a devnet needs none."),
            Table.Key(
                "owner", .text(.name(.signer)),
                "Who upgrades the proxies on it and makes the calls of owners (by: owner), such as a Safe; default: its signer."
            ),
            Table.Key("policy", .text(.name(.policy)), "A policy that all contracts on it must pass."),
            Table.Key(
                "confirmations",
                .text(.integerOr("finalized", 1...1_000_000)),
                "How many blocks, the transaction's own included, or finalized; default the preset's, else 1."
            ),
            Table.Key("fees", .map(fees), "What a transaction may pay."),
            Table.Key("budget", .map(budget), "The most that may be spent on it, fees and value together."),
            Table.Key(
                "inFlight", .text(.integer(1...1_000)),
                "How many transactions of one sender may wait for a block at once; default 16."
            ),
            Table.Key("limits", .map(networkLimits), "What the chain's rules allow, where they differ."),
            Table.Key("blockTime", .text(.duration), "How long a block takes, such as 12s."),
            Table.Key("explorer", .text(.url), "The address of a block explorer."),
            Table.Key(
                "onUnavailable",
                .text(.oneOf(NetworkSpec.WhenUnavailable.allCases.map(\.rawValue))),
                "What a run does where no endpoint answers: fail, or skip the network; default fail."
            ),
            Table.Key(
                "approval", .text(.oneOf(["plan"])),
                "plan: it is changed only by a run that applies an approved plan (run --plan FILE)."
            ),
            Table.Key(
                "after", .text(.name(.network)),
                "The network on which the same code must be live, and as its checks say, before it is deployed here."
            ),
            Table.Key(
                "values",
                .named(.value, .text(.template(.networkValue))),
                "Texts that ${network.values.KEY} reads."
            ),
            Table.Key(
                "verify", .list(verifier),
                "Services that are handed the source of what is deployed: sourcify, blockscout, or one with its settings."
            ),
        ],
        exactlyOne: ["engine", "rpc"],
        needs: [
            "state": ["engine"], "preset": ["rpc"], "requestsPerSecond": ["rpc"], "verify": ["rpc"],
        ],
        needsOneOf: ["rpc": ["chainId", "preset"]]
    )

    private static let endpoint = Shape.either(text: .endpoint, list: nil, map: .map(command))

    static let fees = Table(
        name: "fees",
        about: "What a transaction may pay for a unit of gas.",
        keys: [
            Table.Key("maxFeePerGas", .text(.money), "The most in all, such as 50 gwei."),
            Table.Key(
                "maxPriorityFeePerGas", .text(.money), "The most for the block's producer, such as 2 gwei."),
            Table.Key(
                "minPriorityFeePerGas", .text(.money),
                "What the chain's pools ask for at least, whatever a node suggests; default the preset's, else 0."
            ),
            Table.Key("legacy", .text(.boolean), "Transactions with a gas price in place of type 2."),
            Table.Key(
                "zeroBaseFee", .text(.boolean),
                "Whether the chain's base fee is always 0; default the preset's, else false."
            ),
            Table.Key(
                "bumpAfter", .text(.duration),
                "How long a transaction waits for a block before its fees are raised; default 3m."
            ),
            Table.Key(
                "maxBumps", .text(.integer(0...100)),
                "How often the fees of one transaction are raised at most; default 4."
            ),
        ]
    )

    static let budget = Table(
        name: "budget",
        about: "The most that may be spent on a network, fees and value together.",
        keys: [
            Table.Key("transaction", .text(.money), "By one transaction, such as 0.05 ether."),
            Table.Key("run", .text(.money), "By one run."),
            Table.Key(
                "day", .text(.money), "In one day of UTC, as far as the state directory has it on record."),
        ]
    )

    static let networkLimits = Table(
        name: "networkLimits",
        about: "What a chain's rules allow.",
        keys: [
            Table.Key(
                "runtimeCodeBytes", .text(.integer(1...1_000_000)),
                "The largest runtime code, in bytes; default the preset's, else 24576 (EIP-170)."
            ),
            Table.Key(
                "initCodeBytes", .text(.integer(1...10_000_000)),
                "The largest init code, in bytes; default the preset's, else 49152 (EIP-3860)."
            ),
            Table.Key(
                "transactionGas", gas,
                "The most gas that one transaction may use; default the preset's, else 16777216 (EIP-7825)."
            ),
        ]
    )
}
