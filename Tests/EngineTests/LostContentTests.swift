import Engine
import Foundation
import Model
import Support
import Synchronization
import Testing

extension SchedulerTests {
    /// Content that was there when a step was reused, and is no more when another step reads it.
    @Suite struct LostContent {
        let bench = SchedulerTests()

        private static func chain(_ last: ToyWork.Behaviour = .succeed, text: String) -> [Plan<ToyWork>.Step]
        {
            [step("a"), step("b", needs: ["a"]), step("c", needs: ["b"], last, text: text)]
        }

        /// Damages or removes all that is stored just before a step reads its inputs, so many times.
        private func lose(before name: String, times: Int, damaged: Bool = true) {
            let left = Mutex(times)
            bench.runner.ahead.withLock { ahead in
                ahead = { [files = bench.files] step in
                    guard step == SchedulerTests.id(name) else { return }
                    let isDue = left.withLock { left in
                        left -= 1
                        return left >= 0
                    }
                    guard isDue else { return }
                    for path in files.paths where path.hasPrefix("/s/cas") {
                        if damaged { files.damage(path) } else { files[path] = nil }
                    }
                }
            }
        }

        private func performed(_ names: String) -> [StepID] { names.map { SchedulerTests.id(String($0)) } }

        @Test(arguments: [true, false], [ToyWork.Behaviour.succeed, .effect, .batch])
        func isMadeAgainInTheSameRun(_ damaged: Bool, _ reader: ToyWork.Behaviour) async throws {
            let before = try await bench.run(Self.chain(reader, text: "c"))
            lose(before: "c", times: 1, damaged: damaged)
            let log = EventLog()
            let after = try await bench.run(Self.chain(reader, text: "C"), log: log)
            // The first reads b, which is made again of a, which is made again too.
            #expect(bench.runner.performed == performed("abc" + "cbabc"))
            for name in ["a", "b"] {
                let id = SchedulerTests.id(name)
                #expect(after[id] == .reused(before[id]?.outputs ?? []))
            }
            #expect(
                after[SchedulerTests.id("c")]?.outputs.first?.digest == Digest(of: Data("C+b+a".utf8)))
            #expect(log.attempts[SchedulerTests.id("c")] == 2)
            #expect(log.attempts[SchedulerTests.id("b")] == 0)
        }

        @Test func ofAStepOfTheSameRunIsMadeAgainToo() async throws {
            lose(before: "c", times: 1)
            let outcomes = try await bench.run(Self.chain(text: "c"), mode: .off)
            #expect(bench.runner.performed == performed("abc" + "babc"))
            #expect(outcomes.values.allSatisfy { $0.isGood })
        }

        @Test func isWaitedForByAllWhoReadIt() async throws {
            let readers = { (text: String) in
                [SchedulerTests.step("a")]
                    + ["d", "e", "f"].map { SchedulerTests.step($0, needs: ["a"], text: $0 + text) }
            }
            _ = try await bench.run(readers(""))
            lose(before: "d", times: 1)
            let outcomes = try await bench.run(readers("!"), width: 1)
            #expect(outcomes.values.allSatisfy { $0.isGood })
            #expect(bench.runner.performed.count { $0 == SchedulerTests.id("a") } == 2)
        }

        @Test func thatIsLostAgainAndAgainEndsTheReader() async throws {
            _ = try await bench.run(Self.chain(text: "c"))
            lose(before: "c", times: .max)
            let outcomes = try await bench.run(Self.chain(text: "C"))
            guard case .failed(let failure) = outcomes[SchedulerTests.id("c")] else {
                Issue.record("\(outcomes)")
                return
            }
            #expect(failure.code == "lost-output")
            #expect(failure.hint == "run again: what is lost is made again")
            #expect(bench.runner.performed.count { $0 == SchedulerTests.id("c") } == 5)
        }

        @Test func ofAnEffectIsNotMadeAgain() async throws {
            lose(before: "c", times: 1)
            let outcomes = try await bench.run([
                SchedulerTests.step("b", .effect), SchedulerTests.step("c", needs: ["b"]),
            ])
            #expect(bench.runner.performed == performed("bc"))
            #expect(outcomes[SchedulerTests.id("c")]?.isGood == false)
        }
    }
}
