import ArgumentParser
import Foundation
import Ledger
import Model
import Reports
import Steps

/// Says that a deployment no longer counts.
struct DeploymentsForgetCommand: AsyncParsableCommand, LoggingCommand {
    static let configuration = CommandConfiguration(
        commandName: "forget",
        abstract: "Says that a deployment no longer counts: the next run deploys it anew.",
        discussion: "Nothing on the chain changes. The record is kept, as forgotten."
    )

    @OptionGroup var options: DeploymentsOptions
    @Flag(help: "Does it; without it the command only says what it would forget.") var yes = false
    @ArgumentParser.Argument(help: ArgumentHelp("The deployment.", valueName: "name@network"))
    var deployment: DeploymentName

    var log: LogOptions { options.log }

    func run() async throws { try run(in: .live(scratch: try Scratch.directory())) }

    func run(in world: World) throws {
        let project = try options.project(world: world)
        let network = try deployment.network(of: project.manifest)
        let entries = try RecordedDeployments(
            of: [network], project, stateDirectory: options.stateDir, world: world
        ).current.map(\.1).filter { $0.name == deployment.name }
        guard !entries.isEmpty else {
            Console.err([
                .error(
                    "unknown-deployment", "\(deployment) is not on record",
                    hint: "'hyperkit deployments list' says what is")
            ])
            throw Exit.usage
        }
        let places = entries.map { "\(deployment) at \($0.address) on chain \($0.chainID)" }
        guard yes else {
            Console.err(
                "would forget \(places.joined(separator: ", "))\n"
                    + "the next run deploys it anew; say --yes to do it"
            )
            throw Exit.usage
        }
        try forget(entries, network, project, world)
        Console.err("forgot \(places.joined(separator: ", "))")
    }

    private func forget(
        _ entries: [RegistryEntry],
        _ network: NetworkSpec,
        _ project: Project,
        _ world: World
    ) throws {
        let state = PathText.join(FileManager.default.currentDirectoryPath, options.stateDir)
        let path = "\(state)/state.db"
        let hasLedger = world.files.kind(path) != nil
        // A run of this network would write what it knows over it.
        let hold: (any Sendable)? =
            hasLedger
            ? try Hyperkit.guardedByExit { () throws(StepFailure) in
                try NetworkLock.take(network, in: state, world: world)
            } : nil
        // The registry first: its word counts where the ledger has not heard of it.
        if let folder = RegistryFolder(project.manifest, world: world) {
            try folder.update(network.name) { file in
                entries.reduce(file) { file, entry in
                    var entry = file.entry(entry.key) ?? entry
                    entry.status = .forgotten
                    return file.setting(entry)
                }
            }
        }
        if hasLedger {
            try History.reading { () throws(LedgerError) in
                let ledger = try Ledger.open(path: path, now: world.now)
                for entry in entries {
                    let row = try ledger.deployment(
                        project: entry.project,
                        name: entry.name,
                        network: network.name,
                        chainID: entry.chainID,
                        genesisHash: entry.genesisHash
                    )
                    if let row { try ledger.forget(row, actor: RunState.actor(world)) }
                }
            }
        }
        withExtendedLifetime(hold) {}
    }
}

extension Hyperkit {
    /// Does what may fail as a step does; prints why it did.
    ///
    /// - Throws: The ``Exit`` that goes with the kind of failure.
    static func guardedByExit<Value>(_ work: () throws(StepFailure) -> Value) throws -> Value {
        do throws(StepFailure) {
            return try work()
        } catch {
            throw Exit(telling: error)
        }
    }
}

extension Exit {
    /// Prints a failure; its kind is the code.
    init(telling failure: StepFailure) {
        let places = failure.diagnostics
        Console.err(
            places.isEmpty ? [.error(failure.code, failure.message, hint: failure.hint)] : places)
        switch failure.kind {
        case .failed, .cancelled, .unavailable: self = .failure
        case .blocked: self = .blocked
        case .environment: self = .environment
        case .refused: self = .refused
        }
    }
}
