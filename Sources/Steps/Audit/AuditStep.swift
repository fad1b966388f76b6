package import Engine
import Foundation
package import Model

/// Runs the audit tools over one compiled contract.
package struct AuditStep: Sendable {
    /// Counts up with every change of what is stored.
    private static let schema = 1

    private let slither: SlitherWorkers?
    private let slitherMissing: String
    private let deadline: Duration

    /// Takes the tools that there are.
    ///
    /// `slitherMissing` says why there is no Slither, where there is none; `deadline` is for one look of it.
    package init(
        slither: SlitherWorkers?,
        slitherMissing: String = "it is not installed: run hyperkit toolchain install",
        deadline: Duration = .seconds(300)
    ) {
        self.slither = slither
        self.slitherMissing = slitherMissing
        self.deadline = deadline
    }

    /// What decides whether stored findings stand in: no policy is part of it, since policies only judge them.
    ///
    /// - Throws: ``StepFailure`` coded `lost-output` where the compile step's outputs are not there.
    package func fingerprint(
        _ action: AuditAction,
        inputs: StepInputs
    ) throws(StepFailure) -> Fingerprint {
        let compiled = try inputs[action.compile]
        var fingerprint = Fingerprint(schema: Self.schema, kind: .audit)
        fingerprint.add("contract", action.contract.description)
        let read = [CompileOutput.standardInput, CompileOutput.standardOutput, CompileOutput.compilation]
        for name in read {
            guard let digest = compiled.digest(name) else {
                throw StepFailure(code: "lost-output", "there is no output '\(name)'")
            }
            fingerprint.add(name, digest.description)
        }
        for tool in action.tools {
            switch tool {
            case CompilerWarnings.tool: fingerprint.add("tool solc", "as compiled")
            case OwnDetectors.tool: fingerprint.add("tool hyperkit", String(OwnDetectors.version))
            case SlitherFindings.tool:
                fingerprint.add("tool slither", slither?.tool.version ?? "missing: \(slitherMissing)")
                if let slither {
                    fingerprint.add("tool slither digest", slither.tool.digest.description)
                    fingerprint.add("tool slither runner", SlitherWorkers.scriptDigest.description)
                }
                fingerprint.add("tool slither deadline", "\(deadline.components.seconds) s")
            default: fingerprint.add("tool \(tool)", "unknown")
            }
        }
        return fingerprint
    }

    /// Runs every tool that some gate names; how each ended is part of the result and never a failure of the step.
    ///
    /// - Throws: ``StepFailure`` where the compile step's outputs cannot be read, or ``StepFailure/cancelled``.
    package func perform(
        _ action: AuditAction,
        inputs: StepInputs,
        progress: @escaping @Sendable (String) -> Void
    ) async throws(StepFailure) -> Performed {
        let compiled = try inputs[action.compile]
        let compilation = try CompilationV1.read(compiled)
        guard compilation.compilerName != "vyper" else {
            let runs = action.tools.map { tool in
                ToolRun(
                    name: tool, version: "", end: .unsupported,
                    message: "it cannot read what \(compilation.compilerName) compiles"
                )
            }
            return Performed(outputs: [try Self.output(AuditV1(tools: runs, findings: []))])
        }
        let standardInput = try compiled.bytes(CompileOutput.standardInput)
        let standardOutput = try compiled.bytes(CompileOutput.standardOutput)
        let program = try CompiledProgram(
            standardInput: standardInput,
            standardOutput: standardOutput,
            contractName: action.contract.description,
            path: compilation.path,
            name: compilation.name
        )
        let inheritance = Inheritance(program)
        let scope = AuditScope(program, inheritance)
        var runs: [ToolRun] = []
        var drafts: [FindingDraft] = []
        var outputs: [Performed.NewOutput] = []
        for tool in action.tools {
            progress(tool)
            switch tool {
            case CompilerWarnings.tool:
                drafts += CompilerWarnings.drafts(program, scope)
                runs.append(
                    ToolRun(
                        name: tool,
                        version: compilation.compilerVersion,
                        digest: compilation.compilerDigest,
                        end: .ok
                    )
                )
            case OwnDetectors.tool:
                let result = OwnDetectors.examine(program, inheritance, scope)
                drafts += result.drafts
                runs.append(Self.ownRun(result))
            case SlitherFindings.tool:
                let looked = try await slitherRun(
                    program, scope, standardInput, standardOutput, compilation.compilerVersion)
                drafts += looked.drafts
                runs.append(looked.run)
                if let output = looked.output {
                    outputs.append(Performed.NewOutput(name: AuditOutput.slither, bytes: output))
                }
            default:
                runs.append(
                    ToolRun(name: tool, version: "", end: .missing, message: "hyperkit has no tool '\(tool)'")
                )
            }
        }
        let findings = FindingMerge.merged(FindingIdentity(program).findings(from: drafts))
        return Performed(
            outputs: [try Self.output(AuditV1(tools: runs, findings: findings))] + outputs,
            isReusable: runs.allSatisfy(Self.endsSoAgain)
        )
    }

    /// Whether a tool would end the same way again; one that failed or ran out of time may do better the next time.
    private static func endsSoAgain(_ run: ToolRun) -> Bool {
        switch run.end {
        case .ok, .unsupported: true
        case .failed, .timedOut, .missing: run.name == OwnDetectors.tool
        }
    }

    /// What the gates make of the findings: a pure function of what is stored and of the policies.
    ///
    /// - Throws: ``StepFailure`` where what is stored cannot be read.
    package func interpret(
        _ action: AuditAction,
        inputs: StepInputs,
        outputs: StoredOutputs
    ) throws(StepFailure) -> Interpretation {
        let audit = try AuditV1.decoded(try outputs.bytes(AuditOutput.findings))
        let runtime = try inputs[action.compile].outputs.first { $0.name == CompileOutput.runtimeCode }
        guard let runtime else {
            throw StepFailure(code: "lost-output", "there is no output '\(CompileOutput.runtimeCode)'")
        }
        return AuditVerdicts.interpretation(
            of: audit,
            for: action,
            codeDigest: runtime.digest,
            runtimeCodeBytes: runtime.bytes
        )
    }

    private func slitherRun(
        _ program: CompiledProgram,
        _ scope: AuditScope,
        _ standardInput: Data,
        _ standardOutput: Data,
        _ compilerVersion: String
    ) async throws(StepFailure) -> SlitherRun {
        guard let slither else {
            let run = ToolRun(
                name: SlitherFindings.tool, version: "", end: .missing, message: slitherMissing)
            return SlitherRun(run: run, drafts: [], output: nil)
        }
        let archive: Data
        do throws(JSONTextError) {
            archive = try SlitherArchive.text(
                standardInput: standardInput,
                standardOutput: standardOutput,
                compilerVersion: compilerVersion
            )
        } catch {
            throw StepFailure(
                code: "compile-output", "the compiler's output cannot be read: \(error.message)")
        }
        return try await SlitherRun.look(
            at: program, scope, archive: archive, with: slither, deadline: deadline)
    }

    private static func ownRun(_ result: OwnDetectors.Result) -> ToolRun {
        let version = String(OwnDetectors.version)
        guard !result.unfinished.isEmpty else {
            return ToolRun(name: OwnDetectors.tool, version: version, end: .ok)
        }
        let names = result.unfinished.joined(separator: ", ")
        return ToolRun(
            name: OwnDetectors.tool, version: version, end: .failed,
            message: "too large to be followed to the end: \(names)"
        )
    }

    private static func output(_ audit: AuditV1) throws(StepFailure) -> Performed.NewOutput {
        Performed.NewOutput(name: AuditOutput.findings, bytes: try audit.encoded())
    }
}
