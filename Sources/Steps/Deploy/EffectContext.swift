import Engine
import Ethereum
package import EthereumTypes
import Foundation
package import Ledger
package import Model

/// The names of what deploy and call steps store.
package enum EffectOutput {
    package static let deployment = "deployment.json"
    package static let call = "call.json"
}

/// What deploy and call steps share: the chain, the ledger, keys, and whose run it is.
package struct EffectContext: Sendable {
    package var world: World
    package var ledger: Ledger
    package var hub: NetworkHub
    package var secrets: SecretReader
    package var project: String
    package var run: String
    /// What somebody approved; nil: the run applies no plan.
    package var approved: ApprovedPlan?
    /// What the run takes up; nil: it does all that it has.
    package var retried: RetriedRun?
    /// How long a step waits for a block.
    package var patience: Duration
    /// Where what people are to sign is written, as an absolute path: `unsigned/` and `safe/` in it.
    package var proposals: String
    /// What the committed registry says, by network.
    package var registry: [String: RegistryFile]
    /// The calls of the plan, for what is read of their contracts together.
    package let calls: [CallAction]
    /// The deployments of the plan, each of their contracts, for what is asked about them together.
    package let deployments: [DeployAction]
    /// Those of the manifest, by name, for what is read of one that is no part of the plan.
    package var networks: [String: NetworkSpec]
    /// The names that deployments of the whole manifest have and had, by network; of one that is not there they are not known.
    package var deploymentNames: [String: Set<String>]
    /// Who sends in other shards, by chain.
    package var apart: [ChainID: Set<SignerSpec>]
    /// Why what is sent on a network could not go on record where that is committed; nil where it can.
    package var recordObstacle: @Sendable (NetworkSpec) -> StepFailure?
    /// Hears what the user should know.
    package var notice: @Sendable (Diagnostic) -> Void
    private let shared: Shared

    package init(
        world: World,
        ledger: Ledger,
        hub: NetworkHub,
        secrets: SecretReader,
        project: String,
        run: String,
        approved: ApprovedPlan? = nil,
        retried: RetriedRun? = nil,
        patience: Duration = .seconds(600),
        proposals: String = "proposals",
        registry: [String: RegistryFile] = [:],
        calls: [CallAction] = [],
        deployments: [DeployAction] = [],
        steps: [StepID: StepWaits] = [:],
        networks: [String: NetworkSpec] = [:],
        deploymentNames: [String: Set<String>] = [:],
        manifestSteps: @escaping @Sendable () -> Set<StepID>? = { nil },
        apart: [ChainID: Set<SignerSpec>] = [:],
        recordObstacle: @escaping @Sendable (NetworkSpec) -> StepFailure? = { _ in nil },
        notice: @escaping @Sendable (Diagnostic) -> Void = { _ in }
    ) {
        self.world = world
        self.ledger = ledger
        self.hub = hub
        self.secrets = secrets
        self.project = project
        self.run = run
        self.approved = approved
        self.retried = retried
        self.patience = patience
        self.proposals = proposals
        self.registry = registry
        self.calls = calls
        self.deployments = deployments
        shared = Shared(
            stepsAtWork: StepsAtWork(of: project, planned: steps),
            formerSteps: FormerSteps(deployments, calls),
            manifestSteps: ManifestSteps(manifestSteps))
        self.networks = networks
        self.deploymentNames = deploymentNames
        self.apart = apart
        self.recordObstacle = recordObstacle
        self.notice = notice
    }

    /// What all steps of a run have in common and nobody else does.
    ///
    /// A class, so that a context is small: it is handed on at every step of the way.
    private final class Shared: Sendable {
        let keyring = Keyring()
        let safes = SafeDesk()
        let keys = KeyDesk()
        let stepsAtWork: StepsAtWork
        let formerSteps: FormerSteps
        let manifestSteps: ManifestSteps

        init(stepsAtWork: StepsAtWork, formerSteps: FormerSteps, manifestSteps: ManifestSteps) {
            self.stepsAtWork = stepsAtWork
            self.formerSteps = formerSteps
            self.manifestSteps = manifestSteps
        }
    }

    private var keyring: Keyring { shared.keyring }
    var safes: SafeDesk { shared.safes }
    var keys: KeyDesk { shared.keys }
    var stepsAtWork: StepsAtWork { shared.stepsAtWork }
    var formerSteps: FormerSteps { shared.formerSteps }
    var manifestSteps: ManifestSteps { shared.manifestSteps }

    /// Who sends on a network.
    func sending(_ signer: SignerSpec?, on network: OpenNetwork) async throws(StepFailure) -> Sending {
        if let signer { return try await sending(signer) }
        guard let key = network.devnetKey else {
            throw StepFailure(
                code: "no-signer",
                "network '\(network.spec.name)' has no signer",
                hint: "give it one: signer: NAME"
            )
        }
        return .signed(KeySigner(key))
    }

    /// Who sends under a name of the manifest; its secret is read now.
    func sending(_ spec: SignerSpec) async throws(StepFailure) -> Sending {
        let purpose = "signer '\(spec.name)'"
        switch spec.form {
        case .key(let reference):
            let key = try await secrets.key(reference, for: purpose)
            try Self.expect(spec, key)
            return .signed(KeySigner(key))
        case .keystore(let path, let password):
            let key = try await keyring.key(of: spec) { [secrets] () async throws(StepFailure) in
                try await secrets.key(in: path, password: password, for: purpose)
            }
            try Self.expect(spec, key)
            return .signed(KeySigner(key))
        case .remote(let endpoint, let address):
            let url: Secret =
                switch endpoint {
                case .url(let text): Secret(text)
                case .secret(let reference): try await secrets.url(reference, for: purpose)
                }
            let door = NodeDoor(index: 0, name: purpose, url: url, perSecond: nil, world: world)
            let rpc = EthereumRPC { body async throws(TransportFailure) in
                try await door.send(body, 1, within: RemoteSigner.deadline)
            }
            return .signed(RemoteSigner(name: spec.name, address: address, rpc: rpc))
        case .address(let address):
            return .proposed(PeoplesAccount(name: spec.name, address: address, kind: .key))
        case .safe(let address, let multiSend):
            return .proposed(
                PeoplesAccount(
                    name: spec.name, address: address, kind: .safe(multiSend: multiSend),
                    proposer: spec.proposer))
        }
    }

    /// The address of whoever sends on a network; a secret is read only where nothing else says it.
    func address(of signer: SignerSpec?, on network: OpenNetwork) async throws(StepFailure) -> Address {
        if let signer { return try await address(of: signer) }
        return try await sending(nil, on: network).address
    }

    /// The address of a signer of the manifest; a secret is read only where nothing else says it.
    func address(of spec: SignerSpec) async throws(StepFailure) -> Address {
        if let address = spec.address { return address }
        switch spec.form {
        case .keystore(let path, _):
            let keystore = try secrets.keystore(path, for: "signer '\(spec.name)'")
            if let address = keystore.address { return address }
            return try await sending(spec).address
        case .key, .remote, .address, .safe: return try await sending(spec).address
        }
    }

    /// Whether the key of a signer is at hand, as far as that is told without its keystore's password.
    ///
    /// - Throws: ``StepFailure`` where it is not, or where it is that of another account than the manifest says.
    func checkKey(of spec: SignerSpec) async throws(StepFailure) {
        switch spec.form {
        case .key: _ = try await sending(spec)
        case .keystore:
            var unnamed = spec
            unnamed.keyAddress = nil
            _ = try await address(of: unnamed)
        case .remote, .address, .safe: return
        }
    }

    /// Whether a key is of the account that the manifest says.
    ///
    /// - Throws: ``StepFailure`` of the kind `environment`, coded `other-key`.
    private static func expect(_ spec: SignerSpec, _ key: PrivateKey) throws(StepFailure) {
        guard let address = spec.keyAddress, key.address != address else { return }
        throw StepFailure(
            .environment,
            code: "other-key",
            "signer '\(spec.name)' has the address \(address) in the manifest, and its key is that of \(key.address)",
            hint: "give it the key of \(address), or change 'address'; nothing was signed"
        )
    }

    /// The way of one step's operation through the lane of its sender.
    func sender(
        _ address: Address,
        on network: OpenNetwork,
        progress: StepProgress,
        usable: @escaping @Sendable (ChainOperation) throws(StepFailure) -> [Performed.NewOutput]?
    ) async throws(StepFailure) -> TransactionSender {
        TransactionSender(
            network: network,
            lane: try await lane(of: address, on: network),
            progress: progress,
            notice: notice,
            usable: usable
        )
    }

    /// The code at the address of a deployment, as it was when the run first looked at its network.
    func codeBefore(at address: Address, on network: OpenNetwork) async throws(StepFailure) -> [UInt8] {
        try await hub.code(of: address, on: network) { () throws(StepFailure) in
            let alone = try codeLookedAtAlone(on: network)
            guard alone.isEmpty else { return alone }
            let rows = try inLedger { () throws(LedgerError) in
                try ledger.currentDeployments(project: project)
            }
            let recorded = rows.filter {
                $0.network == network.spec.name && $0.genesisHash == network.genesis
            }.compactMap(\.address)
            let others = try news(on: network).map(\.address) + libraries(on: network)
            return recorded + Set(others).subtracting(recorded).sorted { $0.description < $1.description }
        }
    }

    /// Looks until something is seen, longer apart each time: nodes behind one URL may lag behind each other, and blocks take time.
    ///
    /// - Parameters:
    ///   - patience: How long; zero: it is looked at once. What lags is there in a minute.
    ///   - longest: The most between two looks.
    ///   - waiting: Hears once that it was not seen at first.
    ///   - look: Looks.
    /// - Returns: nil where it was not seen by then.
    /// - Throws: What `look` throws, and where the run is interrupted.
    func untilSeen<Value>(
        within patience: Duration = .milliseconds(63_750),
        atMostApart longest: Duration = .seconds(32),
        waiting: () -> Void = {},
        _ look: () async throws(StepFailure) -> Value?
    ) async throws(StepFailure) -> Value? {
        let end = world.elapsed() + patience
        var wait = LaneRules.firstRest
        var isWaiting = false
        while true {
            if let seen = try await look() { return seen }
            let left = end - world.elapsed()
            guard left > .zero else { return nil }
            if !isWaiting { waiting() }
            isWaiting = true
            guard (try? await world.sleep(min(wait, left))) != nil else { throw .cancelled }
            wait = min(wait * 2, longest)
        }
    }

    /// The addresses that arguments refer to.
    ///
    /// - Throws: ``StepFailure`` where one is not known; of the kind `blocked`, coded `not-as-planned`, where a signer or a
    ///   deployment has another address than the approved plan says.
    func resolution(
        of references: [Interpolated.Reference],
        on network: String,
        signers: [SignerSpec],
        inputs: StepInputs
    ) async throws(StepFailure) -> ArgumentResolution {
        var resolution = ArgumentResolution(deployments: [:], signers: [:], network: network)
        for case .deploymentAddress(let name, let other) in references {
            let home = other ?? network
            let place = "\(name)@\(home)"
            let address = try await address(of: name, on: home, from: network, inputs)
            try requireApproved(place, at: address, on: network)
            resolution.deployments[place] = address
        }
        for signer in signers {
            let address = try await address(of: signer)
            try requireApproved(signer, address, on: network)
            resolution.signers[signer.name] = address
        }
        return resolution
    }

    static func deployment(
        _ name: String,
        on network: String,
        _ inputs: StepInputs
    ) throws(StepFailure) -> DeploymentFact {
        let own = StepID.deploy(name, on: network)
        let outputs = try inputs[inputs.has(own) ? own : .proxy(name, on: network)]
        return try WireJSON.decode(DeploymentFact.self, from: try outputs.bytes(EffectOutput.deployment))
    }

    static func address(of fact: DeploymentFact) throws(StepFailure) -> Address {
        guard let text = fact.address, let address = try? Address(text) else {
            throw StepFailure(code: "no-address", "deployment \(fact.name)@\(fact.network) has no address")
        }
        return address
    }

    /// Reads the ABI that a compile step stored.
    static func abi(_ compiled: StoredOutputs) throws(StepFailure) -> ContractABI {
        let json = try compiled.bytes(CompileOutput.abi)
        do {
            return try ContractABI(json: json)
        } catch {
            throw StepFailure(code: "bad-abi", "the contract's ABI cannot be read: \(error)")
        }
    }

    /// What an earlier run signed for a step and did not see through, taken to a block that stays; nil where there is nothing.
    ///
    /// Its signer is asked for a replacement alone, so a secret that is not there only means that there is none.
    ///
    /// `needed` says why it is needed no more; it is asked of what no block is known to have.
    func settled(
        _ step: StepID,
        as terms: SignedTerms,
        on network: OpenNetwork,
        progress: StepProgress,
        needed: (ChainOperation) async throws(StepFailure) -> String? = { _ throws(StepFailure) in nil },
        usable: @escaping @Sendable (ChainOperation) throws(StepFailure) -> [Performed.NewOutput]?
    ) async throws(StepFailure) -> Settlement? {
        let open = try inLedger { () throws(LedgerError) in
            try ledger.unfinishedOperation(
                of: step,
                project: project,
                chainID: network.spec.chainID,
                genesisHash: network.genesis
            )
        }
        guard let open, !open.attempts.isEmpty else { return nil }
        var own: (any TransactionSigner)?
        if case .signed(let signer) = try? await sending(terms.signer, on: network) { own = signer }
        let sender = try await sender(
            open.intent.sender,
            on: network,
            progress: progress,
            usable: usable
        )
        if let other = try? await address(of: terms.signer, on: network), other != open.intent.sender {
            // Whoever sends it owns what is created, and pays.
            guard let settlement = try await sender.watch(open) else { throw open.signedByOther(than: other) }
            return settlement
        }
        var unwanted: String?
        if open.state != .included {
            let most = min(terms.gasLimit ?? .max, network.spec.limits.maxTransactionGas)
            if open.needsMoreGas(than: most), let used = open.content?.gasLimit {
                unwanted =
                    "run \(open.intent.run) signed it with a gas limit of \(used), and \(most) is the most now"
            } else {
                unwanted = try await needed(open)
            }
        }
        if open.state != .included, unwanted == nil,
            let refusal = Self.refusal(of: open, within: terms.allowance)
        {
            guard let settlement = try await sender.watch(open) else { throw refusal }
            return settlement
        }
        return try await sender.resume(
            open,
            signer: own?.address == open.intent.sender ? own : nil,
            as: terms,
            unwanted: unwanted.map {
                StepFailure(
                    code: "not-needed", "\(step) is not needed any more: \($0)",
                    hint:
                        "what an earlier run signed for it is not sent again: its nonce is used up by a transaction that does nothing",
                    recurrence: .passing)
            }
        )
    }
}
