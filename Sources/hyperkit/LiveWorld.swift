import Foundation
import Glibc
import Model
import Processes
import Transport

extension Timestamp {
    /// By the system's clock.
    static var now: Timestamp {
        var now = timespec()
        _ = unsafe clock_gettime(CLOCK_REALTIME, &now)
        return Timestamp(milliseconds: Int64(now.tv_sec) * 1_000 + Int64(now.tv_nsec) / 1_000_000)
    }
}

extension World {
    /// The world as it is.
    ///
    /// - Parameter scratch: A directory for what tools need while they run; it is made when it is first needed.
    /// - Returns: Closures over this process, its disk, clocks and network.
    static func live(scratch: String) -> World {
        let start = ContinuousClock.now
        let executor = LocalExecutor(scratchBase: scratch)
        let client = HTTPClient()
        return World(
            now: { .now },
            elapsed: { ContinuousClock.now - start },
            sleep: { duration throws(CancellationError) in
                do {
                    try await Task.sleep(for: duration)
                } catch {
                    throw CancellationError()
                }
            },
            randomBytes: { count in
                var generator = SystemRandomNumberGenerator()
                return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
            },
            environment: { name in unsafe getenv(name).map { unsafe String(cString: $0) } },
            files: .live,
            runTool: { invocation throws(ToolError) in try await executor.run(invocation) },
            startService: { invocation throws(ToolError) in try await executor.startService(invocation) },
            startWorker: { invocation throws(ToolError) in try await executor.startWorker(invocation) },
            http: { request throws(HTTPError) in try await client.send(request) }
        )
    }
}
