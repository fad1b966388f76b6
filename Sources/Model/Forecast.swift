/// What a run would do about one deployment, as far as can be known before it.
package struct DeploymentForecast: Hashable, Sendable {
    package enum Action: String, CaseIterable, Sendable {
        case create, keep, replace, upgrade, drift, blocked
    }

    /// What a bound of gas is from.
    package enum GasBound: String, CaseIterable, Sendable {
        /// The node estimated it on the chain as it is; see ``GasBound/estimated(_:)``.
        case estimated
        /// The node ran it behind what comes before it in the plan; see ``GasBound/simulated(_:)``.
        case simulated
        /// Nobody could run it: it is the most that the network lets a transaction use.
        case rule
        /// The manifest's `gasLimit`.
        case given
        /// An earlier run signed it with that limit.
        case signed

        /// The bound for what a simulation was charged: at most a fifth was given back (EIP-3529), a call keeps back one part in 64
        /// (EIP-150), and a fifth is on top.
        package static func simulated(_ charged: UInt64) -> UInt64 { charged / 5 * 8 + 8 }

        /// The bound for what the node estimated: a fifth is on top, and the room for a mark.
        package static func estimated(_ needed: UInt64) -> UInt64 {
            needed + needed / 5 + OperationMark.gasRoom
        }

        /// What is needed at least where the bound is so much.
        package func least(of bound: UInt64) -> UInt64 {
            switch self {
            case .estimated: bound < OperationMark.gasRoom ? 0 : (bound - OperationMark.gasRoom) / 6 * 5
            case .simulated: bound / 8 * 5
            case .rule: 0
            case .given, .signed: bound
            }
        }
    }

    /// A call that would be made to it.
    package struct Call: Hashable, Sendable {
        package var name: String
        package var function: String
        /// As the manifest means them, with `${…}` for what the run fills in.
        package var arguments: String
        /// What is sent of them, each with its type and name; nil where an address among them is not known yet.
        package var values: [String]?
        /// Who sends it, or is asked to; nil where nothing tells the account.
        package var sender: String?
        package var to: String?
        /// Behind `0x`; nil where an address in it is not known yet.
        package var data: String?
        package var valueWei: String
        package var reason: String
        /// nil where the chain could not be asked.
        package var maxGas: UInt64?
        /// Wei, in decimal; nil where the chain could not be asked.
        package var maxCostWei: String?
        /// What ``maxGas`` is from.
        package var gasBound: GasBound?
        /// The signers whose addresses are among its arguments or in its `unless`.
        package var signers: [ReadSigner] = []
        /// The deployments that the plan does not make, whose addresses are there.
        package var deployments: [ReadDeployment] = []
        /// When it is not needed, as the manifest means that; nil where the chain is not asked.
        package var unless: String?
        /// Names that it had before.
        package var formerly: [String] = []
        /// What is on record of it at its address, with whatever data.
        package var past: [PastCall] = []
        /// The run in which people were asked for it, who may still send it; nil where nobody was.
        package var proposedIn: String?
        /// What would stop a run that makes it, as its reason says.
        package var obstacle: StepFailure?

        package init(
            name: String,
            function: String,
            arguments: String,
            sender: String? = nil,
            to: String?,
            data: String?,
            valueWei: String,
            reason: String,
            maxGas: UInt64? = nil,
            maxCostWei: String? = nil,
            gasBound: GasBound? = nil
        ) {
            self.name = name
            self.function = function
            self.arguments = arguments
            self.sender = sender
            self.to = to
            self.data = data
            self.valueWei = valueWei
            self.reason = reason
            self.maxGas = maxGas
            self.maxCostWei = maxCostWei
            self.gasBound = gasBound
        }
    }

    package var step: StepID
    package var network: String
    package var action: Action
    package var reason: String
    /// Who sends it, or is asked to; nil where nothing tells the account.
    package var sender: String?
    package var address: String?
    /// nil where an address among the arguments is not known yet, or the contract does not compile.
    package var initCodeDigest: Digest?
    /// As the manifest means them, with `${…}` for what the run fills in.
    package var arguments: String
    /// What the constructor is given, each with its type and name; nil where something among it is not known yet.
    package var values: [String]?
    package var valueWei: String
    /// Only those that would be made.
    package var calls: [Call]
    /// nil where the chain could not be asked.
    package var maxGas: UInt64?
    /// Wei, in decimal; nil where the chain could not be asked.
    package var maxCostWei: String?
    /// Of the code without its libraries' addresses; nil where it calls none.
    package var unlinkedCodeDigest: Digest?
    /// Its libraries as the manifest means them; nil where it names none.
    package var libraries: String?
    /// The factory and the salt; nil where the sender's nonce decides the address.
    package var salt: String?
    /// The signers whose addresses are in what would be created.
    package var signers: [ReadSigner] = []
    /// The deployments that the plan does not make, whose addresses are there.
    package var deployments: [ReadDeployment] = []
    /// The calls that the manifests have and that were not asked for, by name.
    package var leftOut: [String] = []
    /// The calls that would not be made: they were, or their `unless` holds; without what a run fills in.
    ///
    /// No part of a plan file.
    package var notNeeded: [Call] = []
    /// Who made what is kept, as its record has it; nil where none has.
    ///
    /// No part of a plan file.
    package var madeBy: String?
    /// What ``maxGas`` is from.
    package var gasBound: GasBound?
    /// The run in which people were asked for it, who may still send it; nil where nobody was.
    package var proposedIn: String?
    /// The address of the contract whose place it takes, or of the code that a proxy runs before it is upgraded; nil where there
    /// is none, or it is not known.
    package var replaces: String?
    /// The block since which a proxy that is upgraded runs that code; nil where nobody noted it.
    package var replacesSince: UInt64?
    /// What would stop a run: in the deployment itself, else the first of its calls that a run would not make.
    package var hindrance: StepFailure? { obstacle ?? calls.lazy.compactMap(\.obstacle).first }

    /// Why it comes to nothing, where that is found in it; nil where it does not, or only since something that it needs does.
    ///
    /// No part of a plan file.
    package private(set) var obstacle: StepFailure?

    package init(
        step: StepID,
        network: String,
        action: Action,
        reason: String,
        sender: String? = nil,
        address: String? = nil,
        initCodeDigest: Digest? = nil,
        arguments: String = "[]",
        valueWei: String = "0",
        calls: [Call] = [],
        maxGas: UInt64? = nil,
        maxCostWei: String? = nil,
        unlinkedCodeDigest: Digest? = nil,
        libraries: String? = nil,
        salt: String? = nil,
        gasBound: GasBound? = nil,
        replaces: String? = nil
    ) {
        self.step = step
        self.network = network
        self.action = action
        self.reason = reason
        self.sender = sender
        self.address = address
        self.initCodeDigest = initCodeDigest
        self.arguments = arguments
        self.valueWei = valueWei
        self.calls = calls
        self.maxGas = maxGas
        self.maxCostWei = maxCostWei
        self.unlinkedCodeDigest = unlinkedCodeDigest
        self.libraries = libraries
        self.salt = salt
        self.gasBound = gasBound
        self.replaces = replaces
    }

    /// Whether a contract would be created.
    package var isCreation: Bool { action == .create || action == .replace }

    /// Whether a run would change something.
    package var isChange: Bool { action != .keep || !calls.isEmpty }

    /// Whether it comes to nothing.
    package var isStuck: Bool { action == .blocked || action == .drift }

    /// The code of what is stopped by something else.
    package static let needsOther = "needs"

    /// Whether it comes to nothing since a network cannot be used that the manifests let a run go on without.
    package var isUnavailable: Bool { isStuck && obstacle?.kind == .unavailable }

    /// Says so of what needs one of those; what stands in its own way stands.
    package mutating func stop(withUnavailable step: StepID) {
        guard obstacle == nil else { return }
        stop(by: StepFailure(.blocked, code: Self.needsOther, "it needs \(step)"))
        obstacle = StepFailure(.unavailable, code: Self.needsOther, reason)
    }

    /// Says that it comes to nothing; the first reason stands.
    package mutating func stop(by failure: StepFailure) {
        guard !isStuck else { return }
        action = failure.code == "drift" ? .drift : .blocked
        reason = failure.message
        if failure.code != Self.needsOther { obstacle = failure }
    }
}
