import ArgumentParser
import Engine
import Foundation
import Model
import Planning
import Steps

/// The whole pipeline: load, survey, plan, run, record, report.
struct RunCommand: AsyncParsableCommand, LoggingCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Runs the pipeline of the manifests.",
        discussion: """
            Networks that are not a devnet are deployed to only when --network names them, with --all-networks, or by a plan. \
            With --plan a run does exactly what the plan says, on its networks, or refuses and says what changed. \
            With --retry it does what did not succeed in an earlier run, and of the rest only what that needs.
            """
    )

    @OptionGroup var manifests: ManifestOptions
    @OptionGroup(title: "Selection") var selection: SelectionOptions
    @OptionGroup(title: "Running") var options: RunOptions
    @Option(help: ArgumentHelp("Applies this plan, and nothing else.", valueName: "file")) var plan: String?
    @Option(
        help: ArgumentHelp(
            "Does again what did not succeed in a recorded run: its id, the last part of one, or latest.",
            valueName: "run"
        )
    )
    var retry: String?
    @Flag(help: "Prints report.json on standard output.") var json = false

    var log: LogOptions { options.log }

    func validate() throws {
        if plan != nil, !selection.isEmpty || retry != nil {
            throw ValidationError(
                "--plan takes the place of --select, --network, --all-networks, --until, --shard and --retry")
        }
        if retry != nil, !selection.select.isEmpty || selection.until != .deploy {
            throw ValidationError("--retry takes the place of --select and --until")
        }
    }

    func run() async throws {
        try await run(in: .live(scratch: try Scratch.directory()))
    }

    func run(in world: World) async throws {
        let ended =
            if let repeated = try await repeated(in: world) { repeated } else {
                try await performed(in: world)
            }
        if json { Console.out(String(decoding: Data(ended.reportJSON.joined()), as: UTF8.self)) }
        Console.err(ended.summary, as: ended.messages)
        guard ended.exitCode == 0 else { throw Exit(code: ended.exitCode) }
    }

    /// The run where nothing changed since one like it; nil where that cannot be said.
    private func repeated(in world: World) async throws -> RunSession.Ended? {
        guard usesSnapshots, let snapshot = await snapshots(world).valid() else { return nil }
        return try await RepeatedRun(snapshot: snapshot, options: options, world: world).run()
    }

    private func performed(in world: World) async throws -> RunSession.Ended {
        let watch = FileWatch(world, own: [options.stateDir, options.reportDir].map(Self.absolute))
        let watched = watch.world
        let project = try Project.load(manifests, requireEnvironment: true, world: watched)
        let approved = try plan.map { try ApprovedPlan.read($0, for: project, world: world) }
        var request = approved?.request ?? selection.request
        var options = options
        var notes: [Diagnostic] = []
        var retried: RetriedRun?
        if let name = retry {
            let left = try Retry.read(
                name, for: project, request, stateDir: options.stateDir, world: watched)
            request.steps = left.steps
            options.retryFailed = true
            notes = left.notes
            retried = RetriedRun(id: left.run, left: left.steps)
        }
        var planned = try project.plan(request, world: watched)
        planned.notes += notes
        if let approved { try await check(approved, project, planned, watched) }
        let ended = try await RunSession(
            project, planned, options, applying: approved, takingUp: retried, world: watched
        ).run()
        if usesSnapshots, ended.failure == nil, let record = ended.record {
            snapshots(world).write(record, watch: watch, tools: ended.tools)
        }
        return ended
    }

    /// Whether the run would still do what was approved; nothing is signed before.
    ///
    /// - Throws: ``Exit/environment`` where a key is missing, ``Exit/blocked`` after every departure was named.
    private func check(
        _ approved: ApprovedPlan,
        _ project: Project,
        _ planned: Planned,
        _ world: World
    ) async throws {
        let seen = try await Foresight(
            project, planned, options, applying: approved, world: world
        ).look([])
        // Without it addresses are not known, and what looks like a departure may be none.
        guard seen.missingKeys.isEmpty else {
            Console.err(seen.missingKeys.map { Diagnostic.error($0.code, $0.message, hint: $0.hint) })
            Console.err("a key is missing, nothing ran\n", .error)
            throw Exit.environment
        }
        let departures =
            approved.departures(of: seen.forecasts, on: seen.chains)
            + approved.reorderings(of: seen.forecasts, in: planned.plan.steps.map(\.id))
        guard !departures.isEmpty else { return }
        Console.err(
            departures.map {
                Diagnostic.error(
                    "not-as-planned", $0, hint: "make a new plan and have it approved; nothing was sent")
            }
        )
        Console.err("the plan \(approved.digest) no longer holds, nothing ran\n", .error)
        throw Exit.blocked
    }

    /// Not where somebody wants to see each step, or stored results looked at.
    private var usesSnapshots: Bool {
        plan == nil && retry == nil && options.cacheMode != .off && options.events == nil
            && options.trace == nil
            && !options.retryFailed
    }

    private func snapshots(_ world: World) -> SnapshotStore {
        SnapshotStore(
            stateDirectory: Self.absolute(options.stateDir),
            call: [options.reportDir] + manifests.orDefault + ["--set"] + manifests.assignments.sorted()
                + ["--select"] + selection.call,
            world: world
        )
    }

    private static func absolute(_ path: String) -> String {
        PathText.join(FileManager.default.currentDirectoryPath, path)
    }
}
