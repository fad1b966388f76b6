import Model
import Testing

@testable import Steps

/// When services are asked again; time is the bench's.
@Suite struct AskingAgainTests {
    private let bench: DeployBench

    init() throws { bench = try DeployBench() }

    /// When each exchange was, in seconds from the first, and the answer.
    private func asked(
        _ heard: [AskingAgain.Heard<Int>],
        patience: Duration
    ) async throws -> (at: [Int], answer: Int?, said: [String]) {
        let (start, world) = (bench.elapsed, bench.world)
        var (times, said): ([Int], [String]) = ([], [])
        let answer = try await AskingAgain(world: world, patience: patience).until(
            waiting: { said.append($0) },
            { () async throws(StepFailure) -> AskingAgain.Heard<Int> in
                times.append(Int((world.elapsed() - start) / .seconds(1)))
                return heard[min(times.count, heard.count) - 1]
            })
        return (times, answer, said)
    }

    @Test func waitsGrowUntilTheTimeIsOver() async throws {
        let (at, answer, said) = try await asked([.notYet("busy")], patience: .seconds(60))
        #expect(at == [0, 2, 6, 14, 29, 44, 59])
        #expect(answer == nil)
        #expect(said == Array(repeating: "busy", count: 6))
    }

    @Test func whatCameNearerIsAskedForSoon() async throws {
        let (at, answer, _) = try await asked(
            [.notYet(""), .notYet(""), .notYet("", isNearer: true), .notYet(""), .answer(7)],
            patience: .seconds(60))
        #expect(at == [0, 2, 6, 8, 12])
        #expect(answer == 7)
    }

    @Test func aServiceThatWantsToBeLeftAloneIs() async throws {
        let (at, _, _) = try await asked(
            [.notYet("", pause: .seconds(40)), .notYet("", pause: .seconds(1))], patience: .seconds(50))
        #expect(at == [0, 40, 44])
    }

    @Test func withoutPatienceThereIsOneExchange() async throws {
        let (at, answer, said) = try await asked([.notYet("busy")], patience: .zero)
        #expect(at == [0] && answer == nil && said.isEmpty)
    }
}
