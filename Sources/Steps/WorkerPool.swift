import Foundation
import Model

/// Lends warm workers, each to one request at a time.
///
/// There are never more than requests at once: a worker is started when one is asked for and none is free.
actor WorkerPool {
    private struct Warm {
        let worker: ToolWorker
        var served = 0
    }

    private let start: @Sendable () async throws(ToolError) -> ToolWorker
    /// After so many requests a worker makes room for a fresh one.
    private let lifetime: Int
    private var free: [Warm] = []
    private var isClosed = false

    init(lifetime: Int, start: @escaping @Sendable () async throws(ToolError) -> ToolWorker) {
        self.lifetime = lifetime
        self.start = start
    }

    /// Has a worker answer one line.
    ///
    /// - Throws: ``ToolError``; the worker is gone then, and nobody else's request is touched. `cancelled` where the pool
    ///   is closed.
    func request(_ line: Data, deadline: Duration) async throws(ToolError) -> Data {
        var warm = try await borrow()
        let answer: Data
        do throws(ToolError) {
            answer = try await warm.worker.request(line, deadline)
        } catch {
            // One that ended by itself has a task and a folder to be cleared still.
            await warm.worker.stop()
            throw error
        }
        warm.served += 1
        if isClosed || warm.served >= lifetime || !warm.worker.isRunning() {
            await warm.worker.stop()
        } else {
            free.append(warm)
        }
        return answer
    }

    /// Stops what is free, and every other worker when its request ends; nothing can be asked any more.
    func close() async {
        isClosed = true
        let left = free
        free = []
        for warm in left { await warm.worker.stop() }
    }

    private func borrow() async throws(ToolError) -> Warm {
        guard !isClosed else { throw .cancelled }
        while let warm = free.popLast() {
            if warm.worker.isRunning() { return warm }
            await warm.worker.stop()
            guard !isClosed else { throw .cancelled }
        }
        return Warm(worker: try await start())
    }
}
