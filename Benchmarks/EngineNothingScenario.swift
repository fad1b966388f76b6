import ArgumentParser
import Foundation

/// What the engine itself costs a step, where steps do nothing.
struct EngineNothingScenario: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "engine-nothing",
        abstract: "The engine alone with steps that do nothing: its own cost a step, by shape and size."
    )

    @OptionGroup var bench: Bench
    @Option(help: ArgumentHelp("How many steps of each shape.", valueName: "n")) var steps = 30_000
    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("Sizes of the flat graph, which show whether the cost is flat.", valueName: "n"))
    var sizes = [1_000, 10_000, 100_000]

    func run() async throws {
        let root = "\(bench.directory)/nothing"
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
        Console.say(
            """

            ## engine-nothing

            \(bench.runs) runs of each in turn after a warm-up, each in a process of its own; median (least–most).

            | shape | steps | plan µs a step | run µs a step | CPU of the process ms | peak MB |
            | --- | --- | --- | --- | --- | --- |
            """
        )
        let shapes: [(Shape, Int)] =
            [(.flat, steps), (.chains, steps), (.layers, steps)] + sizes.map { (.flat, $0) }
        var rows = shapes.map { _ in (plan: [Double](), run: [Double](), samples: [Sample]()) }
        for round in 0...bench.runs {
            for (place, (shape, steps)) in shapes.enumerated() {
                let program = try Program.itself([
                    "engine", "--work", "nothing", "--shape", shape.rawValue, "--steps", "\(steps)",
                    "--directory", root,
                ])
                let sample = try program.run(log: "\(root)/engine.log")
                guard round > 0 else { continue }
                let figures = try EngineRun.figures("\(root)/engine.log")
                rows[place].plan.append(Double(figures.planMicroseconds) / Double(steps))
                rows[place].run.append(Double(figures.runMicroseconds) / Double(steps))
                rows[place].samples.append(sample)
            }
        }
        for ((shape, steps), row) in zip(shapes, rows) {
            let processor = Spread(row.samples.map { $0.processor / .milliseconds(1) })
            let peak = Double(row.samples.map(\.peakKiB).max() ?? 0) / 1_024
            Console.say(
                "| \(shape.rawValue) | \(steps) | \(Spread(row.plan)) | \(Spread(row.run)) | \(processor) | \(peak.tenths) |"
            )
        }
    }
}
