import ArgumentParser
import Engine
import EthereumTypes
import Foundation
import Model
import Planning
import Reports
import Steps

/// Takes a contract that is already there for a deployment of the manifest.
struct DeploymentsAdoptCommand: AsyncParsableCommand, LoggingCommand {
    static let configuration = CommandConfiguration(
        commandName: "adopt",
        abstract: "Takes a contract that is already on a chain for a deployment of the manifest.",
        discussion: """
            The contract is compiled, and the code at the address must be its code. The registry then has it, and runs keep \
            it until code or arguments change. Its arguments count as the manifest's, unless Foundry's file says what was sent.

            Of a deployment with a proxy the address is the proxy's: it must keep what it points to where EIP-1967 says, and \
            the code that it runs must be the contract's.
            """
    )

    @OptionGroup var options: DeploymentsOptions
    @Option(
        help: ArgumentHelp(
            "Takes address, transaction and arguments from a run-latest.json of Foundry.", valueName: "file"),
        completion: .file()
    )
    var fromBroadcast: String?
    @ArgumentParser.Argument(help: ArgumentHelp("The deployment.", valueName: "name@network"))
    var deployment: DeploymentName
    @ArgumentParser.Argument(help: "Where it is; with --from-broadcast only where the file names several.")
    var address: String?

    mutating func validate() throws {
        guard address != nil || fromBroadcast != nil else {
            throw ValidationError("say where \(deployment) is: an address, or --from-broadcast")
        }
        if let address, (try? Address(address)) == nil {
            throw ValidationError("'\(address)' is no address, or its checksum (EIP-55) is wrong")
        }
    }

    var log: LogOptions { options.log }

    func run() async throws { try await run(in: .live(scratch: try Scratch.directory())) }

    func run(in world: World) async throws {
        let project = try options.project(requireEnvironment: true, world: world)
        let network = try deployment.network(of: project.manifest)
        guard let folder = RegistryFolder(project.manifest, world: world) else {
            Console.err([
                .error(
                    "no-registry",
                    "the manifest names no registry, and that is where adopted contracts are kept",
                    hint: "add 'registry: deployments' to it"
                )
            ])
            throw Exit.usage
        }
        let all = try project.plan(PlanRequest(allNetworks: true), world: world)
        let (action, proxy, plan) = try planned(all.plan)
        let found = try found(proxy?.deployment ?? action, network, world)
        let state = try await RunState.open(
            project, plan, try RunOptions.parse(["--state-dir", options.stateDir]),
            deploymentNames: all.deploymentNames, world: world)
        let hub = state.hub(opened: { _ in }, noted: { Console.err([$0]) })
        let entries: [RegistryEntry]
        do throws(StepFailure) {
            let inputs = try await state.compiled([action.compile], of: plan, hub: hub)
            let adoption = state.adoption(hub: hub, notice: { Console.err([$0]) })
            if let proxy {
                entries = try await adoption.entries(
                    for: action, behind: proxy, at: found.address, inputs: inputs)
            } else {
                entries = [try await adoption.entry(for: action, found, inputs: inputs)]
            }
        } catch {
            await hub.close()
            await state.slither?.close()
            throw Exit(telling: error)
        }
        await hub.close()
        await state.slither?.close()
        try folder.update(network.name) { file in entries.reduce(file) { $0.setting($1) } }
        Console.err("\(deployment) is at \(found.address), says \(folder.path)/\(network.name).json")
    }

    /// The deployment's code, its proxy where it has one, and the steps that they need.
    private func planned(_ all: Plan<Action>) throws -> (DeployAction, ProxyAction?, Plan<Action>) {
        let step = StepID.deploy(deployment.name, on: deployment.network)
        let code = StepID.implementation(deployment.name, on: deployment.network)
        if case .implementation(let action, let proxy)? = all[code]?.work {
            return (action, proxy, all.closed { $0.id == code })
        }
        guard case .deploy(let action)? = all[step]?.work else {
            let names = all.steps.map(\.id).filter { [.deploy, .proxy].contains($0.kind) }.map(\.subject)
            Console.err([
                .error(
                    "unknown-deployment",
                    "the manifest has no deployment \(deployment)",
                    hint: Nearest.match(for: "\(deployment)", among: names).map { "did you mean '\($0)'?" }
                )
            ])
            throw Exit.usage
        }
        return (action, nil, all.closed { $0.id == step })
    }

    /// What is said of the contract; prints what is wrong with Foundry's file.
    private func found(_ action: DeployAction, _ network: NetworkSpec, _ world: World) throws -> FoundContract
    {
        let wanted = try address.map { try Address($0) }
        guard let fromBroadcast else {
            guard let wanted else { throw Exit.usage }
            return FoundContract(address: wanted)
        }
        let path = PathText.join(FileManager.default.currentDirectoryPath, fromBroadcast)
        guard let bytes = try world.files.read(path) else {
            throw refusal("there is no file \(fromBroadcast)", hint: nil)
        }
        let broadcast: FoundryBroadcast
        do throws(FoundryBroadcast.Problem) {
            broadcast = try FoundryBroadcast(bytes)
        } catch {
            throw refusal(
                "\(fromBroadcast) is no broadcast of Foundry: \(error.message)",
                hint: "name broadcast/<script>/<chain id>/run-latest.json")
        }
        if let chain = broadcast.chainID, chain != network.chainID.rawValue {
            throw refusal(
                "\(fromBroadcast) is of chain \(chain), and '\(network.name)' has chain id \(network.chainID)",
                hint: nil)
        }
        let contract = action.contract.rawValue.split(separator: "/").last.map(String.init)
        let fitting = broadcast.creations.filter { creation in
            if let wanted { creation.found.address == wanted } else { creation.contract == contract }
        }
        guard let first = fitting.first, fitting.count == 1 else {
            let all = broadcast.creations.map { "\($0.contract ?? "?") at \($0.found.address)" }
            guard !all.isEmpty else {
                throw refusal(
                    "\(fromBroadcast) creates no contract",
                    hint: "name the file of the script that did, or say where the contract is: "
                        + "hyperkit deployments adopt \(deployment) ADDRESS")
            }
            let count = fitting.isEmpty ? "no creation" : "\(fitting.count) creations"
            throw refusal(
                "\(fromBroadcast) has \(count) of \(wanted.map { "\($0)" } ?? contract ?? "?")",
                hint: "name one by its address; the file has \(all.joined(separator: ", "))")
        }
        return first.found
    }

    private func refusal(_ message: String, hint: String?) -> Exit {
        Console.err([.error("broadcast", message, hint: hint)])
        return .usage
    }
}
