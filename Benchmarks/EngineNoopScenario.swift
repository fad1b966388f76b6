import ArgumentParser
import Foundation

/// The engine with every step reused out of the action cache, beside ninja with as many edges.
struct EngineNoopScenario: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "engine-noop",
        abstract: "The engine alone with every step reused: 3 steps a source, beside 3 edges a source."
    )

    @OptionGroup var bench: Bench
    @Option(help: ArgumentHelp("How many sources.", valueName: "n")) var sources = 10_000

    func run() async throws {
        let root = "\(bench.directory)/engine-\(sources)"
        let folder = try SourceFolder(root: root, count: sources)
        let graph = CopyGraph(folder, stages: 3, output: "copies-ninja")
        try FileManager.default.createDirectory(
            atPath: "\(root)/\(graph.output)", withIntermediateDirectories: true)
        let engine = try Program.itself([
            "engine", "--work", "reuse", "--shape", "stages", "--steps", "\(graph.edges)", "--directory",
            root,
            "--sources", "\(sources)",
        ])
        let ninja = Program(bench.ninja, try graph.ninja("graph"), in: root)
        for program in [engine, ninja] { _ = try program?.run(log: "\(root)/first.log") }
        var comparison = Comparison(
            "engine-noop: \(sources) sources, \(graph.edges) steps", directory: root, runs: bench.runs)
        comparison.add("engine", engine, steps: graph.edges, proof: "\"reused\":\(graph.edges)")
        comparison.add("ninja", ninja, steps: graph.edges, proof: "no work to do")
        var inside: [Double] = []
        try comparison.run { contender in
            guard contender.name == "engine" else { return }
            inside.append(Double(try EngineRun.figures("\(root)/engine.log").runMicroseconds) / 1_000)
        }
        let spread = Spread(Array(inside.dropFirst()))
        Console.say(
            "\nThe engine's run inside its process: \(spread) ms, "
                + "\((spread.median * 1_000 / Double(graph.edges)).tenths) µs a step."
        )
    }
}
