import ArgumentParser
import Engine
import Foundation
import Model

/// The whole pipeline: load, survey, plan, run, record, report.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Runs the pipeline of the manifests.",
        discussion: """
            Networks that are not a devnet are deployed to only when --network names them, or with --all-networks.
            """
    )

    @OptionGroup var manifests: ManifestOptions
    @OptionGroup(title: "Selection") var selection: SelectionOptions
    @OptionGroup(title: "Running") var options: RunOptions
    @Flag(help: "Prints report.json on standard output.") var json = false

    func run() async throws {
        try await run(in: .live(scratch: try Scratch.directory()))
    }

    func run(in world: World) async throws {
        let ended =
            if let repeated = try await repeated(in: world) { repeated } else {
                try await performed(in: world)
            }
        if json { Console.out(String(decoding: Data(ended.reportJSON.joined()), as: UTF8.self)) }
        Console.err(ended.summary)
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
        let planned = try project.plan(selection.request, world: watched)
        let ended = try await RunSession(project, planned, options, world: watched).run()
        if usesSnapshots, ended.failure == nil, let record = ended.record {
            snapshots(world).write(record, watch: watch, tools: ended.tools)
        }
        return ended
    }

    /// Not where somebody wants to see each step, or stored results looked at.
    private var usesSnapshots: Bool {
        options.cacheMode != .off && options.events == nil && options.trace == nil && !options.retryFailed
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
