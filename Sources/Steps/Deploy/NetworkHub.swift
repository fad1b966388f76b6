package import Ethereum
package import EthereumTypes
import Foundation
import Ledger
package import Model

/// A chain on this machine that runs until it is stopped.
package struct StartedChain: Sendable {
    package let url: String
    package let key: PrivateKey
    package let stop: @Sendable () async -> Void

    package init(url: String, key: PrivateKey, stop: @escaping @Sendable () async -> Void) {
        self.url = url
        self.key = key
        self.stop = stop
    }
}

/// Opens each network once, when the first step asks for it, and stops the devnets at the end.
///
/// An actor because the steps that ask share no parent but the run itself.
package actor NetworkHub {
    /// Starts the chain of a devnet.
    package typealias StartDevnet = @Sendable (NetworkSpec) async throws(StepFailure) -> StartedChain

    /// Takes the right to use a network, which lasts as long as what it gives: with the name ahead of all, and where it is reached
    /// with the hash of its block 0 too, since two names may be one chain.
    package typealias Hold = @Sendable (NetworkSpec, _ genesis: Hash?) throws(StepFailure) -> (any Sendable)?

    private let world: World
    private let secrets: SecretReader
    private let hold: Hold
    private let startDevnet: StartDevnet
    private let opened: @Sendable (NetworkFact) -> Void
    private let noted: @Sendable (Diagnostic) -> Void
    private var networks: [String: Task<Result<OpenNetwork, StepFailure>, Never>] = [:]
    private var chains: [StartedChain] = []
    private var held: [any Sendable] = []
    private var heldChains: Set<String> = []
    private var lanes: [ChainOperation.Lane: LaneDriver] = [:]
    private var closing: [@Sendable () async -> Void] = []
    private var codes: [String: Task<Result<[Address: [UInt8]], StepFailure>, Never>] = [:]
    private var codeReaders: [String: CodeReader] = [:]
    private var records: [String: Task<Result<[Hash: TransactionRecord], StepFailure>, Never>] = [:]
    private var lookedUp: [String: [Hash: TransactionRecord]] = [:]
    private var believed: [String: [Believed: Set<String>]] = [:]
    private var spokenOf: Set<String> = []
    private var sent: [ChainOperation.Lane: SentCount] = [:]
    private var creations: [ChainOperation.Lane: Task<Result<UnknownCreations, StepFailure>, Never>] = [:]
    private var holders: [String: StepID] = [:]
    private var standing: [String: StandingRecords] = [:]
    private var readings: [String: Task<[CallRequest: [UInt8]], Never>] = [:]

    /// `hold` keeps other processes off a network; `opened` hears of each that was reached, or was not, and `noted` of
    /// each endpoint that is done without.
    package init(
        world: World,
        secrets: SecretReader,
        hold: @escaping Hold = { _, _ throws(StepFailure) in nil },
        startDevnet: @escaping StartDevnet,
        opened: @escaping @Sendable (NetworkFact) -> Void,
        noted: @escaping @Sendable (Diagnostic) -> Void = { _ in }
    ) {
        self.world = world
        self.secrets = secrets
        self.hold = hold
        self.startDevnet = startDevnet
        self.opened = opened
        self.noted = noted
    }

    /// The network, opened now or before.
    ///
    /// - Throws: ``StepFailure`` where it cannot be reached or is another chain than the manifest says; of the kind
    ///   `unavailable` where it cannot be reached and may be skipped.
    package func open(_ spec: NetworkSpec) async throws(StepFailure) -> OpenNetwork {
        let opening = networks[spec.name] ?? Task { await self.connect(spec) }
        networks[spec.name] = opening
        return try await opening.value.get()
    }

    /// The one lane of a sender on a chain, made by whoever asks first.
    ///
    /// - Throws: ``StepFailure/sharedLane(of:_:_:)`` where another network of the run has it; what `make` throws.
    func lane(
        of sender: Address,
        on network: OpenNetwork,
        _ make: @Sendable (ChainOperation.Lane) throws(StepFailure) -> LaneDriver
    ) throws(StepFailure) -> LaneDriver {
        let lane = network.lane(of: sender)
        if let driver = lanes[lane] {
            guard driver.network == network.spec.name else {
                throw .sharedLane(of: sender, network.spec.name, driver.network)
            }
            return driver
        }
        let driver = try make(lane)
        lanes[lane] = driver
        return driver
    }

    /// The lane of a sender on a network, where there is one already.
    func lane(of sender: Address, on network: OpenNetwork) -> LaneDriver? {
        lanes[network.lane(of: sender)].flatMap { $0.network == network.spec.name ? $0 : nil }
    }

    /// The lanes that there are on a network.
    func lanes(on network: OpenNetwork) -> [LaneDriver] {
        lanes.values.filter { $0.network == network.spec.name }
    }

    /// The network of that name, where it was opened.
    func opened(_ name: String) async -> OpenNetwork? { try? await networks[name]?.value.get() }

    /// The code at an address when the run first looked; that of all of `addresses` is asked for together.
    ///
    /// What was deployed before is looked at before anything is changed, so that one exchange serves a whole network.
    func code(
        of address: Address,
        on network: OpenNetwork,
        among addresses: @Sendable () throws(StepFailure) -> [Address]
    ) async throws(StepFailure) -> [UInt8] {
        let name = network.spec.name
        let asking: Task<Result<[Address: [UInt8]], StepFailure>, Never>
        if let begun = codes[name] {
            asking = begun
        } else {
            let all = try addresses()
            asking = Task { await network.codes(of: all) }
            codes[name] = asking
        }
        if let code = try await asking.value.get()[address] { return code }
        return try await network.code(of: address)
    }

    /// What a node has of a transaction; that of all of `hashes` is asked for together when the first is wanted.
    func record(
        of hash: Hash,
        on network: OpenNetwork,
        among hashes: @Sendable () throws(StepFailure) -> [Hash]
    ) async throws(StepFailure) -> TransactionRecord {
        let name = network.spec.name
        let asking: Task<Result<[Hash: TransactionRecord], StepFailure>, Never>
        if let begun = records[name] {
            asking = begun
        } else {
            let all = try hashes()
            asking = Task { await network.records(all) }
            records[name] = asking
        }
        if let record = try await asking.value.get()[hash] { return record }
        return try await network.records([hash]).get()[hash] ?? .none
    }

    /// What a node has of some transactions, among others that were asked for before; each is asked for once a run.
    func records(
        of hashes: [Hash],
        on network: OpenNetwork
    ) async throws(StepFailure) -> [Hash: TransactionRecord] {
        let name = network.spec.name
        let unknown = Set(hashes).filter { lookedUp[name]?[$0] == nil }
        guard !unknown.isEmpty else { return lookedUp[name] ?? [:] }
        let found = try await network.records(unknown.sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) })
            .get()
        for hash in unknown { lookedUp[name, default: [:]][hash] = found[hash] ?? TransactionRecord.none }
        return lookedUp[name] ?? [:]
    }

    /// Notes what of a network's registry is believed though the chain does not tell it; whether it is the first of its kind.
    func note(believed subject: String, _ kind: Believed, on network: OpenNetwork) -> Bool {
        let noted = believed[network.spec.name, default: [:]][kind, default: []].insert(subject)
        return noted.inserted && believed[network.spec.name]?[kind]?.count == 1
    }

    /// What was noted, sorted.
    func believed(_ kind: Believed, on network: OpenNetwork) -> [String] {
        (believed[network.spec.name]?[kind] ?? []).sorted()
    }

    /// The code at an address now; steps that ask at the same time ask together.
    func codeNow(at address: Address, on network: OpenNetwork) async throws(StepFailure) -> [UInt8] {
        let reader = codeReaders[network.spec.name] ?? CodeReader(network)
        codeReaders[network.spec.name] = reader
        return try await reader.code(of: address)
    }

    /// What contracts answered when the run first asked; nothing where something was sent since.
    ///
    /// One that fails is left out, for whoever asks it alone. All are asked of one block, which is no older than what is on record.
    func firstAnswers(
        on network: OpenNetwork,
        since block: @Sendable () throws(StepFailure) -> UInt64,
        among requests: @Sendable () throws(StepFailure) -> [CallRequest]
    ) async throws(StepFailure) -> [CallRequest: [UInt8]] {
        guard !hasLane(network) else { return [:] }
        let name = network.spec.name
        let asking: Task<[CallRequest: [UInt8]], Never>
        if let begun = readings[name] {
            asking = begun
        } else {
            guard let head = network.head else { return [:] }
            let (all, newest) = (try requests(), max(head, try block()))
            asking = Task { await network.answers(to: all, at: .number(newest)) }
            readings[name] = asking
        }
        let answers = await asking.value
        // A lane that was made meanwhile may have changed what is read.
        return hasLane(network) ? [:] : answers
    }

    /// Whether nobody has asked this before of an account or a deployment: what is to be said of it once.
    func isFirstWord(of subject: String, on network: OpenNetwork) -> Bool {
        spokenOf.insert("\(network.genesis) \(network.spec.chainID) \(subject)").inserted
    }

    /// Whose an address on a network is in this run: the step's that asked for it first.
    func holder(of address: Address, on network: OpenNetwork, else step: StepID) -> StepID {
        let key = "\(network.spec.name) \(address)"
        let holder = holders[key] ?? step
        holders[key] = holder
        return holder
    }

    /// What an account had sent when the run first asked; nil where it did not yet.
    func sentCount(of account: Address, on network: OpenNetwork) -> SentCount? {
        sent[network.lane(of: account)]
    }

    /// Keeps what an account has sent for the rest of the run.
    func note(_ count: SentCount, of account: Address, on network: OpenNetwork) {
        sent[network.lane(of: account)] = count
    }

    /// What an account created that is on no record; looked at by whoever asks first, and again where that failed.
    func unknownCreations(
        of account: Address,
        on network: OpenNetwork,
        _ look: @escaping @Sendable () async -> Result<UnknownCreations, StepFailure>
    ) async throws(StepFailure) -> UnknownCreations {
        let lane = network.lane(of: account)
        let looking = creations[lane] ?? Task { await look() }
        creations[lane] = looking
        let seen = await looking.value
        if case .failure = seen { (creations[lane], sent[lane]) = (nil, nil) }
        return try seen.get()
    }

    /// What else is on record of a network; `look` is done when it is first asked for.
    func standingRecords(
        on network: OpenNetwork,
        _ look: @Sendable () throws(StepFailure) -> StandingRecords
    ) throws(StepFailure) -> StandingRecords {
        if let found = standing[network.spec.name] { return found }
        let found = try look()
        standing[network.spec.name] = found
        return found
    }

    private func hasLane(_ network: OpenNetwork) -> Bool {
        lanes.keys.contains { $0.chainID == network.spec.chainID && $0.genesisHash == network.genesis }
    }

    /// Has something done when all steps are done, while the networks are still open.
    func atClose(_ last: @escaping @Sendable () async -> Void) { closing.append(last) }

    /// Does what was left for the end, ends the lanes and stops every devnet that was started.
    package func close() async {
        for last in closing { await last() }
        closing = []
        for lane in lanes.values { await lane.close() }
        lanes = [:]
        for opening in networks.values { _ = await opening.value }
        for chain in chains { await chain.stop() }
        chains = []
        networks = [:]
        (held, heldChains) = ([], [])
    }

    private func connect(_ spec: NetworkSpec) async -> Result<OpenNetwork, StepFailure> {
        do throws(StepFailure) {
            let network = try await reach(spec)
            try holdChain(of: network)
            opened(fact(spec, genesis: network.genesis, .used))
            return .success(network)
        } catch {
            opened(fact(spec, genesis: nil, .unavailable))
            return .failure(error)
        }
    }

    /// Keeps other processes off the chain, under whatever name they know it; this one may have it under several.
    private func holdChain(of network: OpenNetwork) throws(StepFailure) {
        let chain = "\(network.genesis) \(network.spec.chainID)"
        guard !heldChains.contains(chain) else { return }
        if let right = try hold(network.spec, network.genesis) { held.append(right) }
        heldChains.insert(chain)
    }

    private func fact(_ spec: NetworkSpec, genesis: Hash?, _ status: NetworkFact.Status) -> NetworkFact {
        NetworkFact(
            name: spec.name,
            chainID: spec.chainID.rawValue,
            genesisHash: genesis?.description,
            status: status,
            explorer: spec.explorer
        )
    }

    private func reach(_ spec: NetworkSpec) async throws(StepFailure) -> OpenNetwork {
        if let right = try hold(spec, nil) { held.append(right) }
        switch spec.chain {
        case .devnet:
            let chain = try await startDevnet(spec)
            chains.append(chain)
            return try await check(spec, [.url(chain.url)], devnetKey: chain.key)
        case .rpc(let endpoints, _):
            return try await check(spec, endpoints, devnetKey: nil)
        }
    }

    private func check(
        _ spec: NetworkSpec,
        _ endpoints: [NetworkSpec.Endpoint],
        devnetKey: PrivateKey?
    ) async throws(StepFailure) -> OpenNetwork {
        let checked = try await EndpointCheck(world: world, secrets: secrets, spec: spec).run(endpoints)
        checked.notes.forEach(noted)
        return OpenNetwork(
            spec: spec, endpoints: checked.endpoints, genesis: checked.genesis, head: checked.head,
            devnetKey: devnetKey)
    }
}

extension StepFailure {
    /// A sender's lane is of one network: what bounds its fees and its spending, and the name that records have.
    static func sharedLane(of sender: Address, _ network: String, _ other: String) -> StepFailure {
        StepFailure(
            .blocked,
            code: "one-chain",
            "networks '\(network)' and '\(other)' are one chain, and \(sender) sends on both: fees, budgets and records are "
                + "a network's own",
            hint:
                "run them one after the other (--network \(other), then --network \(network)), or give one of them another "
                + "signer; nothing was sent on '\(network)'"
        )
    }
}
