/// What steps found out, as events carry it and the run record keeps it.
package enum Fact: Hashable, Codable, Sendable {
    case contract(ContractFact)
    case audit(AuditFact)
    case deployment(DeploymentFact)
    case call(CallFact)
    case verification(VerificationFact)
    case network(NetworkFact)
    /// Something the user should know, such as an implied choice.
    case note(Diagnostic)
}

/// A contract that was compiled.
package struct ContractFact: Hashable, Codable, Sendable {
    package enum Origin: String, Codable, Sendable { case file, template }

    package var name: String
    /// Relative to the project's root.
    package var path: String
    package var sourceDigest: Digest
    package var origin: Origin
    package var compilerName: String
    package var compilerVersion: String
    package var compilerDigest: Digest
    package var abiDigest: Digest
    package var initCodeDigest: Digest
    package var runtimeCodeDigest: Digest
    package var initCodeBytes: Int
    package var runtimeCodeBytes: Int

    package init(
        name: String,
        path: String,
        sourceDigest: Digest,
        origin: Origin,
        compilerName: String,
        compilerVersion: String,
        compilerDigest: Digest,
        abiDigest: Digest,
        initCodeDigest: Digest,
        runtimeCodeDigest: Digest,
        initCodeBytes: Int,
        runtimeCodeBytes: Int
    ) {
        self.name = name
        self.path = path
        self.sourceDigest = sourceDigest
        self.origin = origin
        self.compilerName = compilerName
        self.compilerVersion = compilerVersion
        self.compilerDigest = compilerDigest
        self.abiDigest = abiDigest
        self.initCodeDigest = initCodeDigest
        self.runtimeCodeDigest = runtimeCodeDigest
        self.initCodeBytes = initCodeBytes
        self.runtimeCodeBytes = runtimeCodeBytes
    }
}

/// What the tools said of one contract and what the policies make of it.
package struct AuditFact: Hashable, Codable, Sendable {
    package var contract: String
    package var tools: [ToolRun]
    package var findings: [Finding]
    package var verdicts: [Verdict]

    package init(contract: String, tools: [ToolRun], findings: [Finding], verdicts: [Verdict]) {
        self.contract = contract
        self.tools = tools
        self.findings = findings
        self.verdicts = verdicts
    }
}

/// What happened to one deployment on one network.
package struct DeploymentFact: Hashable, Codable, Sendable {
    package enum Action: String, Codable, CaseIterable, Sendable {
        case created, kept, replaced, upgraded, proposed, failed, blocked, skipped
    }

    package var name: String
    package var contract: String
    package var network: String
    package var chainID: UInt64
    package var action: Action
    /// In words: why this action and no other.
    package var reason: String
    /// EIP-55.
    package var address: String?
    /// nil where there was no chain to ask.
    package var codeMatches: Bool?
    package var transactionHash: String?
    package var blockNumber: UInt64?
    package var gasUsed: UInt64?
    /// Wei, in decimal.
    package var feePaidWei: String?
    /// The ABI encoding behind `0x`.
    package var constructorArguments: String?
    /// Where the code is that the deployment runs, behind a proxy; EIP-55, nil where it is no proxy.
    package var implementation: String?

    package init(
        name: String,
        contract: String,
        network: String,
        chainID: UInt64,
        action: Action,
        reason: String,
        address: String? = nil,
        codeMatches: Bool? = nil,
        transactionHash: String? = nil,
        blockNumber: UInt64? = nil,
        gasUsed: UInt64? = nil,
        feePaidWei: String? = nil,
        constructorArguments: String? = nil,
        implementation: String? = nil
    ) {
        self.name = name
        self.contract = contract
        self.network = network
        self.chainID = chainID
        self.action = action
        self.reason = reason
        self.address = address
        self.codeMatches = codeMatches
        self.transactionHash = transactionHash
        self.blockNumber = blockNumber
        self.gasUsed = gasUsed
        self.feePaidWei = feePaidWei
        self.constructorArguments = constructorArguments
        self.implementation = implementation
    }

    /// Whether it is of a contract behind a deployment; reports tell of the deployment alone.
    package var isBehind: Bool { DeploymentPart.isBehind(name) }
}

/// A call that was made, or was not needed.
package struct CallFact: Hashable, Codable, Sendable {
    package var name: String
    package var deployment: String
    package var network: String
    package var function: String
    package var address: String
    /// false: made before, or its `unless` said that it is not needed.
    package var isMade: Bool
    /// Whether people are asked for it and have not made it yet.
    package var isAsked: Bool
    package var reason: String
    package var transactionHash: String?
    package var blockNumber: UInt64?
    package var gasUsed: UInt64?
    /// Wei, in decimal.
    package var feePaidWei: String?

    package init(
        name: String,
        deployment: String,
        network: String,
        function: String,
        address: String,
        isMade: Bool,
        isAsked: Bool = false,
        reason: String,
        transactionHash: String? = nil,
        blockNumber: UInt64? = nil,
        gasUsed: UInt64? = nil,
        feePaidWei: String? = nil
    ) {
        self.name = name
        self.deployment = deployment
        self.network = network
        self.function = function
        self.address = address
        self.isMade = isMade
        self.isAsked = isAsked
        self.reason = reason
        self.transactionHash = transactionHash
        self.blockNumber = blockNumber
        self.gasUsed = gasUsed
        self.feePaidWei = feePaidWei
    }
}

/// A network of this run.
package struct NetworkFact: Hashable, Codable, Sendable {
    package enum Status: String, Codable, Sendable { case used, unavailable, notNamed }

    package var name: String
    package var chainID: UInt64
    /// nil where the chain was not asked.
    package var genesisHash: String?
    package var status: Status
    /// The address of a block explorer for people; nil where nobody says.
    package var explorer: String?

    package init(
        name: String,
        chainID: UInt64,
        genesisHash: String?,
        status: Status,
        explorer: String? = nil
    ) {
        self.name = name
        self.chainID = chainID
        self.genesisHash = genesisHash
        self.status = status
        self.explorer = explorer
    }
}
