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
        var (remade, standing) = (0, 0)
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
            remade += simulation.remade
            standing += simulation.lossesThatStand
        }
        guard Self.seeds(3_000).count > 1 else { return }
        // The seeds reach what they are meant to.
        #expect(outcomes == [.succeeded, .reused, .failed, .blocked, .skipped, .cancelled])
        #expect(largestBatch == 4)
        #expect(earlyBegins > 1_000)
        #expect(remade > 1_000)
        #expect(standing > 100)
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

    @Test func whoeverFindsALossWaitsForOneRemakingOfIt() throws {
        let (make, left, right) = (0, 1, 2)
        var schedule = try Self.fan(effect: nil)
        let lost = Outcome.failed(StepFailure(.environment, code: "lost-output", "it is lost"))
        #expect(schedule.performed(left, lost, lost: [make], at: .zero, fraction: { 0 }) == .rewinds)
        #expect(schedule.performed(right, lost, lost: [make], at: .zero, fraction: { 0 }) == .rewinds)
        #expect(schedule.next(at: .zero) == .look([make]))
        #expect(schedule.next(at: .zero) == nil)
        schedule.endLook()
        schedule.mustPerform(make, batch: nil)
        #expect(schedule.next(at: .zero) == .perform([make]))
        #expect(schedule.next(at: .zero) == nil)
        // However it ends: whoever waits looks again.
        #expect(schedule.performed(make, lost, at: .zero, fraction: { 0 }) == .madeAgain)
        #expect(schedule.outcomes[make] == .reused([]))
        #expect(schedule.next(at: .zero) == .look([left]))
        #expect(schedule.next(at: .zero) == .look([right]))
        #expect(!schedule.isDone)
    }

    @Test func aLossIsNotMadeGoodForEver() throws {
        let (make, left) = (0, 1)
        var schedule = try Self.fan(effect: nil)
        let failure = StepFailure(.environment, code: "lost-output", "it is lost")
        for _ in 0..<3 {
            let consequence = schedule.performed(
                left, .failed(failure), lost: [make], at: .zero, fraction: { 0 })
            #expect(consequence == .rewinds)
            for position in [make, left] {
                #expect(schedule.next(at: .zero) == .look([position]))
                schedule.endLook()
                schedule.mustPerform(position, batch: nil)
                #expect(schedule.next(at: .zero) == .perform([position]))
                guard position == make else { continue }
                #expect(
                    schedule.performed(make, .succeeded([]), at: .zero, fraction: { 0 }) == .madeAgain)
            }
        }
        let end = schedule.performed(left, .failed(failure), lost: [make], at: .zero, fraction: { 0 })
        #expect(end == .ended(.failed(failure), skipped: []))
    }

    @Test func anEffectIsNotDoneTwiceForWhatIsLostOfIt() throws {
        var schedule = try Self.fan(effect: 0)
        let failure = StepFailure(.environment, code: "lost-output", "it is lost")
        let end = schedule.performed(1, .failed(failure), lost: [0], at: .zero, fraction: { 0 })
        #expect(end == .ended(.failed(failure), skipped: []))
    }

    @Test func nothingIsMadeAgainAfterAStop() throws {
        var schedule = try Self.fan(effect: nil)
        schedule.stop(.cancellation)
        let failure = StepFailure(.environment, code: "lost-output", "it is lost")
        let end = schedule.performed(1, .failed(failure), lost: [0], at: .zero, fraction: { 0 })
        #expect(end == .ended(.failed(failure), skipped: []))
    }

    /// A step that has ended well, and two that need it and work.
    private static func fan(effect: Int?) throws -> Schedule {
        let ids = (0..<3).map(ScheduleSimulation.id)
        let plan = try Plan(
            ordering: (0..<3).map { Plan<Int>.Step(id: ids[$0], work: $0, needs: $0 == 0 ? [] : [ids[0]]) })
        var schedule = Schedule(plan, rules: RunRules(width: 2)) { $0.work == effect }
        if effect == 0 {
            #expect(schedule.next(at: .zero) == .perform([0]))
            _ = schedule.performed(0, .succeeded([]), at: .zero, fraction: { 0 })
        } else {
            #expect(schedule.next(at: .zero) == .look([0]))
            schedule.endLook()
            _ = schedule.looked(0, .reused([]))
        }
        for position in 1...2 {
            #expect(schedule.next(at: .zero) == .look([position]))
            schedule.endLook()
            schedule.mustPerform(position, batch: nil)
            #expect(schedule.next(at: .zero) == .perform([position]))
        }
        return schedule
    }
}
