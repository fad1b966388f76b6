import Engine
import Foundation
import Model
import Synchronization

/// What a toy step does.
struct ToyWork: Sendable {
    enum Behaviour: Hashable, Sendable {
        case succeed, fail, refuse, block, unavailable, effect, unsure, waitUntilCancelled
        case failForCertain
        /// The first attempts fail in a way that may pass.
        case failPassing(times: Int)
        case batch, failInBatch
        /// Gives its output early, and ends when the other step has run; then it fails or not.
        case early(until: StepID, fails: Bool)
    }

    var text: String
    var behaviour = Behaviour.succeed
}

/// Performs toy steps and counts what runs: an output is the step's text with its inputs' texts.
final class ToyRunner: StepRunner {
    struct Counts {
        var performed: [StepID] = []
        var batches: [Int] = []
        var now = 0
        var most = 0
    }

    let counts = Mutex(Counts())
    /// What happens to the world just before a step reads its inputs.
    let ahead = Mutex<@Sendable (StepID) -> Void>({ _ in })

    var performed: [StepID] { counts.withLock(\.performed) }
    /// How many steps each batch had.
    var batches: [Int] { counts.withLock(\.batches) }

    func isEffect(_ step: Plan<ToyWork>.Step) -> Bool { step.work.behaviour == .effect }

    func batch(of step: Plan<ToyWork>.Step) -> Batch? {
        [.batch, .failInBatch].contains(step.work.behaviour) ? Batch(key: "toys", most: 8) : nil
    }

    func perform(together members: [Performing<ToyWork>]) async -> [Result<Performed, StepFailure>] {
        counts.withLock { $0.batches.append(members.count) }
        var results: [Result<Performed, StepFailure>] = []
        for member in members {
            do throws(StepFailure) {
                let performed = try await perform(
                    member.step, inputs: member.inputs, progress: member.progress)
                results.append(.success(performed))
            } catch {
                results.append(.failure(error))
            }
        }
        return results
    }

    func fingerprint(
        of step: Plan<ToyWork>.Step,
        inputs: StepInputs
    ) async throws(StepFailure) -> Fingerprint? {
        if case .effect = step.work.behaviour { return nil }
        var fingerprint = Fingerprint(schema: 1, kind: step.id.kind)
        fingerprint.add("text", step.work.text)
        for need in step.needs {
            fingerprint.add("\(need)", try inputs[need].digest("out")?.description ?? "")
        }
        return fingerprint
    }

    func perform(
        _ step: Plan<ToyWork>.Step,
        inputs: StepInputs,
        progress: StepProgress
    ) async throws(StepFailure) -> Performed {
        counts.withLock {
            $0.performed.append(step.id)
            $0.now += 1
            $0.most = max($0.most, $0.now)
        }
        defer { counts.withLock { $0.now -= 1 } }
        await Task.yield()
        ahead.withLock(\.self)(step.id)
        switch step.work.behaviour {
        case .succeed, .effect, .refuse, .unsure, .batch: break
        case .fail, .failInBatch: throw StepFailure(code: "toy", "it fails")
        case .failForCertain: throw StepFailure(code: "toy", "it fails", recurrence: .certain)
        case .failPassing(let times):
            guard counts.withLock({ counts in counts.performed.count { $0 == step.id } }) > times else {
                throw StepFailure(code: "toy", "it fails", recurrence: .passing)
            }
        case .unavailable: throw StepFailure(.unavailable, code: "toy", "nobody answers")
        case .block: throw StepFailure(.blocked, code: "toy", "a person decides")
        case .early(let other, let fails):
            try progress.handedOver()
            try progress.usable([.init(name: "out", bytes: Data("early".utf8))])
            while !counts.withLock({ $0.performed.contains(other) }), !Task.isCancelled { await Task.yield() }
            if fails { throw StepFailure(code: "toy", "it fails late") }
        case .waitUntilCancelled:
            progress("looking")
            progress("waiting for a block")
            while !Task.isCancelled { await Task.yield() }
            throw .cancelled
        }
        var text = step.work.text
        for need in step.needs {
            text += "+" + String(decoding: try inputs[need].bytes("out"), as: UTF8.self)
        }
        let isSure = if case .unsure = step.work.behaviour { false } else { true }
        return Performed(
            outputs: [.init(name: "out", bytes: Data(text.utf8))],
            isReusable: isSure,
            reason: "toy"
        )
    }

    func interpret(
        _ step: Plan<ToyWork>.Step,
        inputs: StepInputs,
        outputs: StoredOutputs
    ) async throws(StepFailure) -> Interpretation {
        _ = try outputs.bytes("out")
        if case .refuse = step.work.behaviour { return Interpretation(facts: [], refusal: "refused") }
        return Interpretation(facts: [])
    }
}

/// A clock that stands still but for sleeps, which take no real time: each moves it on.
final class ToyClock: Sendable {
    private struct State {
        var now = Duration.zero
        var slept: [Duration] = []
        var ahead: @Sendable () async -> Void = {}
    }

    private let state = Mutex(State())

    var slept: [Duration] { state.withLock(\.slept) }

    /// Makes every sleep last until `ahead` returns.
    func wait(_ ahead: @escaping @Sendable () async -> Void) { state.withLock { $0.ahead = ahead } }

    func advance(_ duration: Duration) { state.withLock { $0.now += duration } }

    var engine: EngineClock {
        EngineClock(
            elapsed: { self.state.withLock(\.now) },
            now: {
                Timestamp(milliseconds: Int64(self.state.withLock(\.now) / .milliseconds(1)))
            },
            sleep: { duration throws(CancellationError) in
                await self.state.withLock(\.ahead)()
                guard !Task.isCancelled else { throw CancellationError() }
                self.state.withLock {
                    $0.now += duration
                    $0.slept.append(duration)
                }
            },
            fraction: { 0.5 }
        )
    }
}
