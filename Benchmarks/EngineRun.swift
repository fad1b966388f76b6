import ArgumentParser
import Engine
import Foundation
import Model
import Processes
import Synchronization

/// One run of the engine in a process of its own, so that each measurement starts with a fresh heap.
struct EngineRun: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "engine",
        abstract: "Runs the engine once and prints what it took as one line of JSON.",
        shouldDisplay: false
    )

    /// What a run took inside the process.
    struct Figures: Codable {
        var steps: Int
        var reused: Int
        /// To make the steps and order them.
        var planMicroseconds: Int
        /// From the first step to the last outcome.
        var runMicroseconds: Int
    }

    @Option var work: Work
    @Option var shape: Shape = .flat
    @Option var steps: Int
    /// What the pool holds.
    @Option var width = 2
    /// Where sources are, and state is kept.
    @Option var directory: String
    @Option var sources = 1

    func run() async throws {
        let folder = try SourceFolder(root: directory, count: sources)
        let figures =
            switch work {
            case .nothing: try await measure(NothingRunner())
            case .reuse: try await measure(ReuseRunner(sources: folder, files: .live))
            case .copy:
                try await measure(
                    CopyRunner(
                        sources: folder,
                        output: "copies-engine",
                        executor: LocalExecutor(scratchBase: "\(directory)/scratch")
                    )
                )
            }
        Console.say(String(decoding: try JSONEncoder().encode(figures), as: UTF8.self))
    }

    private func measure(_ runner: some StepRunner<Int>) async throws -> Figures {
        let beforePlan = ContinuousClock.now
        let plan = try shape.plan(steps: steps)
        let start = ContinuousClock.now
        let ends = Atomic(0)
        let events = EventStream(
            now: Self.clock.now,
            readers: [{ if case .stepFinished = $0.kind { ends.add(1, ordering: .relaxed) } }]
        )
        let store = ContentStore(directory: "\(directory)/state/cas", files: .live)
        let scheduler = Scheduler(
            execution: StepExecution(
                runner: runner,
                store: store,
                cache: ActionCache(directory: "\(directory)/state/ac", files: .live, store: store),
                events: events,
                clock: Self.clock,
                previous: { _ in nil }
            ),
            events: events,
            rules: RunRules(width: width),
            clock: Self.clock,
            estimate: { _ in .milliseconds(1) }
        )
        let outcomes = await scheduler.run(plan)
        let end = ContinuousClock.now
        var reused = 0
        for (step, outcome) in outcomes {
            guard outcome.isGood else { throw BenchmarkError("\(step) ended as \(outcome)") }
            if case .reused = outcome { reused += 1 }
        }
        guard outcomes.count == steps, ends.load(ordering: .relaxed) == steps else {
            throw BenchmarkError("\(outcomes.count) of \(steps) steps ended")
        }
        return Figures(
            steps: steps,
            reused: reused,
            planMicroseconds: Int((start - beforePlan) / .microseconds(1)),
            runMicroseconds: Int((end - start) / .microseconds(1))
        )
    }

    private static let clock = EngineClock(
        elapsed: { [start = ContinuousClock.now] in ContinuousClock.now - start },
        now: { Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1_000)) },
        sleep: { duration throws(CancellationError) in
            do {
                try await Task.sleep(for: duration)
            } catch {
                throw CancellationError()
            }
        },
        fraction: { .random(in: 0...1) }
    )

    /// Reads what such a process printed.
    static func figures(_ log: String) throws -> Figures {
        try JSONDecoder().decode(Figures.self, from: Data(contentsOf: URL(filePath: log)))
    }
}
