import ArgumentParser
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
        let project = try Project.load(manifests, requireEnvironment: true, world: world)
        let planned = try project.plan(selection.request, world: world)
        let lock = try StateLock(stateDirectory: options.stateDir, world: world)
        let ended = try await RunSession(project, planned, options, world: world).run()
        withExtendedLifetime(lock) {}
        if json { Console.out(ended.reportJSON) }
        Console.err(ended.summary)
        guard ended.exitCode == 0 else { throw Exit(code: ended.exitCode) }
    }
}
