package import EthereumTypes

/// What a team wants: the typed content of its YAML files, references checked, variables filled in.
///
/// Paths are relative to ``root`` with `/` between parts, unless they say otherwise.
package struct Manifest: Sendable {
    /// One file that the manifest was read from.
    package struct File: Hashable, Codable, Sendable {
        package let path: String
        package let digest: Digest

        package init(path: String, digest: Digest) {
            self.path = path
            self.digest = digest
        }
    }

    package var project: String
    /// The absolute path of the project's root.
    package var root: String
    package var files: [File]
    /// Settings by name; `default` is always there.
    package var compilers: [String: CompilerSettings]
    /// In the manifest's order, as all lists here.
    package var contracts: [ContractSpec]
    package var sets: [SetSpec]
    package var signers: [SignerSpec]
    package var networks: [NetworkSpec]
    package var deployments: [DeploymentSpec]
    /// By name, with what each extends merged in.
    package var policies: [String: Policy]
    package var checks: [CheckSpec]
    package var limits: RunLimits
    /// The folder of the committed registry; nil where there is none.
    package var registry: String?

    package init(
        project: String,
        root: String,
        files: [File] = [],
        compilers: [String: CompilerSettings] = ["default": CompilerSettings()],
        contracts: [ContractSpec] = [],
        sets: [SetSpec] = [],
        signers: [SignerSpec] = [],
        networks: [NetworkSpec] = [],
        deployments: [DeploymentSpec] = [],
        policies: [String: Policy] = [:],
        checks: [CheckSpec] = [],
        limits: RunLimits = RunLimits(),
        registry: String? = nil
    ) {
        self.project = project
        self.root = root
        self.files = files
        self.compilers = compilers
        self.contracts = contracts
        self.sets = sets
        self.signers = signers
        self.networks = networks
        self.deployments = deployments
        self.policies = policies
        self.checks = checks
        self.limits = limits
        self.registry = registry
    }
}

/// One named contract.
package struct ContractSpec: Sendable {
    package enum Origin: Sendable {
        /// A file, and which of its contracts where it has several.
        case source(path: Located<String>, contract: String?)
        case template(GenerateSpec)
    }

    package var name: ContractName
    package var location: FileLocation
    package var origin: Origin
    /// The name of its compiler settings.
    package var compiler: String
    package var policy: String?

    package init(
        name: ContractName,
        location: FileLocation,
        origin: Origin,
        compiler: String = "default",
        policy: String? = nil
    ) {
        self.name = name
        self.location = location
        self.origin = origin
        self.compiler = compiler
        self.policy = policy
    }
}

/// A contract made from a template: its name and its options as written.
package struct GenerateSpec: Sendable {
    package var template: Located<String>
    package var options: [TemplateOption]

    package init(template: Located<String>, options: [TemplateOption]) {
        self.template = template
        self.options = options
    }
}

/// One option of a template, as written; what it means is the template's business.
package struct TemplateOption: Sendable {
    package var name: Located<String>
    package var value: Interpolated

    package init(name: Located<String>, value: Interpolated) {
        self.name = name
        self.value = value
    }
}

/// Many contracts at once; members are `SET/MEMBER`.
package struct SetSpec: Sendable {
    package enum Origin: Sendable {
        /// Every contract declared in the files that match; member = contract name.
        case glob(Located<String>)
        /// One contract for each row of a CSV file with a header.
        case rows(path: Located<String>, key: Interpolated, generate: GenerateSpec)
    }

    package var name: String
    package var location: FileLocation
    package var origin: Origin
    package var compiler: String
    package var policy: String?

    package init(
        name: String,
        location: FileLocation,
        origin: Origin,
        compiler: String = "default",
        policy: String? = nil
    ) {
        self.name = name
        self.location = location
        self.origin = origin
        self.compiler = compiler
        self.policy = policy
    }
}

/// How sources are compiled.
package struct CompilerSettings: Hashable, Sendable {
    package enum Solc: Hashable, Sendable {
        /// The newest installed compiler that every pragma of the import closure accepts.
        case auto
        case version(String)
        /// A compiler's absolute path.
        case path(String)
    }

    package enum BytecodeHash: String, CaseIterable, Sendable { case ipfs, bzzr1, none }

    package var solc: Solc
    /// nil: the compiler's own default.
    package var evmVersion: String?
    package var optimizerEnabled: Bool
    package var optimizerRuns: Int
    package var viaIR: Bool
    /// `[context:]prefix=target`, contexts and targets relative to the project's root.
    package var remappings: [String]
    package var bytecodeHash: BytecodeHash

    package init(
        solc: Solc = .auto,
        evmVersion: String? = nil,
        optimizerEnabled: Bool = true,
        optimizerRuns: Int = 200,
        viaIR: Bool = false,
        remappings: [String] = [],
        bytecodeHash: BytecodeHash = .ipfs
    ) {
        self.solc = solc
        self.evmVersion = evmVersion
        self.optimizerEnabled = optimizerEnabled
        self.optimizerRuns = optimizerRuns
        self.viaIR = viaIR
        self.remappings = remappings
        self.bytecodeHash = bytecodeHash
    }
}

/// Who signs: where a key can be read or asked for, never the key.
package struct SignerSpec: Hashable, Sendable {
    package enum Form: Hashable, Sendable {
        case key(SecretReference)
        /// A keystore's path, absolute or relative to the project's root, and its password.
        case keystore(path: String, password: SecretReference)
        /// A service that signs for an address.
        case remote(NetworkSpec.Endpoint, Address)
        /// An address alone: its transactions are written down unsigned.
        case address(Address)
        /// A Safe, whose owners sign a batch; the contract that makes several calls one, where it is not the usual one.
        case safe(Address, multiSend: Address?)
    }

    package var name: String
    package var location: FileLocation
    package var form: Form
    /// The account that its key must be of; nil where only the key tells, and where the form has it.
    package var keyAddress: Address?
    /// Who hands over what a Safe is asked for; nil: it is only written down.
    package var proposer: SafeProposer?

    package init(name: String, location: FileLocation, form: Form) {
        self.name = name
        self.location = location
        self.form = form
    }

    package init(name: String, location: FileLocation, key: SecretReference) {
        self.init(name: name, location: location, form: .key(key))
    }

    /// Whether people sign for it: it is only written down what they are asked for.
    package var isPeoples: Bool {
        switch form {
        case .key, .keystore, .remote: false
        case .address, .safe: true
        }
    }

    /// The account that the manifest names; nil where only its key tells.
    package var address: Address? {
        switch form {
        case .key, .keystore: keyAddress
        case .remote(_, let address), .address(let address), .safe(let address, _): address
        }
    }
}

/// Arguments of a constructor or function, by position or by parameter name.
package enum Arguments: Hashable, Sendable {
    case positional([Argument])
    case named([Argument.Field])

    package static let none = Arguments.positional([])

    package var references: [Interpolated.Reference] {
        switch self {
        case .positional(let items): items.flatMap(\.references)
        case .named(let fields): fields.flatMap(\.value.references)
        }
    }

    /// The same arguments with `change` applied to each text.
    package func mapping(_ change: (Interpolated) -> Interpolated) -> Arguments {
        switch self {
        case .positional(let items): .positional(items.map { $0.mapping(change) })
        case .named(let fields):
            .named(fields.map { Argument.Field(name: $0.name, value: $0.value.mapping(change)) })
        }
    }
}

/// What is to be at an address on each of some networks.
package struct DeploymentSpec: Sendable {
    package enum Subject: Sendable {
        case contract(Located<String>)
        /// Every member of a set; the deployments are `NAME/MEMBER`.
        case each(Located<String>)
    }

    package enum Redeploy: String, CaseIterable, Codable, Sendable { case changed, always, never }

    package var name: String
    package var location: FileLocation
    package var subject: Subject
    package var networks: [Located<String>]
    package var arguments: Arguments
    package var value: Wei
    /// The gas that its transaction may use; nil: what the node estimates decides.
    package var gasLimit: Located<UInt64>?
    package var calls: [CallSpec]
    package var redeploy: Redeploy
    package var policy: String?
    package var tags: [String]
    /// Names that it had before.
    package var formerly: [Located<String>]
    /// What `deployments check` looks at beside its code.
    package var checks: [Expectation]
    package var creation: CreationSpec
    /// All of it as it is on the networks where something differs, by network.
    package var overrides: [String: DeploymentSpec] = [:]
    /// nil where its code cannot be exchanged.
    package var proxy: ProxySpec?

    package init(
        name: String,
        location: FileLocation,
        subject: Subject,
        networks: [Located<String>],
        arguments: Arguments = .none,
        value: Wei = .zero,
        gasLimit: Located<UInt64>? = nil,
        calls: [CallSpec] = [],
        redeploy: Redeploy = .changed,
        policy: String? = nil,
        tags: [String] = [],
        formerly: [Located<String>] = [],
        checks: [Expectation] = [],
        creation: CreationSpec = .plain,
        proxy: ProxySpec? = nil
    ) {
        self.name = name
        self.location = location
        self.subject = subject
        self.networks = networks
        self.arguments = arguments
        self.value = value
        self.gasLimit = gasLimit
        self.calls = calls
        self.redeploy = redeploy
        self.policy = policy
        self.tags = tags
        self.formerly = formerly
        self.checks = checks
        self.creation = creation
        self.proxy = proxy
    }
}

/// What a function of a deployment must give.
package struct Expectation: Hashable, Sendable {
    package var name: String
    /// A signature such as `owner()`.
    package var read: Located<String>
    package var equals: Argument

    package init(name: String, read: Located<String>, equals: Argument) {
        self.name = name
        self.read = read
        self.equals = equals
    }
}

/// A call made to a deployment once it is there.
package struct CallSpec: Hashable, Sendable {
    /// A read that tells that the call is not needed: it gives `equals` already.
    package struct Unless: Hashable, Sendable {
        package var read: Located<String>
        package var equals: Argument

        package init(read: Located<String>, equals: Argument) {
            self.read = read
            self.equals = equals
        }
    }

    /// Who makes it.
    package enum Maker: String, CaseIterable, Hashable, Sendable {
        /// Whoever signs on the network.
        case signer
        /// Who owns what is there, as the network says; the signer where it names nobody.
        case owner
    }

    package var name: String
    package var location: FileLocation
    package var by = Maker.signer
    /// Names that it had before.
    package var formerly: [Located<String>] = []
    /// A signature such as `setFee(uint256)`.
    package var function: Located<String>
    package var arguments: Arguments
    package var value: Wei
    /// The gas that its transaction may use; nil: what the node estimates decides.
    package var gasLimit: Located<UInt64>?
    package var unless: Unless?

    package init(
        name: String,
        location: FileLocation,
        function: Located<String>,
        arguments: Arguments = .none,
        value: Wei = .zero,
        gasLimit: Located<UInt64>? = nil,
        unless: Unless? = nil
    ) {
        self.name = name
        self.location = location
        self.function = function
        self.arguments = arguments
        self.value = value
        self.gasLimit = gasLimit
        self.unless = unless
    }
}
