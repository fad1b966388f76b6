import ArgumentParser
import Foundation
import Model
import Planning

/// Prints the graph of steps; runs nothing.
struct GraphCommand: AsyncParsableCommand {
    enum Format: String, ExpressibleByArgument, CaseIterable { case mermaid, dot, json }

    static let configuration = CommandConfiguration(
        commandName: "graph",
        abstract: "Prints the graph of steps; runs nothing."
    )

    @OptionGroup var manifests: ManifestOptions
    @OptionGroup var selection: SelectionOptions
    @Option(help: "How it is drawn.") var format: Format = .mermaid
    @Flag(help: "The same as --format json.") var json = false

    func run() async throws { try run(in: .live(scratch: try Scratch.directory())) }

    func run(in world: World) throws {
        let project = try Project.load(manifests, requireEnvironment: false, world: world)
        let plan = try project.plan(selection.request, world: world).plan
        switch json ? .json : format {
        case .mermaid: Console.out(plan.mermaid)
        case .dot: Console.out(plan.dot)
        case .json: Console.out(try plan.json())
        }
    }
}
