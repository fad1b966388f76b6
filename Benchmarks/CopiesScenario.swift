import ArgumentParser
import Foundation

/// Steps that each copy a file by a child process.
struct CopiesScenario: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "copies",
        abstract: "Copies of files by child processes, two at once: engine and executor beside all others."
    )

    @OptionGroup var bench: Bench
    @Option(help: ArgumentHelp("How many copies.", valueName: "n")) var steps = 3_000
    @Option(help: ArgumentHelp("How many copies for Snakemake, which is slow.", valueName: "n"))
    var snakemakeSteps = 100

    func run() async throws {
        let root = "\(bench.directory)/copies-\(steps)"
        let folder = try SourceFolder(root: root, count: steps)
        let ours = CopyGraph(folder, stages: 1, output: "copies-engine")
        let ninja = CopyGraph(folder, stages: 1, output: "copies-ninja")
        let make = CopyGraph(folder, stages: 1, output: "copies-make")
        let snakemake = CopyGraph(
            folder, count: min(steps, snakemakeSteps), stages: 1, output: "copies-snakemake")
        var comparison = Comparison(
            "copies: \(steps) child processes, 2 at once", directory: root, runs: bench.runs)
        let engine = try Program.itself([
            "engine", "--work", "copy", "--steps", "\(steps)", "--directory", root, "--sources", "\(steps)",
        ])
        comparison.add("engine", engine, steps: steps, proof: "\"reused\":0") {
            try ours.clear()
            if FileManager.default.fileExists(atPath: "\(root)/state") {
                try FileManager.default.removeItem(atPath: "\(root)/state")
            }
        }
        comparison.add(
            "ninja",
            Program(bench.ninja, try ninja.ninja("graph"), in: root),
            steps: steps,
            proof: "[\(steps)/\(steps)]",
            reset: ninja.clear
        )
        comparison.add(
            "make", Program(bench.make, try make.make("graph"), in: root), steps: steps, reset: make.clear)
        comparison.add(
            "snakemake",
            Program(bench.snakemake, try snakemake.snakemake("graph"), in: root),
            steps: snakemake.edges,
            reset: snakemake.clear
        )
        try comparison.run { contender in
            let output = "\(root)/copies-\(contender.name)"
            let copies = try FileManager.default.contentsOfDirectory(atPath: output).filter {
                !$0.hasPrefix(".")
            }
            guard copies.count == contender.steps else {
                throw BenchmarkError("\(contender.name) made \(copies.count) of \(contender.steps) copies")
            }
        }
    }
}
