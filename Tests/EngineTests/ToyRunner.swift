import Engine
import Foundation
import Model
import Synchronization

/// What a toy step does.
struct ToyWork: Sendable {
    enum Behaviour: Sendable { case succeed, fail, refuse, block, effect, unsure, waitUntilCancelled }

    var text: String
    var behaviour = Behaviour.succeed
}

/// Performs toy steps and counts what runs: an output is the step's text with its inputs' texts.
final class ToyRunner: StepRunner {
    struct Counts {
        var performed: [StepID] = []
        var now = 0
        var most = 0
    }

    let counts = Mutex(Counts())

    var performed: [StepID] { counts.withLock(\.performed) }

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
        progress: @escaping @Sendable (String) -> Void
    ) async throws(StepFailure) -> Performed {
        counts.withLock {
            $0.performed.append(step.id)
            $0.now += 1
            $0.most = max($0.most, $0.now)
        }
        defer { counts.withLock { $0.now -= 1 } }
        await Task.yield()
        switch step.work.behaviour {
        case .succeed, .effect, .refuse, .unsure: break
        case .fail: throw StepFailure(code: "toy", "it fails")
        case .block: throw StepFailure(.blocked, code: "toy", "a person decides")
        case .waitUntilCancelled:
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
