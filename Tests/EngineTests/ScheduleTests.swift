import Engine
import Foundation
import Model
import Support
import Testing

/// The decisions of a scheduler under a clock that is a number, over seeds; `HYPERKIT_SEED` replays one.
@Suite struct ScheduleTests {
    static func seeds(_ count: UInt64) -> Range<UInt64> {
        guard let one = ProcessInfo.processInfo.environment["HYPERKIT_SEED"].flatMap({ UInt64($0) }) else {
            return 0..<count
        }
        return one..<one + 1
    }

    @Test func everySeedKeepsThePoolsTheOrderAndComesToAnEnd() async throws {
        var outcomes: Set<StepEnd.Status> = []
        var largestBatch = 0
        var earlyBegins = 0
        for seed in Self.seeds(3_000) {
            var simulation = try ScheduleSimulation(seed: seed)
            simulation.run()
            await Task.yield()
            try #require(simulation.violations.isEmpty, "HYPERKIT_SEED=\(seed)")
            outcomes.formUnion(
                simulation.outcomes.map {
                    StepEnd($0, attempts: 0, durationMilliseconds: 0, fingerprint: nil, reason: "").status
                })
            largestBatch = max(largestBatch, simulation.batchSizes.max() ?? 0)
            earlyBegins += simulation.earlyBegins
        }
        guard Self.seeds(3_000).count > 1 else { return }
        // The seeds reach what they are meant to.
        #expect(outcomes == [.succeeded, .reused, .failed, .blocked, .skipped, .cancelled])
        #expect(largestBatch == 4)
        #expect(earlyBegins > 1_000)
    }

    @Test func whereThereIsRoomForAllARunTakesItsCriticalPath() async throws {
        for seed in Self.seeds(700) {
            var simulation = try ScheduleSimulation(
                seed: seed,
                options: .init(
                    width: 1_000, failures: false, pools: false, stops: false, looks: false, milestones: false
                )
            )
            simulation.run()
            await Task.yield()
            let plan = simulation.plan
            let path = CriticalPath(plan) { simulation.durations[plan.positions[$0] ?? 0] }
            #expect(simulation.makespan == path.length, "HYPERKIT_SEED=\(seed)")
        }
    }

    @Test func whereWidthAllowsItARunTakesAtMostATenthMoreThanItsCriticalPath() async throws {
        for seed in Self.seeds(700) {
            let options = ScheduleSimulation.Options(
                steps: 40...120, width: nil, failures: false, pools: false, stops: false,
                milestones: false)
            var simulation = try ScheduleSimulation(seed: seed, options: options)
            simulation.run()
            await Task.yield()
            try #require(simulation.violations.isEmpty, "HYPERKIT_SEED=\(seed)")
            let plan = simulation.plan
            let path = CriticalPath(plan) { simulation.durations[plan.positions[$0] ?? 0] }
            let bound = max(path.length, simulation.work / simulation.rules.width)
            // Graham's bound holds for every order; a good one is much nearer where one of the two parts rules.
            #expect(
                simulation.makespan <= path.length + simulation.work / simulation.rules.width
                    + .milliseconds(100))
            guard simulation.work / simulation.rules.width <= path.length * 2 / 3 else { continue }
            #expect(simulation.makespan <= bound * 11 / 10, "HYPERKIT_SEED=\(seed)")
        }
    }

    @Test func whatIsMostUrgentGoesFirst() throws {
        let plan = try Plan(ordering: (0..<3).map { Plan<Int>.Step(id: ScheduleSimulation.id($0), work: $0) })
        var schedule = Schedule(
            plan, rules: RunRules(width: 2), urgency: [.seconds(1), .seconds(3), .seconds(2)])
        #expect(schedule.next(at: .zero) == .look([1]))
        #expect(schedule.next(at: .zero) == .look([2]))
        schedule.mustPerform(2, batch: nil)
        schedule.mustPerform(1, batch: nil)
        #expect(schedule.next(at: .zero) == .perform([1]))
        #expect(schedule.next(at: .zero) == .perform([2]))
    }
}
