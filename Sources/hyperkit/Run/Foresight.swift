import Engine
import EthereumTypes
import Foundation
import Model
import Planning
import Steps
import Synchronization

/// What a run would do: its pure steps are done, since they change nothing outside, and its effects are only looked at.
struct Foresight {
    struct Seen {
        /// How the pure steps ended.
        var ends: [StepID: StepEnd]
        var forecasts: [DeploymentForecast]
        /// The verify steps that have nothing to do.
        var shown: Set<StepID>
        /// Which chain every network of the manifests is; its block 0 where it was asked.
        var chains: [PlannedChain]
        /// What earlier runs signed, and the plan has no step of.
        var left: [LeftOperation]
        /// The keys that a run would need and cannot have; looked for only where a plan is applied.
        var missingKeys: [StepFailure] = []
    }

    private let project: Project
    private let planned: Planned
    private let options: RunOptions
    private let approved: ApprovedPlan?
    private let world: World

    /// `approved` is the plan that the run is to apply; nil: it applies none.
    init(
        _ project: Project,
        _ planned: Planned,
        _ options: RunOptions,
        applying approved: ApprovedPlan? = nil,
        world: World
    ) {
        self.project = project
        self.planned = planned
        self.options = options
        self.approved = approved
        self.world = world
    }

    /// Looks; `files` take the events of the pure steps.
    ///
    /// Where a plan is to be applied keys are needed, and its bounds stand for what it costs.
    ///
    /// - Returns: What was seen.
    /// - Throws: ``Exit`` where it was interrupted, or the environment is not ready.
    func look(_ files: [EventFile]) async throws -> Seen {
        let state = try await RunState.open(
            project, planned.plan, options, applying: approved, apart: planned.apart,
            deploymentNames: planned.deploymentNames, world: world)
        let origins = Mutex<[String: String]>([:])
        let hub = state.hub(
            opened: { fact in origins.withLock { $0[fact.name] = fact.genesisHash } },
            noted: { Console.err([$0]) }
        )
        let interrupts = Interrupts()
        let plan = planned.plan
        let seen = await interrupts.run {
            let (ends, outcomes) = await pureSteps(of: plan, state, hub, files)
            let inputs = state.inputs(outcomes)
            let forecaster = state.forecaster(hub: hub) { Console.err([$0]) }
            let forecasts = await forecaster.forecast(
                plan, outcome: outcomes, inputs: inputs, countsMoney: approved == nil)
            let shown = await state.shown(plan, forecasts, inputs: inputs, hub: hub)
            let left = await state.left(by: plan, hub: hub).foreseen(by: Set(plan.steps.map(\.id)))
            Console.err(left.map(\.note))
            let missing = approved != nil ? await forecaster.missingKeys(plan, forecasts) : []
            let chains = chains(origins.withLock(\.self))
            return Seen(
                ends: ends, forecasts: forecasts, shown: shown, chains: chains, left: left,
                missingKeys: missing)
        }
        await hub.close()
        await state.slither?.close()
        if let signal = interrupts.signal { throw Exit(code: 128 + signal) }
        return seen
    }

    private func chains(_ origins: [String: String]) -> [PlannedChain] {
        project.manifest.networks.map { network in
            let genesis = origins[network.name].flatMap { Hash($0) }
            return PlannedChain(network: network.name, chainID: network.chainID, genesis: genesis)
        }
    }

    /// Does the generate, compile, audit and check steps.
    private func pureSteps(
        of plan: Plan<Action>,
        _ state: RunState,
        _ hub: NetworkHub,
        _ files: [EventFile]
    ) async -> ([StepID: StepEnd], [StepID: Outcome]) {
        let ends = Mutex<[StepID: StepEnd]>([:])
        let pure = plan.closed { [.generate, .compile, .audit, .check].contains($0.id.kind) }
        let display = options.progress.display(
            of: pure, state.durations, options.rules(state.limits))
        let events = EventStream(
            now: world.now,
            readers: [
                { event in
                    guard case .stepFinished(let end) = event.kind, let step = event.step else { return }
                    ends.withLock { $0[step] = end }
                },
                files.write, display.show,
            ]
        )
        events.post(.runStarted(state.header))
        events.post(.planned(pure.steps.map(\.planned)))
        let scheduler = Scheduler(
            execution: state.execution(hub: hub, events: events),
            events: events,
            rules: options.rules(state.limits),
            clock: EngineClock(world),
            estimate: state.estimate
        )
        let outcomes = await display.alive(in: world) { await scheduler.run(pure) }
        events.post(
            .runFinished(
                RunEnd(status: .succeeded, exitCode: 0, finishedAt: world.now(), durationMilliseconds: 0)
            )
        )
        return (ends.withLock(\.self), outcomes)
    }
}
