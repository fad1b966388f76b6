import ArgumentParser
import Foundation
import Model
import Reports
import Steps

/// Compares what is on record with the chains.
struct DeploymentsCheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Compares what is on record with the chains; sends nothing.",
        discussion: "Ends with 4 where code is gone or another, or a network is another chain than it was."
    )

    @OptionGroup var options: DeploymentsOptions
    @OptionGroup var networks: NetworksOption
    @Flag(help: "Prints JSON on standard output.") var json = false

    func run() async throws { try await run(in: .live(scratch: try Scratch.directory())) }

    func run(in world: World) async throws {
        let project = try options.project(world: world)
        let specs = try networks.networks(of: project.manifest)
        let recorded = try RecordedDeployments(
            of: specs, project, stateDirectory: options.stateDir, world: world
        ).current
        let state = PathText.join(FileManager.default.currentDirectoryPath, options.stateDir)
        let hub = try await RunState.hub(of: project, stateDirectory: state, world: world)
        var checked: [CheckedDeployment] = []
        var failures: [StepFailure] = []
        for spec in specs {
            let entries = recorded.filter { $0.0.name == spec.name }.map(\.1)
            guard !entries.isEmpty else { continue }
            do throws(StepFailure) {
                checked += try await DeploymentCheck(hub).check(entries, on: spec)
            } catch {
                failures.append(error)
            }
        }
        await hub.close()
        try tell(checked)
        Console.err(failures.map { .error($0.code, $0.message, hint: $0.hint) })
        try finish(checked, failures)
    }

    private func tell(_ checked: [CheckedDeployment]) throws {
        let listed = checked.map { (ListedDeployment(network: $0.network, entry: $0.entry), $0.finding) }
        if json {
            let file = try DeploymentCheckV1(listed.map { ($0, finding: $1.rawValue) }).json()
            Console.out(String(decoding: file, as: UTF8.self))
        } else if !checked.isEmpty {
            Console.err(DeploymentText.check(listed.map { ($0, words: Self.words($1)) }))
        }
        let drifted = checked.count(where: \.isDrift)
        let count = PlainWords.count(checked.count, "deployment")
        Console.err(drifted == 0 ? "\(count), no drift" : "\(count), \(drifted) drifted")
    }

    private static func words(_ finding: CheckedDeployment.Finding) -> String {
        switch finding {
        case .same: "as it was deployed"
        case .gone: "there is no code any more"
        case .differs: "there is other code"
        case .otherChain: "the network is another chain now"
        case .notCompared: "there is code; what it was is not on record"
        }
    }

    private func finish(_ checked: [CheckedDeployment], _ failures: [StepFailure]) throws {
        if failures.contains(where: { $0.kind == .environment }) { throw Exit.environment }
        if checked.contains(where: \.isDrift) || failures.contains(where: { $0.kind == .blocked }) {
            throw Exit.blocked
        }
        if !failures.isEmpty { throw Exit.failure }
    }
}
