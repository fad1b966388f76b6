import ArgumentParser
import Foundation
import Model
import Reports

/// What is where: the committed registry with what the ledger adds.
struct DeploymentsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deployments",
        abstract: "Lists, checks and exports what is deployed; adopts and forgets.",
        discussion: """
            What is deployed is on record in the folder that the manifest's 'registry' names, and in the ledger of the \
            state directory; either is enough.
            """,
        subcommands: [
            List.self, DeploymentsCheckCommand.self, Export.self, DeploymentsAdoptCommand.self,
            DeploymentsForgetCommand.self,
        ]
    )

    struct List: AsyncParsableCommand, LoggingCommand {
        static let configuration = CommandConfiguration(abstract: "Lists what is deployed.")

        @OptionGroup var options: DeploymentsOptions
        @OptionGroup var networks: NetworksOption
        @Flag(help: "Prints JSON on standard output.") var json = false

        var log: LogOptions { options.log }

        func run() async throws { try run(in: .live(scratch: try Scratch.directory())) }

        func run(in world: World) throws {
            let project = try options.project(world: world)
            let listed = try RecordedDeployments(
                of: try networks.networks(of: project.manifest),
                project,
                stateDirectory: options.stateDir,
                world: world
            ).listed
            if json {
                Console.out(String(decoding: try DeploymentListV1(listed).json(), as: UTF8.self))
            } else {
                Console.err(listed.isEmpty ? "nothing is on record" : DeploymentText.list(listed))
            }
        }
    }

    struct Export: AsyncParsableCommand, LoggingCommand {
        static let configuration = CommandConfiguration(
            abstract: "Prints or writes what is deployed in the shape that another tool reads.",
            discussion: """
                addresses and markdown are one file, which is printed where --out is not given. foundry is a script's folder \
                below broadcast/, hardhat-deploy is deployments/, ignition is ignition/deployments/. What is not on record, \
                such as an ABI, is left out.
                """
        )

        @OptionGroup var options: DeploymentsOptions
        @OptionGroup var networks: NetworksOption
        @Option(help: "The shape.") var format: DeploymentExport = .addresses
        @Option(help: ArgumentHelp("Writes the files below this folder.", valueName: "dir"))
        var out: String?

        func validate() throws {
            guard out != nil || format == .addresses || format == .markdown else {
                throw ValidationError("--format \(format.rawValue) makes a folder: say where with --out")
            }
        }

        var log: LogOptions { options.log }

        func run() async throws { try run(in: .live(scratch: try Scratch.directory())) }

        func run(in world: World) throws {
            let project = try options.project(world: world)
            let deployments = try RecordedDeployments(
                of: try networks.networks(of: project.manifest),
                project,
                stateDirectory: options.stateDir,
                world: world
            ).newest
            try refuseTwoOfOneChain(deployments)
            for file in try format.files(deployments) {
                guard let out else {
                    Console.out(String(decoding: file.bytes, as: UTF8.self))
                    continue
                }
                let path = PathText.join(FileManager.default.currentDirectoryPath, "\(out)/\(file.path)")
                try world.files.write(path, file.bytes, false)
                Console.err("wrote \(out)/\(file.path)")
            }
        }

        /// Tools that go by the chain's number cannot tell two networks of one number apart.
        private func refuseTwoOfOneChain(_ deployments: [ListedDeployment]) throws {
            guard format == .foundry || format == .ignition else { return }
            for (chain, own) in Dictionary(grouping: deployments, by: \.entry.chainID) {
                let names = Set(own.map(\.network)).sorted()
                guard names.count > 1 else { continue }
                Console.err([
                    .error(
                        "one-chain",
                        "\(names.joined(separator: " and ")) both have chain id \(chain)",
                        hint: "name one of them: --network \(names[0])"
                    )
                ])
                throw Exit.usage
            }
        }
    }
}

extension DeploymentExport: ExpressibleByArgument {}
