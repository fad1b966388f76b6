import Engine
import Foundation
import Model
import Support
import Synchronization
import Testing

@Suite struct SchedulerTests {
    let files = MemoryFiles([String: Data]())
    let runner = ToyRunner()
    let clock = ToyClock()

    static func step(
        _ name: String,
        needs: [String] = [],
        after: [String] = [],
        early: [StepID: Milestone] = [:],
        _ behaviour: ToyWork.Behaviour = .succeed,
        text: String? = nil
    ) -> Plan<ToyWork>.Step {
        Plan.Step(
            id: id(name),
            work: ToyWork(text: text ?? name, behaviour: behaviour),
            needs: needs.map(id),
            after: after.map(id),
            early: early
        )
    }

    static func id(_ name: String) -> StepID { .deploy(name, on: "n") }

    func run(
        _ steps: [Plan<ToyWork>.Step],
        width: Int = 4,
        stopsAtFailure: Bool = false,
        log: EventLog = EventLog(),
        previous: Digest? = nil,
        mode: ActionCache.Mode = .readWrite,
        retryFailed: Bool = false,
        rules change: (inout RunRules) -> Void = { _ in }
    ) async throws -> [StepID: Outcome] {
        let store = ContentStore(directory: "/s/cas", files: files.access)
        let cache = ActionCache(
            directory: "/s/ac",
            files: files.access,
            store: store,
            mode: mode,
            triesFailuresAgain: retryFailed
        )
        var rules = RunRules(width: width, stopsAtFailure: stopsAtFailure)
        change(&rules)
        let stream = EventStream(now: { Timestamp(milliseconds: 0) }, readers: [log.take])
        let scheduler = Scheduler(
            execution: StepExecution(
                runner: runner,
                store: store,
                cache: cache,
                events: stream,
                clock: clock.engine,
                previous: { _ in previous }
            ),
            events: stream,
            rules: rules,
            clock: clock.engine,
            estimate: { _ in .milliseconds(1) }
        )
        let outcomes = await scheduler.run(try Plan(ordering: steps))
        #expect(log.ends.count == steps.count, "each step ends once")
        #expect(Set(log.ends) == Set(steps.map(\.id)))
        return outcomes
    }

    @Test func runsStepsAfterTheirNeedsWithTheirOutputs() async throws {
        let outcomes = try await run([
            Self.step("c", needs: ["a", "b"]), Self.step("a"), Self.step("b", needs: ["a"]),
        ])
        #expect(outcomes.values.count { $0.isGood } == 3)
        let output = try #require(outcomes[Self.id("c")]?.outputs.first)
        #expect(output.digest == Digest(of: Data("c+a+b+a".utf8)))
        #expect(runner.performed == ["a", "b", "c"].map(Self.id))
    }

    @Test func aSecondRunReusesEverythingButEffects() async throws {
        let steps = [Self.step("a"), Self.step("b", needs: ["a"]), Self.step("e", needs: ["b"], .effect)]
        _ = try await run(steps)
        let outcomes = try await run(steps)
        #expect(runner.performed == ["a", "b", "e", "e"].map(Self.id))
        #expect(outcomes[Self.id("a")] == .reused(outcomes[Self.id("a")]?.outputs ?? []))
    }

    @Test func onlyWhatAChangeReachesRunsAgain() async throws {
        _ = try await run([
            Self.step("a"), Self.step("b", needs: ["a"]), Self.step("c"), Self.step("d", needs: ["c"]),
        ])
        _ = try await run([
            Self.step("a", text: "A"), Self.step("b", needs: ["a"]), Self.step("c"),
            Self.step("d", needs: ["c"]),
        ])
        #expect(runner.performed.suffix(2) == ["a", "b"].map(Self.id))
        #expect(runner.performed.count == 6)
    }

    @Test(arguments: [false, true])
    func whatNeedsOnlyAMilestoneBeginsBeforeTheEnd(_ fails: Bool) async throws {
        let outcomes = try await run([
            Self.step("a", .early(until: Self.id("c"), fails: fails)),
            Self.step("b", after: ["a"], early: [Self.id("a"): .handedOver]),
            Self.step("c", needs: ["a"], early: [Self.id("a"): .usable]),
            Self.step("d", needs: ["a"]),
        ])
        #expect(outcomes[Self.id("b")]?.isGood == true)
        let output = try #require(outcomes[Self.id("c")]?.outputs.first)
        #expect(output.digest == Digest(of: Data("c+early".utf8)))
        #expect(outcomes[Self.id("a")]?.isGood == !fails)
        // What needs the end still waits for it.
        #expect(outcomes[Self.id("d")]?.isGood == !fails)
    }

    @Test(arguments: [ToyWork.Behaviour.fail, .refuse, .block])
    func aBadEndSkipsWhatNeedsItAndNothingElse(_ behaviour: ToyWork.Behaviour) async throws {
        let outcomes = try await run([
            Self.step("bad", behaviour), Self.step("b", needs: ["bad"]), Self.step("c", needs: ["b"]),
            Self.step("d"),
            Self.step("e", after: ["bad", "c"]),
        ])
        #expect(outcomes[Self.id("b")] == .skipped(after: Self.id("bad")))
        #expect(outcomes[Self.id("c")] == .skipped(after: Self.id("bad")))
        #expect(outcomes[Self.id("d")]?.isGood == true)
        #expect(outcomes[Self.id("e")]?.isGood == true)
    }

    @Test func aFailureIsNotStored() async throws {
        _ = try await run([Self.step("a", .fail)])
        _ = try await run([Self.step("a", .fail)])
        #expect(runner.performed.count == 2)
    }

    @Test func aResultThatMayNotStandInIsMadeAgainAndSaysWhy() async throws {
        let steps = [Self.step("a", .unsure), Self.step("b", needs: ["a"])]
        _ = try await run(steps)
        let log = EventLog()
        let outcomes = try await run(steps, log: log, previous: fingerprint(of: "a"))
        #expect(runner.performed == ["a", "b", "a"].map(Self.id))
        #expect(outcomes[Self.id("b")] == .reused(outcomes[Self.id("b")]?.outputs ?? []))
        #expect(log.reasons[Self.id("a")] == "not all of it ended well the last time")
    }

    private func fingerprint(of name: String) -> Digest {
        var fingerprint = Fingerprint(schema: 1, kind: Self.id(name).kind)
        fingerprint.add("text", name)
        return fingerprint.digest
    }

    @Test func failFastStartsNothingAfterAFailure() async throws {
        let outcomes = try await run(
            [Self.step("a", .fail), Self.step("b"), Self.step("c", needs: ["a"])],
            width: 1,
            stopsAtFailure: true
        )
        #expect(runner.performed == [Self.id("a")])
        #expect(outcomes[Self.id("b")] == .cancelled)
        #expect(outcomes[Self.id("c")] == .skipped(after: Self.id("a")))
    }

    @Test func failFastGoesOnWithoutANetworkThatMayBeSkipped() async throws {
        let outcomes = try await run(
            [Self.step("a", .unavailable), Self.step("b"), Self.step("c", needs: ["a"])],
            width: 1,
            stopsAtFailure: true
        )
        #expect(
            outcomes[Self.id("a")]
                == .unavailable(StepFailure(.unavailable, code: "toy", "nobody answers")))
        #expect(outcomes[Self.id("b")]?.isGood == true)
        #expect(outcomes[Self.id("c")] == .skipped(after: Self.id("a")))
    }

    @Test func cancellingEndsWhatRunsAndStartsNothingElse() async throws {
        let task = Task {
            try await run([Self.step("a", .waitUntilCancelled), Self.step("b", after: ["a"])])
        }
        while runner.performed.isEmpty { await Task.yield() }
        task.cancel()
        let outcomes = try await task.value
        #expect(outcomes == [Self.id("a"): .cancelled, Self.id("b"): .cancelled])
    }

    @Test func aDamagedBlobIsMadeAgainAndNeverServed() async throws {
        let steps = [Self.step("a"), Self.step("b", needs: ["a"])]
        let before = try await run(steps)
        for path in files.paths where path.hasPrefix("/s/cas") { files.damage(path) }
        let after = try await run(steps)
        #expect(runner.performed == ["a", "b", "a", "b"].map(Self.id))
        #expect(before.mapValues(\.outputs) == after.mapValues(\.outputs))
    }

    @Test func aDamagedCacheEntryIsAMiss() async throws {
        _ = try await run([Self.step("a")])
        for path in files.paths where path.hasPrefix("/s/ac") { files.damage(path) }
        let outcomes = try await run([Self.step("a")])
        #expect(runner.performed.count == 2)
        #expect(outcomes[Self.id("a")]?.isGood == true)
    }

    @Test func aFailureThatIsCertainIsNotPaidForAgainUntilItsInputsChange() async throws {
        let first = try await run([Self.step("a", .failForCertain)])
        let log = EventLog()
        let second = try await run([Self.step("a", .failForCertain)], log: log)
        #expect(first == second)
        #expect(runner.performed.count == 1)
        #expect(log.reasons[Self.id("a")] == "it failed so before, and nothing changed")
        _ = try await run([Self.step("a", .failForCertain)], retryFailed: true)
        #expect(runner.performed.count == 2)
        let mended = try await run([Self.step("a", text: "mended")])
        #expect(mended[Self.id("a")]?.isGood == true)
    }

    @Test func aPassingFailureIsTriedAgainAfterWaitsAndRemembersForTenMinutes() async throws {
        let log = EventLog()
        let outcomes = try await run([Self.step("a", .failPassing(times: 2))], log: log)
        #expect(outcomes[Self.id("a")]?.isGood == true)
        #expect(log.attempts[Self.id("a")] == 3)
        // Half of at most one second, then half of at most two.
        #expect(clock.slept == [.milliseconds(500), .seconds(1)])

        let steps = [Self.step("b", .failPassing(times: 100))]
        let failed = try await run(steps)
        #expect(failed[Self.id("b")]?.isGood == false)
        #expect(runner.performed.count { $0 == Self.id("b") } == 4)
        clock.advance(.seconds(599))
        _ = try await run(steps)
        #expect(runner.performed.count { $0 == Self.id("b") } == 4)
        clock.advance(.seconds(601))
        _ = try await run(steps)
        #expect(runner.performed.count { $0 == Self.id("b") } == 8)
    }

    @Test func anAttemptPastItsDeadlineIsEndedAndTriedAgain() async throws {
        let log = EventLog()
        let outcomes = try await run([Self.step("a", .waitUntilCancelled)], log: log) {
            $0.attemptDeadline = .seconds(5)
            $0.attempts = 2
        }
        guard case .failed(let failure) = outcomes[Self.id("a")] else {
            Issue.record("it did not fail: \(outcomes)")
            return
        }
        #expect(failure.code == "attempt-deadline")
        #expect(failure.message.hasSuffix("; its last word: waiting for a block"))
        #expect(log.attempts[Self.id("a")] == 2)
    }

    @Test func aRunPastItsDeadlineEndsWhatWorksAndStartsNothing() async throws {
        clock.wait { [runner] in while runner.performed.isEmpty { await Task.yield() } }
        let outcomes = try await run([Self.step("a", .waitUntilCancelled), Self.step("b", needs: ["a"])]) {
            $0.runDeadline = .seconds(60)
        }
        guard case .failed(let failure) = outcomes[Self.id("a")] else {
            Issue.record("it did not fail: \(outcomes)")
            return
        }
        #expect(failure.code == "run-deadline")
        #expect(failure.message.hasSuffix(" while it worked; its last word: waiting for a block"))
        #expect(outcomes[Self.id("b")] == .skipped(after: Self.id("a")))
    }

    @Test func stepsOfOneBatchAreDoneTogetherEachWithItsOwnResult() async throws {
        let steps = (0..<20).map { Self.step("b\($0)", $0 == 7 ? .failInBatch : .batch) }
        let outcomes = try await run(steps, width: 2)
        #expect(outcomes.values.count { $0.isGood } == 19)
        #expect(outcomes[Self.id("b7")]?.isGood == false)
        let sizes = runner.batches
        #expect(runner.performed.count == 20)
        #expect(sizes.allSatisfy { $0 <= 8 } && sizes.contains { $0 > 1 })
        let again = try await run(steps, width: 2)
        #expect(again.values.filter(\.isGood).allSatisfy { if case .reused = $0 { true } else { false } })
    }

    @Test func readOnlyUsesResultsAndKeepsNone() async throws {
        _ = try await run([Self.step("a")])
        let stored = files.paths.filter { $0.hasPrefix("/s/ac") }
        let outcomes = try await run([Self.step("a"), Self.step("b")], mode: .readOnly)
        #expect(outcomes[Self.id("a")] == .reused(outcomes[Self.id("a")]?.outputs ?? []))
        #expect(files.paths.filter { $0.hasPrefix("/s/ac") } == stored)
        #expect(runner.performed == ["a", "b"].map(Self.id))
    }

    @Test func offUsesNoResultAndKeepsNone() async throws {
        _ = try await run([Self.step("a")])
        let stored = files.paths.filter { $0.hasPrefix("/s/ac") }
        _ = try await run([Self.step("a"), Self.step("b")], mode: .off)
        #expect(files.paths.filter { $0.hasPrefix("/s/ac") } == stored)
        #expect(runner.performed.count == 3)
    }

    @Test(.timeLimit(.minutes(10)), arguments: [1, 2, 5]) func neverExceedsItsWidth(_ width: Int) async throws
    {
        _ = try await run((0..<40).map { Self.step("s\($0)") }, width: width)
        #expect(runner.counts.withLock(\.most) <= width)
        #expect(runner.performed.count == 40)
    }

    @Test(.timeLimit(.minutes(10)), arguments: 0..<300)
    func aRandomGraphEndsWithEveryStepAfterItsNeeds(_ seed: UInt64) async throws {
        var random = SeededRandom(seed: seed)
        let behaviours: [ToyWork.Behaviour] = [
            .succeed, .succeed, .succeed, .succeed, .fail, .effect, .block,
        ]
        let steps = (0..<30).map { number -> Plan<ToyWork>.Step in
            let earlier = (0..<number).map { "s\($0)" }.shuffled(using: &random)
            let needs = Array(earlier.prefix(Int.random(in: 0...3, using: &random)))
            let after = Array(earlier.suffix(Int.random(in: 0...2, using: &random))).filter {
                !needs.contains($0)
            }
            return Self.step(
                "s\(number)", needs: needs, after: after, behaviours.randomElement(using: &random) ?? .fail)
        }
        let outcomes = try await run(steps, width: Int.random(in: 1...6, using: &random))
        var seen: Set<StepID> = []
        for id in runner.performed {
            let step = try #require(steps.first { $0.id == id })
            #expect(
                step.needs.allSatisfy { seen.contains($0) && outcomes[$0]?.isGood == true }, "seed \(seed)")
            seen.insert(id)
        }
        for step in steps {
            let mayRun = step.needs.allSatisfy { outcomes[$0]?.isGood == true }
            #expect(mayRun == seen.contains(step.id), "seed \(seed)")
        }
    }
}

/// Keeps which steps ended.
final class EventLog: Sendable {
    private let steps = Mutex<[(id: StepID, end: StepEnd)]>([])

    var ends: [StepID] { steps.withLock { $0.map(\.id) } }
    var reasons: [StepID: String] { last.mapValues(\.reason) }
    var attempts: [StepID: Int] { last.mapValues(\.attempts) }

    private var last: [StepID: StepEnd] { steps.withLock { Dictionary($0, uniquingKeysWith: { $1 }) } }

    func take(_ event: Event) {
        guard case .stepFinished(let end) = event.kind, let step = event.step else { return }
        steps.withLock { $0.append((step, end)) }
    }
}
