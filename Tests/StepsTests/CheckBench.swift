import Foundation
import Model
import Processes
import Support
import Synchronization

@testable import Steps

/// Real programs in a real directory; what is digested is a disk in memory.
final class CheckBench: Sendable {
    private struct State {
        var environment: [String: String] = [:]
        var changesDuringRun: [String] = []
    }

    let root = PathText.normalized(FileManager.default.temporaryDirectory.path())
    let files: MemoryFiles
    private let state = Mutex(State())

    init() {
        files = MemoryFiles(["/usr/bin/sh": "a shell"])
        for name in ["a", "b"] { files.set(PathText.join(root, "test/\(name)"), name) }
        set([:])
    }

    /// Sets all of the environment; PATH is there unless it says otherwise.
    func set(_ environment: [String: String?]) {
        let all = ["PATH": "/usr/bin:/bin"].merging(environment.compactMapValues(\.self)) { $1 }
        state.withLock { $0.environment = all }
    }

    /// Inputs that somebody writes to while the program runs.
    var changesDuringRun: [String] {
        get { state.withLock(\.changesDuringRun) }
        set { state.withLock { $0.changesDuringRun = newValue } }
    }

    func action(
        _ script: String = "",
        program: CheckSpec.Program = .named("sh"),
        environment: Set<String> = []
    ) -> CheckAction {
        let here = FileLocation(file: "m.yaml", line: 1, column: 1)
        return CheckAction(
            CheckSpec(
                name: "unit", location: here, program: program, arguments: ["-c", script],
                inputs: [Located("test/*", at: here)], environment: environment, deadline: .seconds(60)),
            inputs: ["a", "b"].map { CheckInput(path: "test/\($0)", digest: Digest(of: Data($0.utf8))) })
    }

    func failure(_ script: String) async -> StepFailure? { await failure(action(script)) }

    func failure(_ action: CheckAction) async -> StepFailure? {
        do throws(StepFailure) {
            _ = try await step.perform(action)
            return nil
        } catch {
            return error
        }
    }

    var step: CheckStep {
        let executor = LocalExecutor(scratchBase: PathText.join(root, "scratch"))
        return CheckStep(
            world: World(
                now: { Timestamp(milliseconds: 0) },
                elapsed: { .zero },
                sleep: { _ throws(CancellationError) in },
                randomBytes: { [UInt8](repeating: 0, count: $0) },
                environment: { [self] name in state.withLock { $0.environment[name] } },
                files: files.access,
                runTool: { [self] invocation throws(ToolError) in
                    let result = try await executor.run(invocation)
                    for path in changesDuringRun { files.damage(PathText.join(root, path)) }
                    return result
                },
                startService: { invocation throws(ToolError) in throw .notFound(program: invocation.program)
                },
                http: { _ throws(HTTPError) in throw HTTPError(.notSent, "there is no network") }
            ),
            root: root
        )
    }
}
