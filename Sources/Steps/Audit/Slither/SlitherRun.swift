package import Foundation
package import Model

/// One look of Slither at one contract.
package struct SlitherRun: Sendable {
    package var run: ToolRun
    package var drafts: [FindingDraft]
    /// What it printed; nil where it did not get so far.
    package var output: Data?

    /// Has Slither look at the archive and nothing else.
    ///
    /// - Throws: ``StepFailure/cancelled``, or ``StepFailure`` coded `scratch-io` where there is no place to work in; every
    ///   other end is in ``run``.
    package static func look(
        at program: CompiledProgram,
        _ scope: AuditScope,
        archive: Data,
        with slither: SlitherWorkers,
        deadline: Duration
    ) async throws(StepFailure) -> SlitherRun {
        let tool = slither.tool
        var run = ToolRun(name: SlitherFindings.tool, version: tool.version, digest: tool.digest, end: .ok)
        let answer: SlitherWorkers.Answer
        do throws(ToolError) {
            answer = try await slither.look(at: archive, deadline: deadline)
        } catch {
            switch error {
            case .cancelled: throw .cancelled
            case .scratchFailed(let reason): throw .scratch(reason)
            case .notFound: run.end = .missing
            case .timedOut: run.end = .timedOut
            case .couldNotStart, .tooMuchOutput, .ended: run.end = .failed
            }
            run.message = error.description
            return SlitherRun(run: run, drafts: [], output: nil)
        }
        if let reason = answer.noPlace { throw .scratch(reason) }
        let output = Data(answer.output.utf8)
        if let fault = answer.fault {
            run.end = .failed
            run.message = fault
            return SlitherRun(run: run, drafts: [], output: output)
        }
        do throws(SlitherFailure) {
            let drafts = try SlitherFindings.drafts(output, program, scope)
            return SlitherRun(run: run, drafts: drafts, output: output)
        } catch {
            let said = answer.errors.isEmpty ? answer.output : answer.errors
            let words = said.split(whereSeparator: \.isNewline).last { !$0.allSatisfy(\.isWhitespace) }
            run.end = .failed
            run.message =
                [error.message, words.map(String.init) ?? ""].first { !$0.isEmpty }
                ?? "it gave no result"
            return SlitherRun(run: run, drafts: [], output: output)
        }
    }
}

/// Why Slither's output holds no findings, in its words; empty where it says nothing.
package struct SlitherFailure: Error, Hashable, Sendable {
    package let message: String
}
