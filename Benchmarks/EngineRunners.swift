import ArgumentParser
import Engine
import Foundation
import Model
import Processes

/// What the steps of a made-up plan do.
enum Work: String, CaseIterable, ExpressibleByArgument {
    /// Nothing, in this process, never cached: what is left is the engine.
    case nothing
    /// Gives a small output; what is measured is the run after, where all of it is reused.
    case reuse
    /// Copies a file by a child process.
    case copy
}

/// Effects that do nothing.
struct NothingRunner: StepRunner {
    func isEffect(_ step: Plan<Int>.Step) -> Bool { true }

    func fingerprint(of step: Plan<Int>.Step, inputs: StepInputs) -> Fingerprint? { nil }

    func perform(
        _ step: Plan<Int>.Step,
        inputs: StepInputs,
        progress: StepProgress
    ) -> Performed { Performed(outputs: []) }

    func interpret(_ step: Plan<Int>.Step, inputs: StepInputs, outputs: StoredOutputs) -> Interpretation {
        Interpretation(facts: [])
    }
}

/// Pure steps with a fingerprint of about the size that a compilation has; every third looks at a source.
struct ReuseRunner: StepRunner {
    let sources: SourceFolder
    let files: FileAccess

    func fingerprint(
        of step: Plan<Int>.Step,
        inputs: StepInputs
    ) async throws(StepFailure) -> Fingerprint? {
        var fingerprint = Fingerprint(schema: 1, kind: step.id.kind)
        fingerprint.add("tool", "benchmark 1.0.0")
        fingerprint.add("tool digest", Digest(of: Data("benchmark".utf8)).description)
        fingerprint.add(
            "settings", "{\"evmVersion\":\"cancun\",\"optimizer\":{\"enabled\":true,\"runs\":200}}")
        fingerprint.add("number", "\(step.work)")
        if step.needs.isEmpty {
            let bytes: Data?
            do throws(FileError) {
                bytes = try files.read(sources.path(step.work / 3))
            } catch {
                throw StepFailure(code: "benchmark", "\(error)")
            }
            fingerprint.add("source", Digest(of: bytes ?? Data()).description)
        }
        for need in step.needs {
            fingerprint.add("\(need)", try inputs[need].digest("out")?.description ?? "")
        }
        return fingerprint
    }

    func perform(
        _ step: Plan<Int>.Step,
        inputs: StepInputs,
        progress: StepProgress
    ) -> Performed {
        let text = String(repeating: "output \(step.work) ", count: 16)
        return Performed(outputs: [.init(name: "out", bytes: Data(text.utf8))])
    }

    func interpret(
        _ step: Plan<Int>.Step,
        inputs: StepInputs,
        outputs: StoredOutputs
    ) throws(StepFailure) -> Interpretation {
        _ = try outputs.bytes("out")
        return Interpretation(facts: [])
    }
}

/// Pure steps that each copy a source by `/bin/cp`.
struct CopyRunner: StepRunner {
    let sources: SourceFolder
    /// Where copies go, relative to the sources' root.
    let output: String
    let executor: LocalExecutor

    func fingerprint(of step: Plan<Int>.Step, inputs: StepInputs) -> Fingerprint? {
        var fingerprint = Fingerprint(schema: 1, kind: step.id.kind)
        fingerprint.add("source", sources.path(step.work))
        return fingerprint
    }

    func perform(
        _ step: Plan<Int>.Step,
        inputs: StepInputs,
        progress: StepProgress
    ) async throws(StepFailure) -> Performed {
        let copy = "\(output)/\(SourceFolder.name(step.work)).1"
        let result: ToolResult
        do throws(ToolError) {
            result = try await executor.run(
                ToolInvocation(
                    program: "/bin/cp",
                    arguments: [sources.path(step.work), copy],
                    workingDirectory: sources.root
                )
            )
        } catch {
            throw StepFailure(code: "benchmark", "\(error)")
        }
        guard result.status == .exited(0) else {
            throw StepFailure(code: "benchmark", "cp: \(result.lastWords())")
        }
        return Performed(outputs: [])
    }

    func interpret(_ step: Plan<Int>.Step, inputs: StepInputs, outputs: StoredOutputs) -> Interpretation {
        Interpretation(facts: [])
    }
}
