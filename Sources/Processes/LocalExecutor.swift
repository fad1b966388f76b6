internal import Foundation
internal import Glibc
package import Model
internal import Subprocess

/// Runs tools as child processes of this one, each in a session of its own.
///
/// What a child leaves behind in its process group is killed when it ends, however it ends. A descendant that made a
/// session of its own is out of reach.
package struct LocalExecutor: Sendable {
    /// Where scratch directories are made; an absolute path.
    let scratchBase: String

    /// - Parameter scratchBase: A directory for scratch directories; it is made when it is first needed.
    package init(scratchBase: String) {
        self.scratchBase = scratchBase
        // A child that does not read its input must give an error here, not end this process.
        _ = signal(SIGPIPE, SIG_IGN)
    }

    /// Removes what processes that were killed have left in a directory for scratch directories.
    ///
    /// What a living process uses is locked, and stays.
    package static func clearLeftovers(in scratchBase: String) { ScratchFolder.sweep(scratchBase) }

    /// Runs a program to its end.
    ///
    /// A status other than 0 and an end by a signal are results. A cancelled task throws `cancelled` even where the
    /// program had just ended.
    ///
    /// - Throws: ``ToolError``: `timedOut`, `tooMuchOutput` and `cancelled` after the whole process group is gone.
    @concurrent
    package func run(_ invocation: ToolInvocation) async throws(ToolError) -> ToolResult {
        guard !Task.isCancelled else { throw .cancelled }
        let place = try Workplace(for: invocation, under: scratchBase)
        defer { place.clear() }
        let limits = invocation.limits
        let input = [UInt8](invocation.standardInput)
        let (status, capture) = try await Self.spawn(invocation, in: place, grace: .seconds(1)) { child in
            await child.capture(feeding: input, within: limits)
        }
        switch capture.interruption {
        case .deadline: throw .timedOut(after: limits.deadline)
        case .flood: throw .tooMuchOutput(limit: limits.outputBytes)
        case .cancellation: throw .cancelled
        case nil: break
        }
        guard !Task.isCancelled else { throw .cancelled }
        return ToolResult(
            status: status,
            standardOutput: capture.output,
            standardError: capture.errors,
            outputs: try place.read(invocation.outputs, limit: limits.outputBytes)
        )
    }

    /// Starts the program and has `body` look after it; the program is dead and reaped afterwards.
    ///
    /// Where the task is cancelled the process group is asked to end, and killed after `grace`.
    static func spawn<Result: Sendable>(
        _ invocation: ToolInvocation,
        in place: Workplace,
        grace: Duration,
        _ body: @Sendable (Child) async -> Result
    ) async throws(ToolError) -> (ToolResult.Status, Result) {
        let configuration = try Configuration(invocation, workingDirectory: place.path, grace: grace)
        do {
            let ended = try await Subprocess.run(
                configuration,
                input: .inputWriter,
                output: .sequence,
                error: .sequence
            ) { child in
                let result = await body(child)
                child.killGroup()
                return result
            }
            let status: ToolResult.Status =
                switch ended.terminationStatus {
                case .exited(let code): .exited(code)
                case .signaled(let number): .signalled(number)
                }
            return (status, ended.closureResult)
        } catch {
            throw ToolError(error, starting: invocation.program, in: place.path)
        }
    }
}
