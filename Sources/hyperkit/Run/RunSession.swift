import Engine
import EthereumTypes
import Foundation
import Ledger
import Model
import Planning
import Reports
import Steps
import Synchronization

/// One run from its plan to its reports.
struct RunSession {
    /// What a run leaves for the command that asked for it.
    struct Ended {
        var exitCode: Int32
        /// What a person reads at the end.
        var summary: String
        /// The same in parts, for programs.
        var messages: [Message]
        /// report.json, in parts.
        var reportJSON: [Data]
        /// Why a report could not be written; nil where all were.
        var failure: String?
        /// What happened; nil where nothing did.
        var record: RunRecord?
        /// The files of the tools that the run could use.
        var tools: [String] = []

        /// Says that something of the run could not be written; the summary is told all the same, since what was sent was sent.
        mutating func fail(_ failure: String?) {
            guard let failure else { return }
            self.failure = failure
            let problem = Diagnostic.error(
                "record-incomplete", "the record of this run is not complete: \(failure)",
                hint: FileError.remedy)
            summary += "\(problem)\n"
            messages.append(Message(problem))
            if exitCode < 128 { exitCode = Exit.environment.code }
        }
    }

    private let project: Project
    private let planned: Planned
    private let options: RunOptions
    private let approved: ApprovedPlan?
    private let retried: RetriedRun?
    private let world: World

    init(
        _ project: Project,
        _ planned: Planned,
        _ options: RunOptions,
        applying approved: ApprovedPlan? = nil,
        takingUp retried: RetriedRun? = nil,
        world: World
    ) {
        self.project = project
        self.planned = planned
        self.options = options
        self.approved = approved
        self.retried = retried
        self.world = world
    }

    func run() async throws -> Ended {
        try checkRegistry()
        let state = try await RunState.open(
            project, planned.plan, options, applying: approved, takingUp: retried, apart: planned.apart,
            deploymentNames: planned.deploymentNames, world: world)
        let header = state.header
        let record = Mutex(RunRecord())
        let display = options.progress.display(
            of: planned.plan, state.durations, options.rules(state.limits))
        let folder = "\(options.reportDir)/\(header.id)"
        let files = try options.eventFiles(journal: "\(folder)/events.jsonl")
        let keeper = RecordKeeper(state.ledger, run: header)
        let events = EventStream(
            now: world.now,
            readers: [
                { event in record.withLock { $0.add(event) } },
                keeper.take, files.write, display.show,
            ]
        )
        let start = world.elapsed()
        let recording = keeper.start()
        events.post(.runStarted(header))
        events.post(.planned(planned.plan.steps.map(\.planned)))
        let notes =
            project.notes(with: planned, world: world) + state.notes(on: planned.plan.recordedNetworks)
        for note in notes { events.post(.fact(.note(note))) }
        for network in Set(planned.notNamed.map(\.network)).sorted() { postNotNamed(network, events) }

        let hub = state.hub(
            opened: { events.post(.fact(.network($0))) },
            noted: { events.post(.fact(.note($0))) }
        )
        let scheduler = Scheduler(
            execution: state.execution(hub: hub, events: events),
            events: events,
            rules: options.rules(state.limits),
            clock: EngineClock(world),
            estimate: state.estimate
        )
        let interrupts = Interrupts()
        let plan = planned.plan
        await display.alive(in: world) {
            await interrupts.run {
                let outcomes = await scheduler.run(plan)
                for fact in await state.left(by: plan, hub: hub).settled(state.inputs(outcomes)) {
                    events.post(.fact(fact))
                }
                guard !Task.isCancelled else { return }
                for note in await state.shortfalls(plan, outcomes, hub: hub) {
                    events.post(.fact(.note(note)))
                }
            }
        }
        await hub.close()
        await state.slither?.close()
        for note in state.onTheirWay(record.withLock(\.self)) { events.post(.fact(.note(note))) }
        var unrecorded = state.record(record.withLock(\.networks))
        var paid: [String: RunEnd.Paid] = [:]
        do {
            paid = try state.paid(on: record.withLock(\.networks))
        } catch {
            unrecorded = unrecorded ?? "\(error)"
        }

        let (status, exitCode) = record.withLock { record in
            RunEnd.Status.of(
                steps: record.steps.compactMap(\.end),
                verdicts: record.audits.flatMap(\.verdicts),
                networks: record.networks,
                interruptedBy: interrupts.signal
            )
        }
        events.post(
            .runFinished(
                RunEnd(
                    status: status,
                    exitCode: exitCode,
                    finishedAt: world.now(),
                    durationMilliseconds: Int64((world.elapsed() - start) / .milliseconds(1)),
                    paid: paid
                )
            )
        )
        await recording.value
        var ended = try finish(record.withLock(\.self), folder: folder, state: state)
        ended.fail(keeper.failure ?? files.failure ?? unrecorded ?? ended.failure)
        return ended
    }

    /// Whether what the run may deploy could be written down, ahead of everything.
    ///
    /// - Throws: ``Exit/environment``.
    private func checkRegistry() throws {
        guard !planned.plan.recordedNetworks.isEmpty,
            let problem = RegistryFolder(project.manifest, world: world)?.obstacle
        else { return }
        Console.err([problem])
        throw Exit.environment
    }

    /// Writes the reports, and the sources that templates made.
    private func finish(_ record: RunRecord, folder: String, state: RunState) throws -> Ended {
        guard let reading = RunReading(record, notCovered: NotCovered.always + planned.plan.proxiesNotCovered)
        else {
            preconditionFailure("a run that has ended can be read")
        }
        let json = ReportV1.parts(reading)
        let path = "\(folder)/report.md"
        var leftAlone: [Message] = []
        var failure: String?
        do {
            try world.files.writeParts(absolute("\(folder)/report.json"), json, true, { _ in })
            try world.files.write(absolute(path), Data(MarkdownReport(reading).text.utf8), true)
            try LatestLink.point(options.reportDir, to: state.header.id)
            leftAlone = try GeneratedSources(
                root: project.manifest.root, world: world, store: state.store
            ).write(record, plan: planned.plan)
        } catch {
            failure = "\(error)"
        }
        let summary = RunSummary(reading, reportPath: failure == nil ? path : nil)
        return Ended(
            exitCode: record.end?.exitCode ?? 1,
            summary: leftAlone.map { "\($0.text)\n" }.joined() + summary.text,
            messages: leftAlone + summary.messages,
            reportJSON: json,
            failure: failure,
            record: record,
            tools: state.toolFiles
        )
    }

    private func absolute(_ path: String) -> String {
        PathText.join(FileManager.default.currentDirectoryPath, path)
    }

    private func postNotNamed(_ network: String, _ events: EventStream) {
        guard let spec = project.manifest.networks.first(where: { $0.name == network }) else { return }
        events.post(
            .fact(
                .network(
                    NetworkFact(
                        name: network,
                        chainID: spec.chainID.rawValue,
                        genesisHash: nil,
                        status: .notNamed,
                        explorer: spec.explorer
                    )
                )
            )
        )
        for left in planned.notNamed where left.network == network {
            events.post(
                .fact(
                    .deployment(
                        DeploymentFact(
                            name: left.name,
                            contract: left.contract,
                            network: left.network,
                            chainID: left.chainID,
                            action: .skipped,
                            reason: approved == nil
                                ? "the command does not name the network: --network \(network)"
                                : "the plan has nothing on the network: make one with --network \(network)"
                        )
                    )
                )
            )
        }
    }
}

extension Plan<Action>.Step {
    /// What records need of a step.
    var planned: PlannedStep {
        var deployment: PlannedDeployment?
        switch work {
        case .generate, .compile, .audit, .check, .call, .implementation, .beacon, .factory, .verify: break
        case .deploy(let action): deployment = action.planned
        case .proxy(let action): deployment = action.deployment.planned
        }
        return PlannedStep(id: id, needs: needs, pool: pool, deployment: deployment)
    }
}

extension DeployAction {
    fileprivate var planned: PlannedDeployment {
        PlannedDeployment(
            name: name,
            contract: contract.rawValue,
            network: network.name,
            chainID: network.chainID.rawValue
        )
    }
}
