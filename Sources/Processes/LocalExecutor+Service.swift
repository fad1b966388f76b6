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
        let words = ServiceWords()
        let input = [UInt8](invocation.standardInput)
        let grace = Duration.seconds(2)
        let life = try await start(invocation, grace: grace) { child in
            await child.attend(grace: grace) { writer in
                // The pipe stays open: the library closes it when the service has ended.
                _ = try? await writer.write(input)
            } heard: { bytes in
                if let bytes { words.heard(bytes) } else { words.end() }
            } complained: { bytes in
                words.complained(bytes)
            }
        } ended: { _ in
            words.end()
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
}
