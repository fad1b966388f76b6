package import Engine
import Foundation
package import Model

/// What a check step stores, by the names of its outputs.
package enum CheckOutput {
    package static let standardOutput = "stdout.txt"
    package static let standardError = "stderr.txt"
    /// A JSON list of paths; only where inputs changed while the check ran.
    package static let changedInputs = "changed-inputs.json"
}

/// Runs a program of the team's own in the project's root; its status says whether others may go on.
package struct CheckStep: Sendable {
    /// Counts up with every change of what is stored.
    private static let schema = 1
    /// The most bytes of each stream: all of it is kept.
    private static let outputBytes = 16 << 20

    private let world: World
    private let root: String

    /// `root` is the project's, an absolute path.
    package init(world: World, root: String) {
        self.world = world
        self.root = root
    }

    /// What decides whether an earlier pass stands in.
    ///
    /// PATH counts, since it decides which programs this one finds; HOME, where caches and settings are, counts only where
    /// the check lists it. Values of variables are there by digest: one may be a secret.
    ///
    /// - Throws: ``StepFailure`` of the kind `environment`, coded `no-program`, where there is no such program.
    package func fingerprint(_ action: CheckAction) throws(StepFailure) -> Fingerprint {
        let program = try ProgramFile.find(action.program, root: root, in: world)
        var fingerprint = Fingerprint(schema: Self.schema, kind: .check)
        fingerprint.add("name", action.name)
        fingerprint.add("program", program.name)
        fingerprint.add("program digest", program.digest.description)
        for (number, word) in zip(1..., action.arguments) { fingerprint.add("argument \(number)", word) }
        for input in action.inputs { fingerprint.add("input \(input.path)", input.digest.description) }
        for name in action.environment.union(["PATH"]).sorted() {
            let value = name == "PATH" ? ProgramFile.searchPath(world) : world.environment(name)
            fingerprint.add(
                "environment \(name)", value.map { Digest(of: Data($0.utf8)).description } ?? "not set")
        }
        fingerprint.add("deadline", "\(action.deadline.components.seconds) s")
        return fingerprint
    }

    /// Runs the program with nothing on its standard input, and with PATH, HOME and what the check lists for an environment.
    ///
    /// - Throws: ``StepFailure`` coded `check-failed` for any end but status 0; ``StepFailure/cancelled``.
    package func perform(_ action: CheckAction) async throws(StepFailure) -> Performed {
        let program = try ProgramFile.find(action.program, root: root, in: world)
        let invocation = ToolInvocation(
            program: program.path,
            arguments: action.arguments,
            environment: environment(of: action),
            workingDirectory: root,
            limits: ToolInvocation.Limits(deadline: action.deadline, outputBytes: Self.outputBytes)
        )
        let result: ToolResult
        do throws(ToolError) {
            result = try await world.runTool(invocation)
        } catch {
            throw CheckFailure.of(error, action)
        }
        guard result.status == .exited(0) else { throw CheckFailure.of(result, action) }
        var outputs = [
            Performed.NewOutput(name: CheckOutput.standardOutput, bytes: result.standardOutput),
            Performed.NewOutput(name: CheckOutput.standardError, bytes: result.standardError),
        ]
        let changed = action.inputs.filter { digest(of: $0.path) != $0.digest }.map(\.path)
        if !changed.isEmpty {
            outputs.append(
                Performed.NewOutput(name: CheckOutput.changedInputs, bytes: try WireJSON.encode(changed)))
        }
        return Performed(outputs: outputs, isReusable: changed.isEmpty)
    }

    /// Says where inputs changed while the check ran; a pass says nothing more.
    ///
    /// - Throws: ``StepFailure`` where what is stored cannot be read.
    package func interpret(
        _ action: CheckAction,
        outputs: StoredOutputs
    ) throws(StepFailure) -> Interpretation {
        guard outputs.digest(CheckOutput.changedInputs) != nil else { return Interpretation(facts: []) }
        let paths = try WireJSON.decode([String].self, from: try outputs.bytes(CheckOutput.changedInputs))
        let shown = paths.prefix(3).joined(separator: ", ") + (paths.count > 3 ? ", …" : "")
        let note = Diagnostic(
            .warning,
            "check-inputs-changed",
            "\(shown) changed while \(StepID.check(action.name)) ran, so its result counts for this run alone",
            hint: "an input is what the check reads, not what it writes"
        )
        return Interpretation(facts: [.note(note)])
    }

    private func environment(of action: CheckAction) -> [String: String] {
        var environment: [String: String] = [:]
        for name in action.environment.union(["HOME"]) { environment[name] = world.environment(name) }
        environment["PATH"] = ProgramFile.searchPath(world)
        return environment
    }

    /// nil where it cannot be read any more.
    private func digest(of path: String) -> Digest? {
        let read = try? world.files.read(PathText.join(root, path))
        return (read ?? nil).map { Digest(of: $0) }
    }
}
