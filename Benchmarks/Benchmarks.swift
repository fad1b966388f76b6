import ArgumentParser

/// Compares hyperkit with ninja, make and Snakemake on the same graphs, in one run.
@main
struct Benchmarks: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "benchmarks",
        abstract: "Compares hyperkit with ninja, make and Snakemake on the same graphs.",
        discussion: "Run it by Benchmarks/run, which builds and installs what it needs.",
        subcommands: [
            NoopScenario.self, EditScenario.self, EngineNoopScenario.self, EngineNothingScenario.self,
            CopiesScenario.self, EngineRun.self,
        ]
    )
}

/// Where things are, and how often each is measured.
struct Bench: ParsableArguments {
    @Option(help: ArgumentHelp("The release build that is measured.", valueName: "program"))
    var hyperkit = ".build/release/hyperkit"

    @Option(help: ArgumentHelp("A name on PATH, or a path.", valueName: "program"))
    var ninja = "ninja"

    @Option(help: ArgumentHelp("A name on PATH, or a path.", valueName: "program"))
    var make = "make"

    @Option(help: ArgumentHelp("A name on PATH, or a path.", valueName: "program"))
    var snakemake = "snakemake"

    @Option(
        help: ArgumentHelp("Where graphs and state are kept; what is there is used again.", valueName: "dir"))
    var directory = "/tmp/hyperkit-benchmarks"

    @Option(help: ArgumentHelp("Measured runs of each, after one that warms up.", valueName: "n"))
    var runs = 5

    func validate() throws {
        guard runs >= 1 else { throw ValidationError("--runs takes a number from 1 on") }
        guard directory.hasPrefix("/") else { throw ValidationError("--directory takes an absolute path") }
    }
}

/// Why a figure would mean nothing.
struct BenchmarkError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
