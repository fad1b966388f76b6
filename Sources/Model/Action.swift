package import EthereumTypes

/// What a planned step will do.
///
/// Closed on purpose: the planner, the cache and every report switch over it. Indirect, since a plan of many steps is copied
/// more often than it is read.
package indirect enum Action: Hashable, Sendable {
    case generate(GenerateAction)
    case compile(CompileAction)
    case audit(AuditAction)
    case deploy(DeployAction)
    /// Puts the code behind a proxy on a network; where that takes the place of other code, only if the proxy could run it.
    case implementation(DeployAction, behind: ProxyAction)
    case beacon(ProxyAction)
    case proxy(ProxyAction)
    case call(CallAction)
    case verify(VerifyAction)
    case check(CheckAction)
    case factory(FactoryAction)
}

/// Renders a template.
package struct GenerateAction: Hashable, Sendable {
    package var contract: ContractName
    package var options: ERC20Options

    package init(contract: ContractName, options: ERC20Options) {
        self.contract = contract
        self.options = options
    }
}

/// Compiles one contract and what it imports.
package struct CompileAction: Hashable, Sendable {
    package struct Unit: Hashable, Sendable {
        /// The file's path and the compiler's name for it: relative to the project's root.
        package var path: String
        package var digest: Digest

        package init(path: String, digest: Digest) {
            self.path = path
            self.digest = digest
        }
    }

    package enum Source: Hashable, Sendable {
        /// A file and everything it imports, sorted by path.
        case files(entry: String, closure: [Unit])
        /// What a generate step wrote; it imports nothing.
        case generated(by: StepID)
        /// hyperkit's own source of proxies.
        case proxies
    }

    package var contract: ContractName
    package var source: Source
    /// Which contract of the entry file; nil where the file has one that is meant.
    package var contractInFile: String?
    package var settings: CompilerSettings
    /// The texts of every pragma in the closure, for the choice of a compiler.
    package var pragmas: [String]

    package init(
        contract: ContractName,
        source: Source,
        contractInFile: String?,
        settings: CompilerSettings,
        pragmas: [String]
    ) {
        self.contract = contract
        self.source = source
        self.contractInFile = contractInFile
        self.settings = settings
        self.pragmas = pragmas
    }
}

/// Runs audit tools over one compiled contract and judges what they found.
package struct AuditAction: Hashable, Sendable {
    /// A policy and where it is in force.
    package struct Gate: Hashable, Sendable {
        /// nil: on every network.
        package var network: String?
        package var policy: Policy

        package init(network: String?, policy: Policy) {
            self.network = network
            self.policy = policy
        }
    }

    package var contract: ContractName
    package var compile: StepID
    /// All that any gate names, sorted.
    package var tools: [String]
    package var gates: [Gate]

    package init(contract: ContractName, compile: StepID, tools: [String], gates: [Gate]) {
        self.contract = contract
        self.compile = compile
        self.tools = tools
        self.gates = gates
    }
}

/// Puts one contract on one network, or finds it there.
package struct DeployAction: Hashable, Sendable {
    /// A deployment that the same sender makes in this plan.
    package struct LaneMate: Hashable, Sendable {
        /// The deployment's name.
        package var name: String
        package var compile: StepID
        package var redeploy: DeploymentSpec.Redeploy
        package var value: Wei
        /// Names that it had before.
        package var formerly: [String]
        /// Whether it may be there already without being on record.
        package var isSalted: Bool

        package init(
            name: String,
            compile: StepID,
            redeploy: DeploymentSpec.Redeploy,
            value: Wei,
            formerly: [String] = [],
            isSalted: Bool = false
        ) {
            self.name = name
            self.compile = compile
            self.redeploy = redeploy
            self.value = value
            self.formerly = formerly
            self.isSalted = isSalted
        }
    }

    /// The name on record: the deployment's, unless this is a contract behind it.
    package var name: String
    package var contract: ContractName
    package var compile: StepID
    package var audit: StepID
    package var network: NetworkSpec
    package var signer: SignerSpec?
    /// Only references to deployments and signers are left in them.
    package var arguments: Arguments
    package var value: Wei
    /// The gas that its transaction may use; nil: what the node estimates decides.
    package var gasLimit: Located<UInt64>?
    package var redeploy: DeploymentSpec.Redeploy
    /// The signers that arguments read addresses of.
    package var signersRead: [SignerSpec]
    /// The policies in force for it.
    package var gates: [AuditAction.Gate]
    /// On the first deployment of a sender alone: all that it will deploy, this one included.
    package var laneMates: [LaneMate]
    /// The checks that must pass first.
    package var checks: [StepID]
    /// The network on which the same code must be live, and as its checks say, first.
    package var liveFirst: LiveFirst?
    /// Names that the deployment had before.
    package var formerly: [String]
    /// The calls that are made to it; only references to deployments and signers are left in them.
    ///
    /// Each has a step of its own: here they are held against the contract before that is paid for.
    package var calls: [CallSpec]
    /// What `deployments check` asks; a run only holds it against the contract.
    package var expectations: [Expectation]
    /// The signers that expectations read addresses of.
    package var signersExpected: [SignerSpec]
    /// Of its salt and its libraries; only references to deployments and signers are left in it.
    package var creation: CreationSpec
    /// The same deployment on its other networks, where it must have one address on all of them.
    package var twins: [Twin]
    /// Where the manifest has the deployment; nil where none has it.
    package var location: FileLocation?
    package var part: DeploymentPart

    package init(
        name: String,
        contract: ContractName,
        compile: StepID,
        audit: StepID,
        network: NetworkSpec,
        signer: SignerSpec?,
        arguments: Arguments,
        value: Wei,
        gasLimit: Located<UInt64>? = nil,
        redeploy: DeploymentSpec.Redeploy,
        signersRead: [SignerSpec],
        gates: [AuditAction.Gate],
        laneMates: [LaneMate],
        checks: [StepID] = [],
        liveFirst: LiveFirst? = nil,
        formerly: [String] = [],
        calls: [CallSpec] = [],
        expectations: [Expectation] = [],
        signersExpected: [SignerSpec] = [],
        creation: CreationSpec = .plain,
        twins: [Twin] = [],
        location: FileLocation? = nil,
        part: DeploymentPart = .contract
    ) {
        self.name = name
        self.contract = contract
        self.compile = compile
        self.audit = audit
        self.network = network
        self.signer = signer
        self.arguments = arguments
        self.value = value
        self.gasLimit = gasLimit
        self.redeploy = redeploy
        self.signersRead = signersRead
        self.gates = gates
        self.laneMates = laneMates
        self.checks = checks
        self.liveFirst = liveFirst
        self.formerly = formerly
        self.calls = calls
        self.expectations = expectations
        self.signersExpected = signersExpected
        self.creation = creation
        self.twins = twins
        self.location = location
        self.part = part
    }

    package var step: StepID { .placing(part, of: deployment, on: network.name) }

    /// What must be known before its code and its arguments are.
    package var references: [Interpolated.Reference] { arguments.references + creation.references }

    /// The deployment's name, whichever of its contracts this is.
    package var deployment: String { String(name.dropFirst(part.recordName(of: "").count)) }
}

/// A deployment's proxy, and the contracts that make it one.
package struct ProxyAction: Hashable, Sendable {
    /// The deployment as its users see it: the proxy's address with the implementation's ABI.
    package var deployment: DeployAction
    package var spec: ProxySpec
    /// The step that compiles the contract at the deployment's address.
    package var proxyCompile: StepID
    /// The step that compiles the beacon, where there is one.
    package var beaconCompile: StepID?
    /// Who upgrades it; nil where that is whoever puts it there.
    package var owner: SignerSpec?

    package init(
        deployment: DeployAction,
        spec: ProxySpec,
        proxyCompile: StepID,
        beaconCompile: StepID?
    ) {
        self.deployment = deployment
        self.spec = spec
        self.proxyCompile = proxyCompile
        self.beaconCompile = beaconCompile
    }

    package var name: String { deployment.name }
    package var network: NetworkSpec { deployment.network }
    /// Who signs an upgrade; nil: a devnet's first account.
    package var upgrader: SignerSpec? { owner ?? deployment.signer }
    package var step: StepID { .proxy(name, on: network.name) }
    package var implementation: StepID { .implementation(name, on: network.name) }
    /// nil where its kind has none.
    package var beacon: StepID? { beaconCompile.map { _ in .beacon(name, on: network.name) } }

    /// The beacon as a contract of its own; its arguments are known when the implementation's address is.
    package func beaconDeployment(compiledBy compile: StepID) -> DeployAction {
        var beacon = deployment
        beacon.part = .beacon
        beacon.name = DeploymentPart.beacon.recordName(of: name)
        beacon.contract = ProxyContract.upgradeableBeacon.name
        beacon.compile = compile
        beacon.value = .zero
        beacon.gasLimit = nil
        beacon.formerly = deployment.formerly.map { DeploymentPart.beacon.recordName(of: $0) }
        beacon.calls = []
        beacon.expectations = []
        return beacon
    }
}

/// Calls a function of one deployment.
package struct CallAction: Hashable, Sendable {
    package var name: String
    package var deployment: String
    package var compile: StepID
    package var deploy: StepID
    /// The call that the manifest has before it; nil where it is the first of its deployment.
    package var previous: StepID?
    package var network: NetworkSpec
    package var signer: SignerSpec?
    package var function: Located<String>
    package var arguments: Arguments
    package var value: Wei
    /// The gas that its transaction may use; nil: what the node estimates decides.
    package var gasLimit: Located<UInt64>?
    package var unless: CallSpec.Unless?
    /// The signers that arguments read addresses of.
    package var signersRead: [SignerSpec]
    /// The network on which its deployment must be live, and as its checks say, first.
    package var liveFirst: LiveFirst?
    /// Names that it had before: what was made under one of them counts as made.
    package var formerly: [String]
    /// The calls that its deployment has, by name.
    package var declared: Set<String>

    package init(
        name: String,
        deployment: String,
        compile: StepID,
        deploy: StepID,
        previous: StepID? = nil,
        network: NetworkSpec,
        signer: SignerSpec?,
        function: Located<String>,
        arguments: Arguments,
        value: Wei,
        gasLimit: Located<UInt64>? = nil,
        unless: CallSpec.Unless?,
        signersRead: [SignerSpec],
        liveFirst: LiveFirst? = nil,
        formerly: [String] = [],
        declared: Set<String> = []
    ) {
        self.name = name
        self.deployment = deployment
        self.compile = compile
        self.deploy = deploy
        self.previous = previous
        self.network = network
        self.signer = signer
        self.function = function
        self.arguments = arguments
        self.value = value
        self.gasLimit = gasLimit
        self.unless = unless
        self.signersRead = signersRead
        self.liveFirst = liveFirst
        self.formerly = formerly
        self.declared = declared
    }

    /// Its name, and those that it had before.
    package var names: [String] { [name] + formerly }

    package var step: StepID { .call(name, of: deployment, on: network.name) }
}
