import Model

/// The grammar of a manifest, version 1: the one table that the parser and the JSON Schema are made from.
enum Grammar {
    static let root = Table(
        name: "manifest",
        about: "What a team wants built, audited and deployed.",
        keys: [
            Table.Key("version", .text(.exactly("1")), required: true, "The version of the grammar: 1."),
            Table.Key("project", .text(.projectName), "The project's name; in the root manifest alone."),
            Table.Key(
                "include", .list(.text(.literalPath)),
                "Further files, or patterns for them, relative to this file."),
            Table.Key("root", .text(.literalPath), "The project's root directory; all paths stay inside it."),
            Table.Key("variables", .named(.variable, variable), "Texts that ${var.NAME} reads."),
            Table.Key("compilers", .named(.compiler, .map(compiler)), "Compiler settings by name."),
            Table.Key("contracts", .named(.contract, .map(contract)), "Contracts by name."),
            Table.Key("sets", .named(.set, .map(set)), "Many contracts at once; members are SET/MEMBER."),
            Table.Key("signers", .named(.signer, .map(signer)), "Who signs, by name."),
            Table.Key("networks", .named(.network, .map(network)), "Chains by name."),
            Table.Key(
                "deployments", .named(.deployment, .map(deployment)), "What is to be on which network."),
            Table.Key("policies", .named(.policy, .map(policy)), "Which findings stop what."),
            Table.Key("checks", .named(.check, .map(check)), "Programs that must pass before others go on."),
            Table.Key("limits", .map(limits), "How long a run and its attempts may take."),
            Table.Key(
                "registry", .text(.path),
                "A folder, relative to this file, with a committed record of what is on each network."),
        ],
        later: ["projects", "dependencies", "providers", "routes", "tools", "toolchain"]
    )

    static let variable = Shape.either(
        text: .template([]),
        list: nil,
        map: .map(
            Table(
                name: "variable",
                about: "A text from the environment.",
                keys: [
                    Table.Key("env", .text(.environmentName), required: true, "The environment variable."),
                    Table.Key("default", .text(.template([])), "The text where it is not set."),
                ]
            )
        )
    )

    static let compiler = Table(
        name: "compiler",
        about: "How sources are compiled.",
        keys: [
            Table.Key("solc", .text(.solc), "An exact version, auto (from the pragmas), or a path."),
            Table.Key(
                "evmVersion", .text(.oneOf(evmVersions)),
                "The EVM that code is made for; default: solc's own."),
            Table.Key("optimizer", .map(optimizer), "The optimizer."),
            Table.Key("viaIR", .text(.boolean), "Whether code goes through Yul; default false."),
            Table.Key(
                "remappings", .list(.text(.remapping)), "[context:]prefix=target, relative to this file."),
            Table.Key(
                "bytecodeHash",
                .text(.oneOf(CompilerSettings.BytecodeHash.allCases.map(\.rawValue))),
                "Which hash of the metadata ends the code; default ipfs."
            ),
        ],
        later: ["vyper"]
    )

    static let evmVersions = [
        "homestead", "tangerineWhistle", "spuriousDragon", "byzantium", "constantinople", "petersburg",
        "istanbul",
        "berlin", "london", "paris", "shanghai", "cancun", "prague", "osaka",
    ]

    static let optimizer = Table(
        name: "optimizer",
        about: "The compiler's optimizer.",
        keys: [
            Table.Key("enabled", .text(.boolean), "Whether it is on; default true."),
            Table.Key(
                "runs", .text(.integer(1...4_294_967_295)), "How often code is expected to run; default 200."),
        ]
    )

    static let contract = Table(
        name: "contract",
        about: "One contract: a source file, or a template.",
        keys: [
            Table.Key("source", .text(.source), "A Solidity file, path or path:Name, relative to this file."),
            Table.Key("generate", .map(generate([])), "A template and its options."),
            Table.Key(
                "compiler", .text(.name(.compiler)), "The name of its compiler settings; default: default."),
            Table.Key("policy", .text(.name(.policy)), "A policy that it must pass on every network."),
        ],
        later: ["project"],
        exactlyOne: ["source", "generate"]
    )

    static func generate(_ references: References) -> Table {
        Table(
            name: "generate",
            about: "A contract made from a template.",
            keys: [
                Table.Key("template", .text(.templateName), required: true, "The template's name."),
                Table.Key(
                    "options",
                    .named(.option, .text(.template(references))),
                    "What the template is told."
                ),
            ],
            later: ["prompt", "route"]
        )
    }

    static let set = Table(
        name: "set",
        about: "Many contracts: by a pattern for source files, or one for each row of a CSV file.",
        keys: [
            Table.Key("sources", .text(.glob), "A pattern for Solidity files, relative to this file."),
            Table.Key("rows", .text(.path), "A CSV file with a header, relative to this file."),
            Table.Key("key", .text(.template(.row)), "The member's name, such as ${row.id}."),
            Table.Key("generate", .map(generate(.row)), "A template; options may read ${row.COLUMN}."),
            Table.Key(
                "compiler", .text(.name(.compiler)), "The name of its compiler settings; default: default."),
            Table.Key(
                "policy", .text(.name(.policy)), "A policy that each member must pass on every network."),
        ],
        exactlyOne: ["sources", "rows"],
        needs: ["rows": ["key", "generate"], "key": ["rows"], "generate": ["rows"]]
    )

    static let command = Table(
        name: "command",
        about: "A program whose output is the secret.",
        keys: [
            Table.Key("cmd", .list(.text(.word)), required: true, "The program and its arguments.")
        ]
    )

    static let signer = Table(
        name: "signer",
        about:
            "Who signs: a key, a keystore with its password, a service for an address, a Safe, or an address alone.",
        keys: [
            Table.Key(
                "key",
                .either(text: .secret, list: nil, map: .map(command)),
                "Where the private key can be read: env:NAME, file:PATH or cmd:[program, argument]; never the key."
            ),
            Table.Key("keystore", .text(.path), "A keystore file, relative to this file, of mode 0600."),
            Table.Key(
                "password",
                .either(text: .secret, list: nil, map: .map(command)),
                "Where the keystore's password can be read: env:NAME, file:PATH or cmd:[program, argument]."
            ),
            Table.Key(
                "rpc",
                .either(text: .endpoint, list: nil, map: .map(command)),
                "A service that signs (eth_signTransaction): a URL, or a reference to one."
            ),
            Table.Key(
                "address", .text(.address),
                "The account of the key, without which its plans have no sender, or the one that the service signs for; alone: its transactions are written down unsigned."
            ),
            Table.Key(
                "safe", .text(.address),
                "A Safe: what it is to do is written down as one batch, which its owners sign and execute."),
            Table.Key(
                "multiSend", .text(.address),
                "The Safe's MultiSendCallOnly contract, where it is not at the address that Safes use everywhere."
            ),
            Table.Key(
                "proposer", .text(.name(.signer)),
                "A signer with a key or a service: it signs what the Safe is asked for and hands it to the transaction service."
            ),
            Table.Key(
                "service",
                .either(text: .endpoint, list: nil, map: .map(command)),
                "Where the Safe Transaction Service is asked: a URL, or a reference to one; default: the preset's."
            ),
            Table.Key(
                "apiKey",
                .either(text: .secret, list: nil, map: .map(command)),
                "Where the service's API key can be read: env:NAME, file:PATH or cmd:[program, argument]; never the key."
            ),
        ],
        exactlyOne: ["key", "keystore", "address", "safe"],
        beside: ["address": ["key", "keystore"]],
        needs: [
            "keystore": ["password"], "password": ["keystore"], "rpc": ["address"], "multiSend": ["safe"],
            "proposer": ["safe"], "service": ["proposer"], "apiKey": ["proposer"],
        ]
    )

    static let arguments = Shape.either(
        text: nil,
        list: .list(.argument(.argument)),
        map: .argument(.argument)
    )

    /// From what a transaction takes at least on.
    static let gas = Shape.text(.integer(21_000...1_000_000_000_000))

    static let deployment = Table(
        name: "deployment",
        about: "A contract, or each member of a set, on each of some networks.",
        keys: [
            Table.Key("contract", .text(.name(.contract)), "The contract's name."),
            Table.Key("each", .text(.name(.set)), "A set; the deployments are NAME/MEMBER."),
            Table.Key("networks", .list(.text(.name(.network))), required: true, "Where it is to be."),
            Table.Key("arguments", arguments, "Constructor arguments, by position or by parameter name."),
            Table.Key("value", .text(.money), "What is sent along, such as 0.1 ether; default 0 wei."),
            Table.Key(
                "gasLimit", gas,
                "The gas that its transaction may use, behind a proxy that of the code; default what the node estimates and a fifth."
            ),
            Table.Key(
                "calls", .named(.call, .map(call)),
                "Calls made to it once it is there, in this order, each where the one before it was made."),
            Table.Key(
                "redeploy",
                .text(.oneOf(DeploymentSpec.Redeploy.allCases.map(\.rawValue))),
                "When it is deployed again; default changed."
            ),
            Table.Key("policy", .text(.name(.policy)), "A policy that it must pass."),
            Table.Key("tags", .list(.text(.word)), "Words to select it by: --select tag:WORD."),
            Table.Key(
                "formerly", .list(.text(.formerName)),
                "Names that it had before: what is there under one of them is kept, not deployed anew."),
            Table.Key(
                "checks", .named(.expectation, .map(expectation)),
                "What its functions must give; 'deployments check' asks them."),
            Table.Key(
                "overrides", .named(.override, .map(override)),
                "What differs on one of its networks, by network."),
            Table.Key("proxy", .map(proxy), "A proxy before it, so that its code can be exchanged."),
        ] + creation,
        exactlyOne: ["contract", "each"],
        needs: ["factory": ["salt"], "sameAddress": ["salt"]]
    )

    static let call = Table(
        name: "call",
        about: "A call of a function.",
        keys: [
            Table.Key(
                "function", .text(.function), required: true, "Its signature, such as setFee(uint256)."),
            Table.Key("arguments", arguments, "By position or by parameter name."),
            Table.Key("value", .text(.money), "What is sent along; default 0 wei."),
            Table.Key(
                "gasLimit", gas,
                "The gas that its transaction may use; default what the node estimates and a fifth."),
            Table.Key(
                "by", .text(.oneOf(CallSpec.Maker.allCases.map(\.rawValue))),
                "Who makes it: the network's signer, or its owner; default signer."),
            Table.Key("unless", .map(unless), "A read that tells that the call is not needed."),
            Table.Key(
                "formerly", .list(.text(.formerName)),
                "Names that it had before: what was made under one of them is not made again."),
        ]
    )

    static let unless = Table(
        name: "unless",
        about: "The call is not made where this function gives this value already.",
        keys: [
            Table.Key("read", .text(.function), required: true, "The signature of a view, such as fee()."),
            Table.Key("equals", .argument(.argument), required: true, "What it gives."),
        ]
    )

    static let expectation = Table(
        name: "expectation",
        about: "It is drift where this function does not give this value.",
        keys: [
            Table.Key("read", .text(.function), required: true, "The signature of a view, such as owner()."),
            Table.Key("equals", .argument(.argument), required: true, "What it must give."),
        ]
    )

    static let severities = Severity.allCases.reversed().map(\.rawValue)

    static let policy = Table(
        name: "policy",
        about: "Which tools run, and which findings stop what.",
        keys: [
            Table.Key("extends", .text(.name(.policy)), "A policy whose keys hold where this one has none."),
            Table.Key(
                "tools", .list(.text(.oneOf(Policy.knownTools))), "What runs; default solc and hyperkit."),
            Table.Key(
                "require", .list(.text(.oneOf(Policy.knownTools))), "What must end ok; default: all of tools."
            ),
            Table.Key("failOn", .text(.oneOf(severities)), "Short for refuse: [{ severity: … }]."),
            Table.Key("refuse", .list(.map(refusal)), "Findings that may not pass."),
            Table.Key("ignore", .list(.map(ignored)), "Findings that are accepted, and why."),
            Table.Key("limits", .map(policyLimits), "Sizes that may not be exceeded."),
        ],
        later: ["baseline", "suppressions"]
    )

    static let limits = Table(
        name: "limits",
        about: "How long a run may take, and how often a step is tried.",
        keys: [
            Table.Key("run", .text(.duration), "The whole run, such as 2h; default: as long as it takes."),
            Table.Key(
                "attempt", .text(.duration), "One attempt of a step; default: as long as its tool may take."),
            Table.Key(
                "retries", .text(.integer(0...100)),
                "How often a step is tried again after a failure that may pass; default 3."),
        ]
    )

    static let refusal = Table(
        name: "refusal",
        about: "Findings of which all that is given holds.",
        keys: [
            Table.Key("severity", .text(.oneOf(severities)), "This severity or worse."),
            Table.Key(
                "confidence",
                .text(.oneOf(Confidence.allCases.reversed().map(\.rawValue))),
                "This confidence or surer."
            ),
            Table.Key("rule", .text(.rule), "tool/rule, such as hyperkit/tx-origin."),
        ],
        later: ["newOnly"]
    )

    static let ignored = Table(
        name: "ignored",
        about: "A rule whose findings are accepted.",
        keys: [
            Table.Key("rule", .text(.rule), required: true, "tool/rule, such as slither/naming-convention."),
            Table.Key("reason", .text(.word), required: true, "Why they are accepted."),
        ]
    )

    static let policyLimits = Table(
        name: "policyLimits",
        about: "Sizes that may not be exceeded.",
        keys: [
            Table.Key(
                "runtimeCodeBytes", .text(.integer(1...1_000_000)), "The largest runtime code, in bytes.")
        ],
        later: ["deploymentGas"]
    )

    static let check = Table(
        name: "check",
        about: "A program of your own that must end with status 0 before what it gates goes on.",
        keys: [
            Table.Key(
                "run",
                .list(.text(.template([])), mayBeEmpty: false),
                required: true,
                "The program, a name on PATH or a path relative to this file, and its arguments."
            ),
            Table.Key(
                "inputs",
                .list(.text(.glob), mayBeEmpty: false),
                required: true,
                "Patterns for all the files that it reads, relative to this file."
            ),
            Table.Key(
                "gates",
                .list(.text(.oneOf(CheckSpec.Gate.allCases.map(\.rawValue))), mayBeEmpty: false),
                "Which steps wait for it: audit, deploy or both; default deploy."
            ),
            Table.Key(
                "environment",
                .list(.text(.environmentName)),
                "Environment variables that it is given beside PATH and HOME."
            ),
            Table.Key(
                "deadline", .text(.duration), "How long it may take, such as 90s, 5m or 1h; default 10m."),
        ]
    )
}
