import ArgumentParser
import Foundation
import Model
import Planning
import Reports
import Steps

/// Compares what is on record with the chains.
struct DeploymentsCheckCommand: AsyncParsableCommand, LoggingCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Compares what is on record with the chains; sends nothing.",
        discussion: """
            Ends with 4 where code is gone or another, a network is another chain than it was, or a function does not give what \
            'checks' of the deployment says. A network that cannot be asked is named, and nothing of it counts as looked at.
            """
    )

    @OptionGroup var options: DeploymentsOptions
    @OptionGroup var networks: NetworksOption
    @Flag(help: "Prints JSON on standard output.") var json = false

    var log: LogOptions { options.log }

    func run() async throws { try await run(in: .live(scratch: try Scratch.directory())) }

    func run(in world: World) async throws {
        let project = try options.project(requireEnvironment: true, world: world)
        let specs = try networks.networks(of: project.manifest)
        let recorded = try RecordedDeployments(
            of: specs, project, stateDirectory: options.stateDir, world: world
        ).current
        let state = PathText.join(FileManager.default.currentDirectoryPath, options.stateDir)
        let hub = try await RunState.hub(of: project, stateDirectory: state, world: world)
        var checked: [CheckedDeployment] = []
        var failures: [StepFailure] = []
        var notChecked: [DeploymentCheckV1.NotChecked] = []
        for spec in specs {
            let entries = recorded.filter { $0.0.name == spec.name }.map(\.1)
            guard !entries.isEmpty else { continue }
            do throws(StepFailure) {
                checked += try await DeploymentCheck(hub).check(entries, on: spec)
            } catch {
                failures.append(error)
                notChecked.append(
                    DeploymentCheckV1.NotChecked(
                        network: spec.name, deployments: entries.count, reason: error.message))
            }
        }
        do {
            try await ask(&checked, recorded, project, hub, world)
        } catch let failure as StepFailure {
            failures.append(failure)
        }
        await hub.close()
        try tell(checked, notChecked)
        Console.err(failures.map { .error($0.code, $0.message, hint: $0.hint) })
        try finish(checked, failures)
    }

    /// Asks the functions that the manifest names, of the deployments that are there.
    private func ask(
        _ checked: inout [CheckedDeployment],
        _ recorded: [(NetworkSpec, RegistryEntry)],
        _ project: Project,
        _ hub: NetworkHub,
        _ world: World
    ) async throws {
        let plan = try project.plan(PlanRequest(allNetworks: true), world: world).plan
        var asked: [(position: Int, action: DeployAction)] = []
        for (position, deployment) in checked.enumerated() where !deployment.isDrift {
            guard let action = plan.deployment(deployment.entry.name, on: deployment.network),
                !action.expectations.isEmpty
            else { continue }
            asked.append((position, action))
        }
        guard !asked.isEmpty else { return }
        let compile = Set(asked.map(\.action.compile))
        let state = try await RunState.open(
            project,
            plan.closed { compile.contains($0.id) },
            try RunOptions.parse(["--state-dir", options.stateDir]),
            world: world
        )
        let addresses = Dictionary(
            recorded.map { ("\($1.name)@\($0.name)", $1.address) }, uniquingKeysWith: { $1 })
        let inputs = try await state.compiled(compile, of: plan, hub: hub)
        await state.slither?.close()
        for (position, action) in asked {
            checked[position].expectations = try await state.expectationCheck(hub: hub).check(
                action,
                at: checked[position].entry.address,
                deployments: addresses,
                inputs: inputs
            )
        }
    }

    private func tell(
        _ checked: [CheckedDeployment],
        _ notChecked: [DeploymentCheckV1.NotChecked]
    ) throws {
        let listed = checked.map { (ListedDeployment(network: $0.network, entry: $0.entry), $0) }
        if json {
            let file = try DeploymentCheckV1(
                listed.map { listed, checked in
                    let checks = checked.expectations.map {
                        DeploymentCheckV1.Check(name: $0.name, read: $0.read, seen: $0.seen, holds: $0.holds)
                    }
                    return (listed, finding: checked.finding.rawValue, checks: checks)
                },
                notChecked: notChecked
            ).json()
            Console.out(String(decoding: file, as: UTF8.self))
        } else if !checked.isEmpty {
            Console.err(DeploymentText.check(listed.map { ($0, words: Self.words($1)) }))
        }
        let drifted = checked.count(where: \.isDrift)
        Console.err(DeploymentText.counts(checked.count, drifted: drifted, notChecked: notChecked))
    }

    private static func words(_ checked: CheckedDeployment) -> String {
        let unmet = checked.expectations.filter { !$0.holds }
        guard unmet.isEmpty else {
            return unmet.map { "check '\($0.name)': \($0.read) is \($0.seen)" }.joined(separator: "; ")
        }
        guard let runs = checked.runs else { return words(checked.finding) }
        return "\(words(checked.finding)): the code at \(runs)"
    }

    private static func words(_ finding: CheckedDeployment.Finding) -> String {
        switch finding {
        case .same: "as it was deployed"
        case .gone: "there is no code any more"
        case .differs: "there is other code"
        case .pointsElsewhere: "it runs other code than is on record"
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

extension Plan<Action> {
    /// A deployment as its users see it, with a proxy before it or without; nil where the plan has none of that name.
    func deployment(_ name: String, on network: String) -> DeployAction? {
        for step in StepID.placing(recordedAs: name, on: network) {
            switch self[step]?.work {
            case .deploy(let action): return action
            case .proxy(let action): return action.deployment
            case .generate, .compile, .audit, .implementation, .beacon, .call, .check, .factory, .verify, nil:
                continue
            }
        }
        return nil
    }
}
