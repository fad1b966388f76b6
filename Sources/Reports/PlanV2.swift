import EthereumTypes
package import Foundation
package import Model

/// The plan file, version 2: what a run would do, and on which chains.
package struct PlanV2: Codable, Sendable {
    package struct Step: Codable, Sendable {
        /// `run` or `reuse` for pure steps; for effects what the forecast says.
        package var id: StepID
        package var action: String
        package var reasons: [String]

        package init(id: StepID, action: String, reasons: [String]) {
            self.id = id
            self.action = action
            self.reasons = reasons
        }
    }

    /// Which chain a network is.
    struct Network: Codable, Sendable {
        var name: String
        var chainId: UInt64
        /// nil on a devnet that starts empty, and where no node answered.
        var genesisHash: String?
    }

    /// A signer whose address is among what is sent.
    struct Signer: Codable, Sendable {
        var name: String
        /// nil where nothing told it: then the plan is refused when it is applied.
        var address: String?

        init(_ signer: ReadSigner) {
            name = signer.name
            address = signer.address
        }
    }

    /// A deployment that the plan does not make and whose address is among what is sent.
    struct Place: Codable, Sendable {
        /// `token@sepolia`.
        var name: String
        var address: String

        init(_ deployment: ReadDeployment) {
            name = deployment.name
            address = deployment.address
        }
    }

    struct Call: Codable, Sendable {
        var name: String
        var function: String
        var arguments: String
        /// What is sent of them, each with its type and name.
        var values: [String]?
        /// nil where nothing tells the account.
        var sender: String?
        var to: String?
        var data: String?
        var valueWei: String
        var maxGas: UInt64?
        var maxCostWei: String?
        var gasBound: String?
        var proposedIn: String?
        /// Those whose addresses are among its arguments or in its `unless`.
        var signers: [Signer]?
        var addresses: [Place]?
        /// The read and what it gives where the call is not needed.
        var unless: String?
        /// Names that it had before.
        var formerly: [String]?
        /// The transactions that are on record as having made it, with whatever data.
        var madeBefore: [String]?
        /// The run in which people were asked for it with other data, who may still send that.
        var askedBefore: [String]?
    }

    struct Deployment: Codable, Sendable {
        var id: String
        var action: String
        var reason: String
        var sender: String?
        var address: String?
        var initCodeDigest: Digest?
        var arguments: String
        /// What the constructor is given, each with its type and name.
        var values: [String]?
        var valueWei: String
        var calls: [Call]
        var maxGas: UInt64?
        var maxCostWei: String?
        var unlinkedCodeDigest: Digest?
        var libraries: String?
        var salt: String?
        /// What `maxGas` is from.
        ///
        /// `estimated`, `simulated`, `given` or `rule`; by rule it is only an upper limit.
        var gasBound: String?
        /// The run in which people were asked for it, who may still send it.
        var proposedIn: String?
        /// The address of the contract whose place it takes, or of the code that a proxy runs before.
        var replaces: String?
        /// The block since which a proxy runs that.
        var replacesSince: UInt64?
        /// Those whose addresses are in what would be created.
        var signers: [Signer]?
        var addresses: [Place]?
        /// The calls that the manifests have and that the plan was not asked for: they are not made when it is applied.
        var leftOut: [String]?
    }

    /// What an earlier run signed and no block has: it may come into one, and is sent again where something waits behind it.
    package struct SignedBefore: Codable, Sendable {
        var id: StepID
        var network: String
        var run: String
        var nonce: UInt64?
        var transactionHash: String?
        var valueWei: String
        var state: String

        package init(
            id: StepID,
            network: String,
            run: String,
            nonce: UInt64?,
            transactionHash: String?,
            valueWei: String,
            state: String
        ) {
            self.id = id
            self.network = network
            self.run = run
            self.nonce = nonce
            self.transactionHash = transactionHash
            self.valueWei = valueWei
            self.state = state
        }
    }

    var version = PlanV2.current
    package private(set) var project: String
    var manifests: [Manifest.File]
    var createdAt: String
    var expiresAt: String
    var networks: [Network]
    var steps: [Step]
    var deployments: [Deployment]
    /// nil where there is nothing.
    var signedBefore: [SignedBefore]?

    static let current = 2
    /// A plan is good for three days: a review takes as long, and a chain moves on.
    private static let lifetimeMilliseconds: Int64 = 3 * 24 * 3600 * 1000

    /// - Parameters:
    ///   - project: The manifests' project.
    ///   - manifests: Their files.
    ///   - createdAt: Now.
    ///   - chains: Which chain each network of the manifests is; those that were asked, or have a deployment, are in the plan.
    ///   - steps: Every step.
    ///   - forecasts: Every deployment.
    ///   - signedBefore: What earlier runs signed, and no block that is known of has.
    package init(
        project: String,
        manifests: [Manifest.File],
        createdAt: Timestamp,
        chains: [PlannedChain],
        steps: [Step],
        forecasts: [DeploymentForecast],
        signedBefore: [SignedBefore] = []
    ) {
        self.project = project
        self.manifests = manifests
        self.createdAt = createdAt.rfc3339
        expiresAt = Timestamp(milliseconds: createdAt.milliseconds + Self.lifetimeMilliseconds).rfc3339
        networks = Self.chains(chains, of: forecasts).map {
            Network(name: $0.network, chainId: $0.chainID.rawValue, genesisHash: $0.genesis?.description)
        }
        self.steps = steps
        self.signedBefore = signedBefore.isEmpty ? nil : signedBefore
        deployments = forecasts.map { forecast in
            Deployment(
                id: forecast.step.placed,
                action: forecast.action.rawValue,
                reason: forecast.reason,
                sender: forecast.sender,
                address: forecast.address,
                initCodeDigest: forecast.initCodeDigest,
                arguments: forecast.arguments,
                values: forecast.values,
                valueWei: forecast.valueWei,
                calls: forecast.calls.map {
                    Call(
                        name: $0.name,
                        function: $0.function,
                        arguments: $0.arguments,
                        values: $0.values,
                        sender: $0.sender,
                        to: $0.to,
                        data: $0.data,
                        valueWei: $0.valueWei,
                        maxGas: $0.maxGas,
                        maxCostWei: $0.maxCostWei,
                        gasBound: $0.gasBound?.rawValue,
                        proposedIn: $0.proposedIn,
                        signers: Self.signers($0.signers),
                        addresses: Self.places($0.deployments),
                        unless: $0.unless,
                        formerly: $0.formerly.isEmpty ? nil : $0.formerly,
                        madeBefore: Self.marks($0.past, .made),
                        askedBefore: Self.marks($0.past, .asked)
                    )
                },
                maxGas: forecast.maxGas,
                maxCostWei: forecast.maxCostWei,
                unlinkedCodeDigest: forecast.unlinkedCodeDigest,
                libraries: forecast.libraries,
                salt: forecast.salt,
                gasBound: forecast.gasBound?.rawValue,
                proposedIn: forecast.proposedIn,
                replaces: forecast.replaces,
                replacesSince: forecast.replacesSince,
                signers: Self.signers(forecast.signers),
                addresses: Self.places(forecast.deployments),
                leftOut: forecast.leftOut.isEmpty ? nil : forecast.leftOut
            )
        }
    }

    private static func signers(_ read: [ReadSigner]) -> [Signer]? {
        read.isEmpty ? nil : read.map(Signer.init)
    }

    private static func places(_ read: [ReadDeployment]) -> [Place]? {
        read.isEmpty ? nil : read.map(Place.init)
    }

    private static func marks(_ past: [PastCall], _ deed: PastCall.Deed) -> [String]? {
        let marks = past.filter { $0.deed == deed }.map(\.mark)
        return marks.isEmpty ? nil : marks
    }

    /// Those of some networks that a plan is about, sorted: they were asked, or have a deployment.
    static func chains(_ known: [PlannedChain], of forecasts: [DeploymentForecast]) -> [PlannedChain] {
        let used = Set(forecasts.map(\.network))
        return known.filter { $0.genesis != nil || used.contains($0.network) }
            .sorted { $0.network < $1.network }
    }

    /// The file's text: keys sorted, a line break at the end.
    ///
    /// - Throws: What JSONEncoder throws; never for a plan.
    package func json() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        return try encoder.encode(self) + Data("\n".utf8)
    }

    /// The digest of the plan without its times.
    ///
    /// - Throws: What JSONEncoder throws; never for a plan.
    package func digest() throws -> Digest {
        var timeless = self
        timeless.createdAt = ""
        timeless.expiresAt = ""
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Digest(of: try encoder.encode(timeless))
    }
}
