internal import Foundation
package import Model
internal import Subprocess

extension LocalExecutor {
    /// Starts a program that runs until it is stopped, and returns once it has started.
    ///
    /// It does not outlive this process: its standard input is a pipe whose other end only we hold, so that it ends
    /// with us, and where util-linux's `setpriv` is there the system kills it when we die, whether it reads its input or
    /// not. `standardInput` is written first, and the pipe stays open. Of the limits only those of ``RunningService``
    /// hold. The caller must call `stop`, which is the only way to end it before this process ends.
    ///
    /// - Throws: ``ToolError`` where it could not be started.
    @concurrent
    package func startService(_ invocation: ToolInvocation) async throws(ToolError) -> RunningService {
        guard !Task.isCancelled else { throw .cancelled }
        let program = try await boundToUs(invocation)
        let place = try Workplace(for: invocation, under: scratchBase)
        let start = Awaited<ToolError?>()
        let words = ServiceWords()
        // Not a child task: it lives until `stop`, whoever started it.
        let life = Task.detached {
            do throws(ToolError) {
                _ = try await Self.spawn(program, in: place, grace: .seconds(2)) { child in
                    start.resolve(nil)
                    await child.serve(feeding: [UInt8](program.standardInput), saying: words)
                }
            } catch {
                start.resolve(error)
            }
            words.end()
            place.clear()
        }
        // In a task of its own, which nobody cancels: a start that nobody waits for would be a leak.
        if let failure = await Task.detached(operation: { await start.value() }).value ?? nil {
            await life.value
            throw failure
        }
        return RunningService(
            firstLine: { deadline in await words.firstLine(within: deadline) },
            lastWords: { words.lastWords },
            stop: {
                life.cancel()
                await life.value
            }
        )
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
    /// Listens to a service until it ends or the task is cancelled; it has ended when this returns.
    fileprivate func serve(feeding input: [UInt8], saying words: ServiceWords) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                // The pipe stays open: the library closes it when the service has ended.
                _ = try? await standardInputWriter.write(input)
            }
            group.addTask {
                do {
                    for try await buffer in standardOutput {
                        words.heard(unsafe buffer.withUnsafeBytes { unsafe Data($0) })
                    }
                } catch {
                    // A stream that cannot be read any more is at its end.
                }
                words.end()
            }
            group.addTask {
                do {
                    for try await buffer in standardError {
                        words.complained(unsafe buffer.withUnsafeBytes { unsafe Data($0) })
                    }
                } catch {
                    // As above.
                }
            }
            let exit = Awaited<Void>()
            group.addTask {
                await waitForExit()
                exit.resolve(())
            }
            if await exit.value() == nil { await end(grace: .seconds(2)) }
            killGroup()
            group.cancelAll()
        }
    }
}
