import ArgumentParser
import Foundation

/// A run after one source was edited: how soon its compilation starts, and when all is done.
struct EditScenario: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "edit",
        abstract: "hyperkit run after an edit of one source, beside the same edit with the others."
    )

    @OptionGroup var bench: Bench
    @Option(help: ArgumentHelp("How many sources.", valueName: "n")) var sources = 10_000
    @Flag(help: "Names each contract in the manifest; otherwise they are one set.") var named = false

    func run() async throws {
        let project = try ManifestProject(bench, sources: sources, named: named)
        try project.prepare()
        let events = "\(project.root)/events.jsonl"
        let edited = sources / 2
        var version = Int(Date().timeIntervalSince1970 * 1_000)
        var starts: [Double] = []
        func edit() throws {
            version += 1
            try project.sources.write(edited, version: version)
        }
        var comparison = Comparison(
            "edit: one of \(sources) sources\(named ? ", each named" : "")",
            directory: project.root,
            runs: bench.runs
        )
        comparison.add(
            "hyperkit",
            Program(
                bench.hyperkit, (project.hyperkit?.arguments ?? []) + ["--events", events], in: project.root),
            steps: project.steps,
            reset: edit
        )
        comparison.add("ninja", project.ninja, steps: project.steps, proof: "[2/2]", reset: edit)
        comparison.add("make", project.make, steps: project.steps, reset: edit)
        try comparison.run { contender in
            try project.forgetReports(after: contender)
            guard contender.name == "hyperkit" else { return }
            starts.append(try EventTimes(events).firstCompilation)
        }
        Console.say(
            "\nhyperkit: from run-started to the first step-started of a compilation "
                + "\(Spread(Array(starts.dropFirst()))) ms."
        )
        try project.sources.write(edited, version: 0)
    }
}

/// When what happened, by the events file of one run.
struct EventTimes {
    /// From run-started to the first step-started of a compilation, in milliseconds.
    let firstCompilation: Double

    /// - Throws: ``BenchmarkError`` where no compilation was started.
    init(_ path: String) throws {
        struct Line: Decodable {
            let type: String
            let time: String
            let step: String?
        }
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        let lines = try Data(contentsOf: URL(filePath: path), options: .alwaysMapped).split(separator: 10)
        let started = try lines.first.map { try JSONDecoder().decode(Line.self, from: $0) }
        let needle = Data("\"step-started\"".utf8)
        let first = try lines.lazy.filter { $0.range(of: needle) != nil }
            .map { try JSONDecoder().decode(Line.self, from: $0) }
            .first { $0.type == "step-started" && $0.step?.hasPrefix("compile:") == true }
        guard let started, started.type == "run-started", let first else {
            throw BenchmarkError("\(path) has no start of a compilation: nothing was edited")
        }
        firstCompilation =
            try style.parse(first.time).timeIntervalSince(style.parse(started.time)) * 1_000
    }
}
