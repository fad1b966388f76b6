import Engine
import Foundation
import Model
import Support
import Synchronization
import Testing

@Suite struct SchedulerTests {
    let files = MemoryFiles([String: Data]())
    let runner = ToyRunner()

    static func step(
        _ name: String,
        needs: [String] = [],
        after: [String] = [],
        _ behaviour: ToyWork.Behaviour = .succeed,
        text: String? = nil
    ) -> Plan<ToyWork>.Step {
        Plan.Step(
            id: id(name),
            work: ToyWork(text: text ?? name, behaviour: behaviour),
            needs: needs.map(id),
            after: after.map(id)
        )
    }

    static func id(_ name: String) -> StepID { .deploy(name, on: "n") }

    func run(
        _ steps: [Plan<ToyWork>.Step],
        width: Int = 4,
        stopsAtFailure: Bool = false,
        log: EventLog = EventLog(),
        previous: Digest? = nil
    ) async throws -> [StepID: Outcome] {
        let store = ContentStore(directory: "/s/cas", files: files.access)
        let cache = ActionCache(directory: "/s/ac", files: files.access, store: store)
        let stream = EventStream(now: { Timestamp(milliseconds: 0) }, readers: [log.take])
        let scheduler = Scheduler(
            execution: StepExecution(
                runner: runner,
                store: store,
                cache: cache,
                events: stream,
                elapsed: { .zero },
                previous: { _ in previous }
            ),
            events: stream,
            width: width,
            stopsAtFailure: stopsAtFailure
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
            [Self.step("a", .fail), Self.step("b"), Self.step("c", needs: ["b"])],
            width: 1,
            stopsAtFailure: true
        )
        #expect(runner.performed == [Self.id("a")])
        #expect(outcomes[Self.id("b")] == .cancelled)
        #expect(outcomes[Self.id("c")] == .cancelled)
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

    @Test(.timeLimit(.minutes(1)), arguments: [1, 2, 5]) func neverExceedsItsWidth(_ width: Int) async throws
    {
        _ = try await run((0..<40).map { Self.step("s\($0)") }, width: width)
        #expect(runner.counts.withLock(\.most) <= width)
        #expect(runner.performed.count == 40)
    }

    @Test(.timeLimit(.minutes(1)), arguments: 0..<300)
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
    private let steps = Mutex<[(id: StepID, reason: String)]>([])

    var ends: [StepID] { steps.withLock { $0.map(\.id) } }
    var reasons: [StepID: String] { steps.withLock { Dictionary($0, uniquingKeysWith: { $1 }) } }

    func take(_ event: Event) {
        guard case .stepFinished(let end) = event.kind, let step = event.step else { return }
        steps.withLock { $0.append((step, end.reason)) }
    }
}
