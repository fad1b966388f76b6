import Foundation
import Model
import Synchronization

/// A world whose only programs are fake workers, which answer as they are told to and can be made to end.
final class FakeWorkers: Sendable {
    struct Asked: Sendable {
        var worker: Int
        var line: Data
        var deadline: Duration
    }

    private struct State {
        var started: [ToolInvocation] = []
        var asked: [Asked] = []
        var dead: Set<Int> = []
        var stopped: Set<Int> = []
    }

    private let state = Mutex(State())
    private let answer: @Sendable (Data, Duration) async throws(ToolError) -> Data

    init(_ answer: @escaping @Sendable (Data, Duration) async throws(ToolError) -> Data) {
        self.answer = answer
    }

    var started: [ToolInvocation] { state.withLock(\.started) }
    var asked: [Asked] { state.withLock(\.asked) }
    /// The numbers of those that were stopped, from 0.
    var stopped: Set<Int> { state.withLock(\.stopped) }

    /// Has a worker end by itself.
    func kill(_ worker: Int) { state.withLock { _ = $0.dead.insert(worker) } }

    func start(_ invocation: ToolInvocation) throws(ToolError) -> ToolWorker {
        let number = state.withLock { state in
            state.started.append(invocation)
            return state.started.count - 1
        }
        return ToolWorker(
            request: { [self] line, deadline throws(ToolError) in
                state.withLock { $0.asked.append(Asked(worker: number, line: line, deadline: deadline)) }
                do throws(ToolError) {
                    return try await answer(line, deadline)
                } catch {
                    kill(number)
                    throw error
                }
            },
            isRunning: { [self] in state.withLock { !$0.dead.contains(number) } },
            stop: { [self] in
                state.withLock {
                    $0.dead.insert(number)
                    $0.stopped.insert(number)
                }
            }
        )
    }

    var world: World {
        World(
            now: { Timestamp(milliseconds: 0) },
            elapsed: { .zero },
            sleep: { _ throws(CancellationError) in },
            randomBytes: { Array(repeating: 0, count: $0) },
            environment: { _ in nil },
            files: FileAccess(
                read: { _ throws(FileError) in nil },
                write: { path, _, _ throws(FileError) in throw FileError(path: path, reason: "no disk") },
                kind: { _ in nil },
                list: { _ throws(FileError) in [] },
                remove: { _ throws(FileError) in },
                resolved: { _ in nil }
            ),
            runTool: { invocation throws(ToolError) in throw .notFound(program: invocation.program) },
            startService: { invocation throws(ToolError) in throw .notFound(program: invocation.program) },
            startWorker: { [self] invocation throws(ToolError) in try start(invocation) },
            http: { _ throws(HTTPError) in throw HTTPError(.notSent, "no network") }
        )
    }
}
