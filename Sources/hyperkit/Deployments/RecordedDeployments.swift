import ArgumentParser
import Foundation
import Ledger
import Model
import Planning
import Reports

/// Which deployments a command is about, and where they are recorded.
struct DeploymentsOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A manifest file, or a directory whose *.yaml files are meant; repeatable (default: manifests).",
            valueName: "path"
        ),
        completion: .file()
    )
    var manifest: [String] = []

    @Option(name: .customLong("set"), help: ArgumentHelp("Sets a variable.", valueName: "name=value"))
    var assignments: [String] = []

    @Option(help: ArgumentHelp("Where state is kept.", valueName: "dir"))
    var stateDir = ".hyperkit"

    @OptionGroup var log: LogOptions

    mutating func validate() throws {
        if stateDir.isEmpty { throw ValidationError("--state-dir takes a directory") }
        stateDir = PathText.normalized(stateDir)
        _ = try ManifestOptions.variables(of: assignments)
    }

    func project(requireEnvironment: Bool = false, world: World) throws -> Project {
        try Project.load(
            paths: manifest.isEmpty ? ["manifests"] : manifest,
            variables: try ManifestOptions.variables(of: assignments),
            requireEnvironment: requireEnvironment,
            world: world
        )
    }
}

/// Networks of the manifest that are meant; all where none is named.
struct NetworksOption: ParsableArguments {
    @Option(help: ArgumentHelp("Only this network; repeatable.", valueName: "name"))
    var network: [String] = []

    /// The networks whose deployments are worth a record; prints a name that the manifest has not.
    ///
    /// - Throws: ``Exit/usage``.
    func networks(of manifest: Manifest) throws -> [NetworkSpec] {
        for name in network where !manifest.networks.contains(where: { $0.name == name }) {
            let known = manifest.networks.map(\.name)
            Console.err([
                .error(
                    "unknown-network",
                    "there is no network '\(name)'",
                    hint: "the manifest has \(known.sorted().joined(separator: ", "))"
                )
            ])
            throw Exit.usage
        }
        return manifest.networks.filter { $0.isRecorded && (network.isEmpty || network.contains($0.name)) }
    }
}

/// What registry and ledger together have on record, as the next run would write it.
struct RecordedDeployments {
    /// By network, in the manifest's order.
    private let files: [(NetworkSpec, RegistryFile)]
    private let project: String

    /// Reads both; prints what is wrong with either.
    ///
    /// A ledger that is not there knows nothing.
    ///
    /// - Throws: ``Exit/usage`` for a file of the registry, ``Exit/environment`` for the ledger.
    init(
        of networks: [NetworkSpec],
        _ project: Project,
        stateDirectory: String,
        world: World
    ) throws {
        let manifest = project.manifest
        let registry =
            try RegistryFolder(manifest, world: world)?.readAll(networks.map(\.name)) ?? [:]
        let path = PathText.join(FileManager.default.currentDirectoryPath, "\(stateDirectory)/state.db")
        let ledger: Ledger? =
            world.files.kind(path) == nil
            ? nil : try History.reading { () throws(LedgerError) in try Ledger.reading(path: path) }
        self.project = manifest.project
        files = try networks.map { network in
            let file = registry[network.name] ?? RegistryFile(network: network.name)
            guard let ledger else { return (network, file) }
            let history = try History.reading { () throws(LedgerError) in
                try ledger.registryHistory(project: manifest.project, network: network.name)
            }
            return (network, file.merging(history))
        }
    }

    /// The project's deployments that count, by network, name and chain.
    var current: [(NetworkSpec, RegistryEntry)] {
        files.flatMap { network, file in
            file.entries.filter { $0.project == project && $0.status == .current }.map { (network, $0) }
        }
    }

    /// Of each name and network one: where a network was several chains, that of the newest run.
    var newest: [ListedDeployment] {
        var latest: [[String]: ListedDeployment] = [:]
        for (network, entry) in current {
            let key = [network.name, entry.name]
            // The id of a run starts with its time.
            if let other = latest[key], (other.entry.run ?? "") > (entry.run ?? "") { continue }
            latest[key] = ListedDeployment(network: network.name, entry: entry)
        }
        return latest.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map(\.value)
    }

    /// Every deployment that counts, on whatever chain its network was then.
    var listed: [ListedDeployment] {
        current.map { ListedDeployment(network: $0.name, entry: $1) }
    }
}

/// `NAME@NETWORK`.
struct DeploymentName: ExpressibleByArgument {
    let name: String
    let network: String

    init?(argument: String) {
        let parts = argument.split(separator: "@", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty }) else { return nil }
        (name, network) = (parts[0], parts[1])
    }

    /// Its network; prints that there is none.
    ///
    /// - Throws: ``Exit/usage``.
    func network(of manifest: Manifest) throws -> NetworkSpec {
        if let spec = manifest.networks.first(where: { $0.name == network }) { return spec }
        let names = manifest.networks.map(\.name)
        Console.err([
            .error(
                "unknown-network",
                "there is no network '\(network)'",
                hint: Nearest.match(for: network, among: names).map { "did you mean '\($0)'?" }
                    ?? "the manifest has \(names.sorted().joined(separator: ", "))"
            )
        ])
        throw Exit.usage
    }
}

extension DeploymentName: CustomStringConvertible {
    var description: String { "\(name)@\(network)" }
}
