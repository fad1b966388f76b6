import Engine
import Ethereum
import EthereumTypes
import Foundation
import Model
import Synchronization
import Testing

@testable import Ledger
@testable import Steps

/// A contract that was never compiled: code for a ``FakeChain`` and the ABI of what it stands for.
struct FakeArtifact: Sendable {
    var name = "Token"
    var runtime: [UInt8] = [0x60, 0x01, 0x60, 0x02]
    var abi = "[]"
    var links: [CompilationV1.Link] = []
    var immutables: [CompilationV1.Range] = []

    var initCode: [UInt8] { [0x61, UInt8(runtime.count >> 8), UInt8(runtime.count & 255)] + runtime }

    func compiled() throws -> StoredOutputs {
        let compilation = CompilationV1(
            contract: name, path: "contracts/\(name).sol", name: name, sourceDigest: Digest(of: Data()),
            isGenerated: false, compilerName: "solc", compilerVersion: "0.8.29",
            compilerDigest: Digest(of: Data()), immutables: immutables, links: links,
            warnings: [])
        return stored([
            CompileOutput.abi: Data(abi.utf8), CompileOutput.initCode: Data(initCode),
            CompileOutput.runtimeCode: Data(runtime),
            CompileOutput.compilation: try WireJSON.encode(compilation),
        ])
    }
}

func stored(_ contents: [String: Data]) -> StoredOutputs {
    let outputs = contents.map { Output(name: $0.key, digest: Digest(of: $0.value), bytes: $0.value.count) }
    let byDigest = Dictionary(
        contents.values.map { (Digest(of: $0), $0) }, uniquingKeysWith: { first, _ in first })
    return StoredOutputs(outputs.sorted { $0.name < $1.name }) { digest throws(StepFailure) in
        guard let bytes = byDigest[digest] else { throw StepFailure(code: "lost-output", "\(digest)") }
        return bytes
    }
}

/// A real ledger in a directory of its own, a ``FaultyNode``, a clock that only pauses move, and one signer.
///
/// A process can be killed at any of its calls to the world: the ledger's files are set aside as they are then, and
/// nothing that it does afterwards reaches the node or the next process.
final class DeployBench: Sendable {
    static let keyText = "4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318"
    static let here = FileLocation(file: "manifests/a.yaml", line: 7, column: 15)
    static let endpoint = "https://node.example/v3/5ec2e7"

    /// How the latest process ended.
    enum Life: Sendable { case alive, dying(atCall: Int), dead }

    private struct State {
        var elapsed: Duration = .seconds(1_000)
        var calls = 0
        var life = Life.alive
        /// Where the ledger of the next process is.
        var generation = 0
        var runs = 0
        var said: [String] = []
        var registry: RegistryFile?
    }

    let node: FaultyNode
    let key: PrivateKey
    let directory: URL
    let environment: Mutex<[String: String]>
    let files: Mutex<[String: Data]> = Mutex([:])
    let toolResult: Mutex<ToolResult?> = Mutex(nil)
    /// Those of the manifest, by name, for what refers to one that no effect is on.
    let networks: Mutex<[String: NetworkSpec]> = Mutex([:])
    /// Names of deployments that the manifest has beside those of a run's effects, by network.
    let beside: Mutex<[String: Set<String>]> = Mutex([:])
    /// Fake nodes beside ``node``, by URL.
    let routes: Mutex<[String: @Sendable (HTTPRequest) -> Result<HTTPReply, HTTPError>]> = Mutex([:])
    /// What was sent to which URL, in order.
    let sent: Mutex<[HTTPRequest]> = Mutex([])
    let patience: Duration
    private let state = Mutex(State())

    init(patience: Duration = .seconds(600)) throws {
        key = try PrivateKey(hex: Self.keyText)
        var chain = FakeChain()
        chain.funds[key.address] = 10_000_000_000_000_000_000
        node = FaultyNode(chain)
        environment = Mutex(["CI_KEY": Self.keyText])
        self.patience = patience
        // Memory where there is such a place: each commit of the ledger waits for the disk otherwise.
        let shared = URL(filePath: "/dev/shm")
        let isThere = FileManager.default.isWritableFile(atPath: shared.path)
        directory = (isThere ? shared : FileManager.default.temporaryDirectory)
            .appending(path: "deploy-\(UUID().uuidString)")
        let first = directory.appending(path: "state-0")
        try FileManager.default.createDirectory(at: first, withIntermediateDirectories: true)
        try Self.emptyLedger?.write(to: first.appending(path: "state.db"))
    }

    /// A ledger with its tables and nothing in them, made once: making them takes longer than most runs.
    private static let emptyLedger: Data? = {
        let path = FileManager.default.temporaryDirectory.appending(path: "empty-\(UUID().uuidString).db")
        // The file is whole once the ledger is closed.
        guard (try? Ledger.open(path: path.path, now: { Timestamp(milliseconds: 0) })) != nil else {
            return nil
        }
        defer { try? FileManager.default.removeItem(at: path) }
        return try? Data(contentsOf: path)
    }()

    deinit { try? FileManager.default.removeItem(at: directory) }

    var calls: Int { state.withLock(\.calls) }
    var said: [String] { state.withLock(\.said) }
    var isDead: Bool { state.withLock { if case .dead = $0.life { true } else { false } } }
    var elapsed: Duration { state.withLock(\.elapsed) }

    /// Lets time pass that nobody waits for.
    func pass(_ time: Duration) { state.withLock { $0.elapsed += time } }

    /// Kills the process at its `count`th call from now to the world or to the ledger's clock.
    func kill(atCall count: Int) { state.withLock { $0.life = .dying(atCall: $0.calls + count) } }

    /// Starts another process on the files that the killed one left.
    func restart() { state.withLock { $0.life = .alive } }

    /// What the next runs find in the committed registry of `sepolia`.
    var registry: RegistryFile? {
        get { state.withLock(\.registry) }
        set { state.withLock { $0.registry = newValue } }
    }

    /// Lets the next run start with an empty ledger, as on another machine.
    func loseState() { state.withLock { $0.generation += 1 } }

    /// The ledger as it is now.
    func ledgerBytes() throws -> Data {
        // Alone, so that nothing is left beside the one file.
        try Data(contentsOf: ledgerDirectory.appending(path: "state.db"))
    }

    /// Lets the next run start with a ledger as it was.
    func restore(_ bytes: Data) throws {
        loseState()
        try FileManager.default.createDirectory(at: ledgerDirectory, withIntermediateDirectories: true)
        try bytes.write(to: ledgerDirectory.appending(path: "state.db"))
    }

    private var ledgerDirectory: URL { directory.appending(path: "state-\(state.withLock(\.generation))") }

    func ledger() throws -> Ledger {
        try Ledger.open(
            path: ledgerDirectory.appending(path: "state.db").path,
            now: { [self] in
                _ = strike()
                return now
            })
    }

    private var now: Timestamp {
        Timestamp(milliseconds: 1_700_000_000_000 + Int64(state.withLock(\.elapsed) / .milliseconds(1)))
    }

    /// Counts a call; whether the process is dead.
    private func strike() -> Bool {
        let dies: Int? = state.withLock { state in
            state.calls += 1
            guard case .dying(let at) = state.life, state.calls >= at else { return nil }
            state.life = .dead
            return state.generation
        }
        if let generation = dies {
            let left = directory.appending(path: "state-\(generation)")
            let found = directory.appending(path: "state-\(generation + 1)")
            // A copy that fails shows as an empty ledger, and then as a second creation.
            try? FileManager.default.copyItem(at: left, to: found)
            state.withLock { $0.generation = generation + 1 }
        }
        return isDead
    }

    var world: World {
        World(
            now: { [self] in now },
            elapsed: { [self] in state.withLock(\.elapsed) },
            sleep: { [self] time throws(CancellationError) in
                guard !strike() else { throw CancellationError() }
                state.withLock { $0.elapsed += time }
                node.pause()
            },
            randomBytes: { [UInt8](repeating: 7, count: $0) },
            environment: { [self] name in environment.withLock { $0[name] } },
            files: FileAccess(
                read: { [self] path throws(FileError) in files.withLock { $0[path] } },
                write: { path, _, _ throws(FileError) in throw FileError(path: path, reason: "a fake") },
                kind: { [self] path in files.withLock { $0[path] } == nil ? nil : .file },
                list: { _ throws(FileError) in [] },
                remove: { _ throws(FileError) in },
                resolved: { $0 }
            ),
            runTool: { [self] invocation throws(ToolError) in
                guard let result = toolResult.withLock(\.self) else {
                    throw .notFound(program: invocation.program)
                }
                return result
            },
            startService: { invocation throws(ToolError) in throw .notFound(program: invocation.program) },
            http: { [self] request throws(HTTPError) in
                guard !strike() else { throw HTTPError(.notSent, "this process is dead") }
                sent.withLock { $0.append(request) }
                let route = routes.withLock { $0[request.url] }
                let reply = if let route { try route(request).get() } else { try node.answer(request) }
                guard !strike() else { throw HTTPError(.unknown, "this process is dead") }
                return reply
            }
        )
    }

    /// The context of a new run.
    func context(
        _ ledger: Ledger,
        steps: [StepID: StepWaits] = [:],
        of effects: [FakeEffect] = [],
        applying approved: ApprovedPlan? = nil
    ) throws -> EffectContext {
        let run = state.withLock { state in
            state.runs += 1
            return "run-\(state.runs)"
        }
        try ledger.begin(
            RunHeader(
                id: run, project: "treasury", startedAt: now, hyperkitVersion: "0.1.0", manifests: [],
                actor: "ada", planDigest: approved?.digest),
            steps: [],
            maxRetries: 3
        )
        let secrets = SecretReader(world: world, root: "/project")
        let hub = NetworkHub(
            world: world,
            secrets: secrets,
            startDevnet: { _ throws(StepFailure) in throw StepFailure(code: "no-devnet", "there is none") },
            opened: { [self] fact in note("\(fact)") },
            noted: { [self] diagnostic in note("\(diagnostic)") }
        )
        return EffectContext(
            world: world, ledger: ledger, hub: hub, secrets: secrets, project: "treasury", run: run,
            patience: patience,
            registry: registry.map { [$0.network: $0] } ?? [:],
            calls: effects.compactMap { if case .call(let action) = $0.work { action } else { nil } },
            deployments: effects.compactMap { if case .deploy(let action) = $0.work { action } else { nil } },
            steps: steps,
            networks: networks.withLock(\.self),
            notice: { [self] in note("\($0)") })
    }

    func note(_ words: String) { state.withLock { $0.said.append(words) } }
}
