package import Ethereum
import EthereumTypes
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

    /// Takes the right to use a network, which lasts as long as what it gives.
    package typealias Hold = @Sendable (NetworkSpec) throws(StepFailure) -> (any Sendable)?

    private let world: World
    private let secrets: SecretReader
    private let hold: Hold
    private let startDevnet: StartDevnet
    private let opened: @Sendable (NetworkFact) -> Void
    private var networks: [String: Task<Result<OpenNetwork, StepFailure>, Never>] = [:]
    private var chains: [StartedChain] = []
    private var held: [any Sendable] = []
    private var lanes: [ChainOperation.Lane: LaneDriver] = [:]

    /// `hold` keeps other processes off a network; `opened` hears of each that was reached, or was not.
    package init(
        world: World,
        secrets: SecretReader,
        hold: @escaping Hold = { _ throws(StepFailure) in nil },
        startDevnet: @escaping StartDevnet,
        opened: @escaping @Sendable (NetworkFact) -> Void
    ) {
        self.world = world
        self.secrets = secrets
        self.hold = hold
        self.startDevnet = startDevnet
        self.opened = opened
    }

    /// The network, opened now or before.
    ///
    /// - Throws: ``StepFailure`` where it cannot be reached or is another chain than the manifest says.
    package func open(_ spec: NetworkSpec) async throws(StepFailure) -> OpenNetwork {
        let opening = networks[spec.name] ?? Task { await self.connect(spec) }
        networks[spec.name] = opening
        return try await opening.value.get()
    }

    /// The one lane of a sender on a chain, made by whoever asks first.
    func lane(
        _ lane: ChainOperation.Lane,
        _ make: @Sendable () throws(StepFailure) -> LaneDriver
    ) throws(StepFailure) -> LaneDriver {
        if let driver = lanes[lane] { return driver }
        let driver = try make()
        lanes[lane] = driver
        return driver
    }

    /// Ends the lanes and stops every devnet that was started.
    package func close() async {
        for lane in lanes.values { await lane.close() }
        lanes = [:]
        for opening in networks.values { _ = await opening.value }
        for chain in chains { await chain.stop() }
        chains = []
        networks = [:]
        held = []
    }

    private func connect(_ spec: NetworkSpec) async -> Result<OpenNetwork, StepFailure> {
        do throws(StepFailure) {
            let network = try await reach(spec)
            opened(fact(spec, genesis: network.genesis, .used))
            return .success(network)
        } catch {
            opened(fact(spec, genesis: nil, .unavailable))
            return .failure(error)
        }
    }

    private func fact(_ spec: NetworkSpec, genesis: Hash?, _ status: NetworkFact.Status) -> NetworkFact {
        NetworkFact(
            name: spec.name,
            chainID: spec.chainID.rawValue,
            genesisHash: genesis?.description,
            status: status
        )
    }

    private func reach(_ spec: NetworkSpec) async throws(StepFailure) -> OpenNetwork {
        if let right = try hold(spec) { held.append(right) }
        let url: String
        var devnetKey: PrivateKey?
        switch spec.chain {
        case .devnet:
            let chain = try await startDevnet(spec)
            chains.append(chain)
            url = chain.url
            devnetKey = chain.key
        case .rpc(let endpoints, _):
            switch endpoints[0] {
            case .url(let text): url = text
            case .secret(let reference):
                url = try await secrets.read(reference, for: "network '\(spec.name)'").reveal()
            }
        }
        let rpc = EthereumRPC(url: url, world: world)
        let (found, genesis) = try await identity(of: rpc, spec)
        guard found == spec.chainID else {
            throw StepFailure(
                .blocked,
                code: "wrong-chain",
                "network '\(spec.name)' should have chain id \(spec.chainID), the node says \(found)",
                hint: "mend 'chainId' or 'rpc' in the manifest; nothing was sent"
            )
        }
        return OpenNetwork(spec: spec, rpc: rpc, genesis: genesis, devnetKey: devnetKey)
    }

    private func identity(
        of rpc: EthereumRPC,
        _ spec: NetworkSpec
    ) async throws(StepFailure) -> (ChainID, Hash) {
        do {
            return (try await rpc.chainID(), try await rpc.genesisHash())
        } catch {
            throw StepFailure(error, on: spec)
        }
    }
}

extension EthereumRPC {
    /// A node behind a URL, which may hold a key and so is never in a message.
    ///
    /// A question is asked five times at most, the waits doubling from a quarter of a second, or as long as the node says;
    /// a node that asks for more than a minute is not asked again.
    init(url: String, world: World) {
        let send: Send = { body async throws(TransportFailure) in
            let reply: HTTPReply
            do throws(HTTPError) {
                reply = try await world.http(
                    HTTPRequest(
                        method: "POST",
                        url: url,
                        headers: ["content-type": "application/json"],
                        body: body
                    )
                )
            } catch {
                switch error.kind {
                case .notSent: throw .notSent(error.message)
                case .unknown, .tooLarge, .cancelled: throw .unknown(error.message)
                }
            }
            guard (200..<300).contains(reply.status) else {
                let wait = reply.headers["retry-after"].flatMap { Int64($0) }
                throw .status(reply.status, retryAfter: wait.map { .seconds($0) }, body: reply.body)
            }
            return reply.body
        }
        self.init(send: send) { asked, failure in
            guard asked < 5, failure.mayPass, failure.isWorthWaiting, !Task.isCancelled else { return false }
            let wait = max(.milliseconds(250) * (1 << (asked - 1)), failure.retryAfter ?? .zero)
            return (try? await world.sleep(wait)) != nil
        }
    }
}

extension RPCFailure {
    /// Whether the same question may be answered a little later.
    var mayPass: Bool {
        switch self {
        case .transport(.status(let code, _, _)): return code == 429 || code == 408 || code >= 500
        case .transport(.notSent), .transport(.unknown): return true
        case .malformed: return false
        case .node(let fault):
            switch fault.kind {
            case .rateLimited, .notReady, .missingBlock, .timedOut: return true
            default: return false
            }
        }
    }
}

extension RPCFailure {
    /// Whether the wait that the node asks for is one that a step can take.
    var isWorthWaiting: Bool { (retryAfter ?? .zero) <= .seconds(60) }
}

extension StepFailure {
    /// What a node's failure means for the step that asked.
    init(_ failure: RPCFailure, on network: NetworkSpec) {
        guard !Task.isCancelled else {
            self = .cancelled
            return
        }
        switch failure {
        case .transport(let transport):
            self.init(
                code: "network-unavailable",
                "network '\(network.name)' cannot be used: \(transport)",
                hint: "check 'rpc' of network '\(network.name)' and that its node is up"
            )
        case .node, .malformed:
            self.init(code: "node-refused", "network '\(network.name)': \(failure)")
        }
    }
}
