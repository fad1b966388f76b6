import Engine
import EthereumTypes
import Foundation
import Ledger
import Model
import Planning
import Steps
import Toolchain

/// What a run stands on: its state directory, its ledger, its tools and its name.
struct RunState {
    /// Held as long as this.
    private var lock: StateLock
    var header: RunHeader
    var ledger: Ledger
    var store: ContentStore
    /// nil where there is no Slither; whoever opened the state closes them.
    var slither: SlitherWorkers?
    private var cache: ActionCache
    private(set) var durations: StepDurations
    private var tools: RunTools
    private var project: Project
    private var stateDirectory: String
    /// The folder of this run's reports.
    private var reports: String
    /// What the committed registry says of the networks that the plan changes or reads of, by network.
    private var registry: [String: RegistryFile]
    /// The calls of the plan.
    private var calls: [CallAction]
    /// The deployments of the plan, each of their contracts.
    private var deployments: [DeployAction]
    private var steps: [StepID: StepWaits]
    /// Who sends in other shards, by chain.
    private var apart: [ChainID: Set<SignerSpec>]
    /// The names that deployments of the whole manifest have and had, by network.
    private var deploymentNames: [String: Set<String>]
    private var world: World
    private var approved: ApprovedPlan?
    private var retried: RetriedRun?
    /// Whether its state directory had no ledger before.
    private var isNew: Bool

    /// Opens everything; prints what is wrong with the environment.
    ///
    /// - Throws: ``Exit/environment``; ``Exit/usage`` where a file of the registry is not what hyperkit writes.
    static func open(
        _ project: Project,
        _ plan: Plan<Action>,
        _ options: RunOptions,
        applying approved: ApprovedPlan? = nil,
        takingUp retried: RetriedRun? = nil,
        apart: [ChainID: Set<SignerSpec>] = [:],
        deploymentNames: [String: Set<String>] = [:],
        world: World
    ) async throws -> RunState {
        let registry =
            try RegistryFolder(project.manifest, world: world)?.readAll(
                plan.readNetworks(of: project.manifest)) ?? [:]
        let state = absolute(options.stateDir)
        let run = RunID.new(world)
        let lock = try await StateLock.shared(options.stateDir, run: run, world: world)
        do {
            let isNew = world.files.kind("\(state)/state.db") == nil
            let ledger = try Ledger.open(path: "\(state)/state.db", now: world.now)
            let store = ContentStore(directory: "\(state)/cas", files: world.files)
            let tools = try await RunTools.find(for: project.manifest, world: world)
            return RunState(
                lock: lock,
                header: RunHeader(
                    id: run,
                    project: project.manifest.project,
                    startedAt: world.now(),
                    hyperkitVersion: Version.current,
                    manifests: project.manifest.files,
                    actor: actor(world),
                    planDigest: approved?.digest
                ),
                ledger: ledger,
                store: store,
                slither: tools.slither.tool.map { SlitherWorkers($0, world: world) },
                cache: ActionCache(
                    directory: "\(state)/ac",
                    files: world.files,
                    store: store,
                    mode: options.cacheMode,
                    triesFailuresAgain: options.retryFailed
                ),
                durations: try ledger.durations(project: project.manifest.project),
                tools: tools,
                project: project,
                stateDirectory: state,
                reports: "\(absolute(options.reportDir))/\(run)",
                registry: registry,
                calls: plan.calls,
                deployments: plan.deployments,
                steps: Dictionary(plan.steps.map { ($0.id, StepWaits($0)) }) { first, _ in first },
                apart: apart,
                deploymentNames: deploymentNames,
                world: world,
                approved: approved,
                retried: retried,
                isNew: isNew
            )
        } catch {
            Console.err([.error("environment", "\(error)")])
            throw Exit.environment
        }
    }

    /// The networks of this run; `opened` hears of each, `noted` of each endpoint that is done without.
    func hub(
        opened: @escaping @Sendable (NetworkFact) -> Void,
        noted: @escaping @Sendable (Diagnostic) -> Void
    ) -> NetworkHub {
        NetworkHub(
            world: world,
            secrets: secrets,
            hold: { [world, stateDirectory] network, genesis throws(StepFailure) in
                try NetworkLock.take(network, genesis, in: stateDirectory, world: world)
            },
            startDevnet: DevnetStarter(world: world, stateDirectory: stateDirectory, python: tools.python)
                .start,
            opened: { [registry, header] fact in
                opened(fact)
                if let file = registry[fact.name], let warning = file.warning(of: fact, header.project) {
                    noted(warning)
                }
            },
            noted: noted
        )
    }

    /// The networks of a command that only looks at them.
    static func hub(of project: Project, stateDirectory: String, world: World) async throws -> NetworkHub {
        let python: Result<Tool, ToolchainError>
        do {
            python = .success(try Toolchain(world: world).find("py-evm"))
        } catch {
            python = .failure(error)
        }
        return NetworkHub(
            world: world,
            secrets: SecretReader(world: world, root: project.manifest.root),
            hold: { network, genesis throws(StepFailure) in
                guard network.isDevnet else { return nil }
                return try NetworkLock.take(network, genesis, in: stateDirectory, world: world)
            },
            startDevnet: DevnetStarter(world: world, stateDirectory: stateDirectory, python: python).start,
            opened: { _ in }
        )
    }

    /// What a run is to say of budgets: those of a day count what is on record, and nothing is where the state is new.
    func notes(on networks: [String]) -> [Diagnostic] {
        guard isNew else { return [] }
        return project.manifest.networks.filter { networks.contains($0.name) && $0.budget.day != nil }.map {
            Diagnostic(
                .warning,
                "budget-from-nothing",
                "the state directory is new, so that the budget of a day of network '\($0.name)' begins at nothing: what was spent "
                    + "today with another one is not counted",
                at: $0.location,
                hint:
                    "keep the state directory from run to run, or count on 'transaction' and 'run' of the budget alone"
            )
        }
    }

    /// What compile steps of a plan store; they are done where that is not stored.
    ///
    /// - Throws: The failure of the first that cannot be done.
    func compiled(
        _ steps: Set<StepID>,
        of plan: Plan<Action>,
        hub: NetworkHub
    ) async throws(StepFailure) -> StepInputs {
        let events = EventStream(now: world.now, readers: [])
        let scheduler = Scheduler(
            execution: execution(hub: hub, events: events),
            events: events,
            rules: RunRules(width: ProcessInfo.processInfo.activeProcessorCount),
            clock: EngineClock(world),
            estimate: estimate
        )
        let outcomes = await scheduler.run(plan.closed { steps.contains($0.id) })
        for step in steps.sorted() {
            switch outcomes[step] {
            case .failed(let failure), .blocked(let failure): throw failure
            default: continue
            }
        }
        return inputs(outcomes)
    }

    /// Which of the verify steps of a plan have nothing to do, since what they are about is kept and its source on record.
    func shown(
        _ plan: Plan<Action>,
        _ forecasts: [DeploymentForecast],
        inputs: StepInputs,
        hub: NetworkHub
    ) async -> Set<StepID> {
        let byStep = Dictionary(forecasts.map { ($0.step, $0) }) { first, _ in first }
        let verify = VerifyStep(effects(hub)) { _, _ in }
        var shown: Set<StepID> = []
        for case .verify(let action) in plan.steps.map(\.work) {
            var addresses: [StepID: Address] = [:]
            for step in action.contracts.map(\.deploy) where byStep[step]?.action == .keep {
                addresses[step] = byStep[step]?.address.flatMap { try? Address($0) }
            }
            guard await verify.isShown(action, at: addresses, inputs: inputs) else { continue }
            shown.insert(action.step)
        }
        return shown
    }

    func adoption(hub: NetworkHub, notice: @escaping @Sendable (Diagnostic) -> Void) -> Adoption {
        Adoption(effects(hub, notice: notice))
    }

    func expectationCheck(hub: NetworkHub) -> ExpectationCheck { ExpectationCheck(effects(hub)) }

    func execution(hub: NetworkHub, events: EventStream) -> StepExecution<ShowingLines<PipelineRunner>> {
        let effects = effects(hub) { events.post(.fact(.note($0))) }
        let runner = PipelineRunner(
            compile: CompileStep(world: world, compilers: tools.compilers, root: project.manifest.root),
            audit: AuditStep(slither: slither, slitherMissing: tools.slither.reason ?? ""),
            deploy: DeployStep(effects),
            call: CallStep(effects),
            verify: VerifyStep(effects) { step, fact in events.post(.fact(.verification(fact)), step: step) },
            check: CheckStep(world: world, root: project.manifest.root),
            factory: FactoryStep(effects)
        )
        return StepExecution(
            runner: ShowingLines(
                base: runner,
                lines: SourceLines(directory: FileManager.default.currentDirectoryPath, files: world.files)
            ),
            store: store,
            cache: cache,
            events: events,
            clock: EngineClock(world),
            previous: { [ledger, header] step in
                try? ledger.lastFingerprint(of: step, project: header.project)
            }
        )
    }

    /// Who runs this, by the system's name of the user.
    static func actor(_ world: World) -> String {
        world.environment("USER") ?? world.environment("LOGNAME") ?? NSUserName()
    }

    /// What the manifest says of how long a run may take.
    var limits: RunLimits { project.manifest.limits }

    /// The files of the tools that the run may use.
    var toolFiles: [String] { tools.files }

    /// How long a step will take, by what it took before.
    @Sendable func estimate(_ step: StepID) -> Duration { durations.estimate(step) }

    /// Says what effects would be, and in notices what else is to be known; a devnet that would start empty is not started for it.
    func forecaster(
        hub: NetworkHub,
        notice: @escaping @Sendable (Diagnostic) -> Void
    ) -> Forecaster {
        Forecaster(effects(hub, notice: notice)) { [world, stateDirectory] network in
            switch network.chain {
            case .rpc: true
            case .devnet(.ephemeral, _): false
            case .devnet(.persistent, _):
                world.files.kind("\(stateDirectory)/devnets/\(network.name)") == .directory
            }
        }
    }

    /// What the steps that ended well stored.
    func inputs(_ outcomes: [StepID: Outcome]) -> StepInputs {
        StepInputs(outcomes.filter { $0.value.isGood }.mapValues { store.outputs($0.outputs) })
    }

    func effects(
        _ hub: NetworkHub,
        notice: @escaping @Sendable (Diagnostic) -> Void = { _ in }
    ) -> EffectContext {
        EffectContext(
            world: world,
            ledger: ledger,
            hub: hub,
            secrets: secrets,
            project: header.project,
            run: header.id,
            approved: approved,
            retried: retried,
            proposals: reports,
            registry: registry,
            calls: calls,
            deployments: deployments,
            steps: steps,
            networks: Dictionary(project.manifest.networks.map { ($0.name, $0) }) { first, _ in first },
            deploymentNames: deploymentNames,
            manifestSteps: { [self] in allSteps },
            apart: apart,
            recordObstacle: { [folder = RegistryFolder(project.manifest, world: world)] network in
                network.isRecorded ? folder?.obstacle(toRecord: network.name) : nil
            },
            notice: notice
        )
    }

    /// Every step that the manifest has, on whatever network; nil where it cannot be planned as a whole.
    var allSteps: Set<StepID>? {
        let all = try? Planner.plan(
            project.manifest, project.snapshot, PlanRequest(allNetworks: true))
        return all.map { Set($0.plan.steps.map(\.id)) }
    }

    /// Brings the committed registry up to what is final on the networks that the run used.
    ///
    /// - Returns: The first problem; nil where all was written.
    func record(_ networks: [NetworkFact]) -> String? {
        RegistryFolder(project.manifest, world: world)?
            .record(networks, of: project.manifest, from: ledger)
    }

    /// What left the accounts that the run sends from, on each network that it used.
    func paid(on networks: [NetworkFact]) throws(LedgerError) -> [String: RunEnd.Paid] {
        var paid: [String: RunEnd.Paid] = [:]
        for network in networks where network.status == .used {
            guard let chainID = ChainID(network.chainID),
                let genesis = network.genesisHash.flatMap({ Hash($0) })
            else { continue }
            let sum = try ledger.paid(
                in: header.id, on: network.name, chainID: chainID, genesisHash: genesis)
            paid[network.name] = RunEnd.Paid(
                feesWei: sum.fees.description, valueWei: sum.value.description)
        }
        return paid
    }

    private var secrets: SecretReader { SecretReader(world: world, root: project.manifest.root) }

    private static func absolute(_ path: String) -> String {
        PathText.join(FileManager.default.currentDirectoryPath, path)
    }
}

extension Plan<Action> {
    /// Its calls, in its order.
    fileprivate var calls: [CallAction] {
        steps.compactMap { if case .call(let action) = $0.work { action } else { nil } }
    }

    /// What it puts on networks, in its order: each contract of a deployment that has several.
    fileprivate var deployments: [DeployAction] {
        steps.compactMap { step in
            switch step.work {
            case .deploy(let action), .implementation(let action, _): action
            case .proxy(let action): action.deployment
            case .beacon(let action): action.beaconCompile.map(action.beaconDeployment)
            case .generate, .compile, .audit, .check, .call, .factory, .verify: nil
            }
        }
    }
}

extension Result {
    var tool: Success? { try? get() }

    var reason: String? {
        switch self {
        case .success: nil
        case .failure(let error): "\(error)"
        }
    }
}

extension RegistryFile {
    /// What is to be said of a network that was opened where the file knows it as another chain.
    fileprivate func warning(of network: NetworkFact, _ project: String) -> Diagnostic? {
        guard network.status == .used, let chainID = ChainID(network.chainID),
            let genesis = network.genesisHash.flatMap({ Hash($0) })
        else { return nil }
        return RecordedElsewhere(self, project: project, chainID: chainID, genesis: genesis)?
            .warning(chainID: chainID, genesis: genesis)
    }
}
