import ArgumentParser
import Foundation

/// A run of a manifest with nothing to do, beside graphs of the same size over the same files.
struct NoopScenario: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "noop",
        abstract: "hyperkit run where nothing changed: 2 steps a source, beside 2 edges a source."
    )

    @OptionGroup var bench: Bench
    @Option(help: ArgumentHelp("How many sources.", valueName: "n")) var sources = 10_000
    @Flag(help: "Names each contract in the manifest; otherwise they are one set.") var named = false

    func run() async throws {
        let project = try ManifestProject(bench, sources: sources, named: named)
        try project.prepare()
        var comparison = Comparison(
            "noop: \(sources) sources, \(project.steps) steps\(named ? ", each named" : "")",
            directory: project.root,
            runs: bench.runs
        )
        comparison.add("hyperkit", project.hyperkit, steps: project.steps, proof: project.allReused)
        comparison.add("ninja", project.ninja, steps: project.steps, proof: "no work to do")
        comparison.add("make", project.make, steps: project.steps, proof: "Nothing to be done for 'all'")
        try comparison.run(after: project.forgetReports)
        let report = URL(filePath: project.lastReport)
        let bytes = try report.resourceValues(forKeys: [.fileSizeKey]).fileSize ?? 0
        Console.say(
            "\nEvery run of hyperkit wrote a report.json of \((Double(bytes) / 1_048_576).tenths) MB.")
    }
}

/// A manifest of small sources with the programs that are compared on it.
struct ManifestProject {
    let root: String
    let sources: SourceFolder
    let hyperkit: Program?
    let ninja: Program?
    let make: Program?

    init(_ bench: Bench, sources count: Int, named: Bool) throws {
        root = "\(bench.directory)/manifest-\(count)\(named ? "-named" : "")"
        sources = try SourceFolder(root: root, count: count)
        try sources.writeManifest(named: named)
        let graph = CopyGraph(sources, stages: 2, output: "copies-ninja")
        let other = CopyGraph(sources, stages: 2, output: "copies-make")
        for path in [graph.output, other.output] {
            try FileManager.default.createDirectory(
                atPath: "\(root)/\(path)", withIntermediateDirectories: true)
        }
        hyperkit = Program(
            bench.hyperkit, ["run", "manifest.yaml", "--until", "audit", "--progress", "none"], in: root)
        ninja = Program(bench.ninja, try graph.ninja("graph"), in: root)
        make = Program(bench.make, try other.make("graph"), in: root)
    }

    var steps: Int { 2 * sources.count }

    /// What hyperkit says where it did nothing.
    var allReused: String { "\(Self.grouped(steps)) succeeded (\(Self.grouped(steps)) reused)" }

    var lastReport: String { "\(root)/reports/latest/report.json" }

    /// Brings all to where nothing is left to do, and says what the first run took.
    func prepare() throws {
        guard let hyperkit else {
            throw BenchmarkError("there is no release build: swift build -c release --product hyperkit")
        }
        try sources.restore()
        let isFirst = !FileManager.default.fileExists(atPath: "\(root)/.hyperkit")
        let first = try hyperkit.run(log: "\(root)/first.log")
        if isFirst {
            Console.say(
                "\nThe first run, of \(steps) steps, took \((first.wall / .seconds(1)).tenths) s "
                    + "(\((first.processor / .seconds(1)).tenths) s of CPU, \(first.peakKiB / 1_024) MB)."
            )
        }
        for other in [ninja, make] { _ = try other?.run(log: "\(root)/first.log") }
    }

    /// Keeps the newest report only: of 20,000 steps each is large.
    func forgetReports(after contender: Contender) throws {
        guard contender.name == "hyperkit" else { return }
        let reports = "\(root)/reports"
        let newest = try FileManager.default.destinationOfSymbolicLink(atPath: "\(reports)/latest")
        for name in try FileManager.default.contentsOfDirectory(atPath: reports)
        where name != "latest" && !newest.hasSuffix(name) {
            try FileManager.default.removeItem(atPath: "\(reports)/\(name)")
        }
    }

    /// With commas, as hyperkit writes sums for people.
    private static func grouped(_ number: Int) -> String {
        number < 1_000
            ? "\(number)"
            : "\(grouped(number / 1_000)),\(String(String(number % 1_000 + 1_000).dropFirst()))"
    }
}
