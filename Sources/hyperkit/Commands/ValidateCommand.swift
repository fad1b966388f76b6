import ArgumentParser
import Foundation
import Model
import Planning
import Reports

/// All problems of the manifests; nothing runs and no environment is needed.
struct ValidateCommand: AsyncParsableCommand, LoggingCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate",
        abstract: "Reports every problem of the manifests; runs nothing."
    )

    @OptionGroup var manifests: ManifestOptions
    @OptionGroup var log: LogOptions
    @Flag(help: "Prints what was found as JSON on standard output.") var json = false

    func run() async throws { try run(in: .live(scratch: try Scratch.directory())) }

    func run(in world: World) throws {
        let project = try Project.load(manifests, requireEnvironment: false, world: world)
        let planned = try project.plan(PlanRequest(allNetworks: true), world: world)
        Console.err(project.notes(with: planned, world: world))
        let steps = planned.plan.steps
        let deployments = steps.count { $0.id.kind == .deploy || $0.id.kind == .proxy }
        let contracts = steps.count { $0.id.kind == .compile }
        if json {
            let counts = ["contracts": contracts, "deployments": deployments, "steps": steps.count]
            Console.out(String(decoding: try JSONEncoder.sorted.encode(counts), as: UTF8.self))
        } else {
            let networks = project.manifest.networks.count
            let counts = [
                (contracts, "contract"), (networks, "network"), (deployments, "deployment"),
                (steps.count, "step"),
            ]
            let words = counts.map { PlainWords.count($0, $1) }.joined(separator: ", ")
            Console.err("\(project.manifest.project): \(words); no problems")
        }
    }
}

extension JSONEncoder {
    /// Keys sorted, indented, slashes as they are.
    static var sorted: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        return encoder
    }
}
