package import Foundation
package import Model

/// One look of Slither at one contract.
package struct SlitherRun: Sendable {
    package var run: ToolRun
    package var drafts: [FindingDraft]
    /// What it printed; nil where it did not get so far.
    package var output: Data?

    /// Runs Slither in a scratch directory that holds the archive and nothing else.
    ///
    /// No project file nearby can change what it does, and it has nothing to fetch: the archive holds all.
    ///
    /// - Throws: ``StepFailure/cancelled``; every other end is in ``run``.
    package static func look(
        at program: CompiledProgram,
        _ scope: AuditScope,
        archive: Data,
        with tool: Tool,
        deadline: Duration,
        in world: World
    ) async throws(StepFailure) -> SlitherRun {
        var run = ToolRun(name: SlitherFindings.tool, version: tool.version, digest: tool.digest, end: .ok)
        let invocation = ToolInvocation(
            tool,
            [SlitherArchive.fileName, "--json", "-"],
            inputs: [SlitherArchive.fileName: archive],
            limits: ToolInvocation.Limits(deadline: deadline)
        )
        let result: ToolResult
        do throws(ToolError) {
            result = try await world.runTool(invocation)
        } catch {
            switch error {
            case .cancelled: throw .cancelled
            case .notFound: run.end = .missing
            case .timedOut: run.end = .timedOut
            case .couldNotStart, .tooMuchOutput, .scratchFailed: run.end = .failed
            }
            run.message = error.description
            return SlitherRun(run: run, drafts: [], output: nil)
        }
        do throws(SlitherFailure) {
            let drafts = try SlitherFindings.drafts(result.standardOutput, program, scope)
            return SlitherRun(run: run, drafts: drafts, output: result.standardOutput)
        } catch {
            run.end = .failed
            run.message = error.message.isEmpty ? result.lastWords(lines: 1) : error.message
            if run.message?.isEmpty ?? true { run.message = "it gave no result" }
            return SlitherRun(run: run, drafts: [], output: result.standardOutput)
        }
    }
}

/// Why Slither's output holds no findings, in its words; empty where it says nothing.
package struct SlitherFailure: Error, Hashable, Sendable {
    package let message: String
}
