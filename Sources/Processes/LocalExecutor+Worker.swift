internal import Foundation
package import Model
internal import Subprocess

extension LocalExecutor {
    /// Starts a program that answers each line of its standard input by one line of its standard output.
    ///
    /// It does not outlive this process, as with ``startService(_:)``. Of the limits `outputBytes` holds for each
    /// answer; `standardInput` is not for workers. Where a request is cancelled or runs past its deadline its process
    /// group is killed, with whatever it had begun. The caller must call `stop`.
    ///
    /// - Throws: ``ToolError`` where it could not be started.
    @concurrent
    package func startWorker(_ invocation: ToolInvocation) async throws(ToolError) -> ToolWorker {
        let limit = invocation.limits.outputBytes
        let talk = WorkerTalk(limit: limit)
        let words = ServiceWords()
        let (lines, line) = AsyncStream.makeStream(of: [UInt8].self)
        let life = try await start(invocation, grace: .zero) { child in
            await child.attend(grace: .zero) { writer in
                for await line in lines {
                    // One that does not read is told by its end, or by the deadline.
                    _ = try? await writer.write(line)
                }
            } heard: { bytes in
                if let bytes, !talk.heard(bytes) { child.killGroup() }
            } complained: { bytes in
                words.complained(bytes)
            }
            talk.leave()
        } ended: { status in
            line.finish()
            talk.end(status)
        }
        let stop: @Sendable () async -> Void = {
            talk.leave()
            life.cancel()
            await life.value
        }
        return ToolWorker(
            request: { text, deadline throws(ToolError) in
                precondition(!text.contains(UInt8(ascii: "\n")), "a request is one line")
                let answer = talk.ask()
                line.yield([UInt8](text) + [UInt8(ascii: "\n")])
                switch await answer.value(within: deadline) {
                case .line(let answer): return answer
                case .ended(let status): throw .ended(status, lastWords: words.lastLine)
                case .tooLong:
                    await stop()
                    throw .tooMuchOutput(limit: limit)
                case nil:
                    await stop()
                    throw Task.isCancelled ? .cancelled : .timedOut(after: deadline)
                }
            },
            isRunning: { talk.isRunning },
            stop: stop
        )
    }
}
