internal import Foundation
internal import Model
internal import Synchronization

/// What is said between us and a worker: one line each way in turn.
final class WorkerTalk: Sendable {
    enum Answer: Sendable {
        case line(Data)
        case tooLong
        case ended(ToolResult.Status)
    }

    private struct State {
        var part = Data()
        /// Who waits for an answer.
        var asked: Awaited<Answer>?
        var isRunning = true
        /// How it ended; nil until that is known.
        var status: ToolResult.Status?
    }

    /// The most bytes of an answer.
    private let limit: Int
    private let state = Mutex(State())

    init(limit: Int) { self.limit = limit }

    /// Whether there is somebody to ask.
    var isRunning: Bool { state.withLock(\.isRunning) }

    /// Where the answer to the next line will be; nothing was asked yet.
    func ask() -> Awaited<Answer> {
        let answer = Awaited<Answer>()
        let status = state.withLock { state in
            state.asked = answer
            return state.status
        }
        if let status { answer.resolve(.ended(status)) }
        return answer
    }

    /// Takes bytes of standard output.
    ///
    /// Returns false for bytes that nobody asked for and for too many: whoever writes such has lost the thread, and what
    /// it says next could be taken for the answer to something else.
    func heard(_ bytes: Data) -> Bool {
        let (answer, asked): (Answer?, Awaited<Answer>?) = state.withLock { state in
            guard state.isRunning, let asked = state.asked else { return (nil, nil) }
            let end = bytes.firstIndex(of: UInt8(ascii: "\n"))
            let isAll = end.map { bytes.index(after: $0) == bytes.endIndex } ?? true
            state.part += bytes[..<(end ?? bytes.endIndex)]
            let answer: Answer? =
                if state.part.count > limit { .tooLong } else if end != nil { .line(state.part) } else { nil }
            if answer != nil {
                state.part = Data()
                state.asked = nil
            }
            if !isAll { state.isRunning = false }
            return (answer, asked)
        }
        if let answer { asked?.resolve(answer) }
        if case .tooLong = answer { return false }
        return asked != nil && isRunning
    }

    /// Nobody is to ask any more.
    func leave() { state.withLock { $0.isRunning = false } }

    /// Says that it is gone, and how it ended.
    func end(_ status: ToolResult.Status) {
        let asked = state.withLock { state in
            state.isRunning = false
            state.status = status
            defer { state.asked = nil }
            return state.asked
        }
        asked?.resolve(.ended(status))
    }
}

extension Awaited {
    /// The value; nil where it is not there in time or the task is cancelled.
    func value(within deadline: Duration) async -> Value? {
        await withTaskGroup(of: Value?.self) { group in
            group.addTask { await self.value() }
            group.addTask {
                _ = await passes(deadline)
                return nil
            }
            defer { group.cancelAll() }
            return await group.next() ?? nil
        }
    }
}
