internal import Foundation
internal import Glibc
internal import Model
internal import Subprocess

extension LocalExecutor {
    /// Starts a program that does not outlive this process, and has `body` look after it.
    ///
    /// Returns once it has started. The task that is returned ends it when it is cancelled; when the task is over, it is
    /// gone, with its scratch directory, and `ended` was told how.
    ///
    /// - Throws: ``ToolError`` where it could not be started.
    func start(
        _ invocation: ToolInvocation,
        grace: Duration,
        _ body: @escaping @Sendable (Child) async -> Void,
        ended: @escaping @Sendable (ToolResult.Status) -> Void
    ) async throws(ToolError) -> Task<Void, Never> {
        guard !Task.isCancelled else { throw .cancelled }
        let program = try await boundToUs(invocation)
        let place = try Workplace(for: invocation, under: scratchBase)
        let start = Awaited<ToolError?>()
        // Not a child task: it lives until it is stopped, whoever started it.
        let life = Task.detached {
            var status = ToolResult.Status.signalled(SIGKILL)
            do throws(ToolError) {
                (status, _) = try await Self.spawn(program, in: place, grace: grace) { child in
                    start.resolve(nil)
                    await body(child)
                }
            } catch {
                start.resolve(error)
            }
            place.clear()
            ended(status)
        }
        // In a task of its own, which nobody cancels: a start that nobody waits for would be a leak.
        if let failure = await Task.detached(operation: { await start.value() }).value ?? nil {
            await life.value
            throw failure
        }
        return life
    }

    /// The invocation behind `setpriv --pdeathsig KILL`, where there is a `setpriv` that knows it.
    private func boundToUs(_ invocation: ToolInvocation) async throws(ToolError) -> ToolInvocation {
        // Behind setpriv these would be an exit status.
        _ = try Configuration(invocation, workingDirectory: "/", grace: .zero)
        guard FileManager.default.isExecutableFile(atPath: invocation.program) else {
            throw ToolError(diagnosing: invocation.program)
        }
        for program in ["/usr/bin/setpriv", "/bin/setpriv"] {
            guard
                let help = try? await run(ToolInvocation(program: program, arguments: ["--help"])),
                String(decoding: help.standardOutput, as: UTF8.self).contains("--pdeathsig")
            else { continue }
            var bound = invocation
            bound.program = program
            bound.arguments = ["--pdeathsig", "KILL", "--", invocation.program] + invocation.arguments
            return bound
        }
        return invocation
    }
}

extension Execution where Input == CustomWriteInput, Output == SequenceOutput, Error == SequenceOutput {
    /// Talks with a program until it ends or the task is cancelled; it has ended when this returns.
    ///
    /// `heard` gets nil at the end of standard output. Cancelled, it asks the process group to end, and makes it after
    /// `grace`.
    func attend(
        grace: Duration,
        feeding feed: @escaping @Sendable (StandardInputWriter) async -> Void,
        heard: @escaping @Sendable (Data?) -> Void,
        complained: @escaping @Sendable (Data) -> Void
    ) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await feed(standardInputWriter) }
            group.addTask {
                await hear(standardOutput, heard)
                heard(nil)
            }
            group.addTask { await hear(standardError, complained) }
            let exit = Awaited<Void>()
            group.addTask {
                await waitForExit()
                exit.resolve(())
            }
            if await exit.value() == nil { await end(grace: grace) }
            killGroup()
            group.cancelAll()
        }
    }
}

/// Hands on what a stream gives, to its end.
private func hear(_ stream: SubprocessOutputSequence, _ take: @Sendable (Data) -> Void) async {
    do {
        for try await buffer in stream { take(unsafe buffer.withUnsafeBytes { unsafe Data($0) }) }
    } catch {
        // A stream that cannot be read any more is at its end.
    }
}
