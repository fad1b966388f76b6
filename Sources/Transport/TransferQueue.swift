internal import Model
internal import Synchronization

/// The way from the tasks that send to the thread that transfers.
final class TransferQueue: Sendable {
    private struct State {
        var arrivals: [Ticket] = []
        var isStopped = false
        var hasEnded = false
        var watchers: [CheckedContinuation<Void, Never>] = []
        /// Rouses the thread; nil before it runs and after it has ended.
        var alarm: WakeUp?
    }

    /// What there is for the thread to do.
    struct Work {
        var arrivals: [Ticket]
        var isStopped: Bool
    }

    private let state = Mutex(State())

    /// Hands a request to the thread and waits for what becomes of it.
    func exchange(_ request: HTTPRequest) async throws(HTTPError) -> Exchange {
        let ticket = Ticket(request)
        return try await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                ticket.wait(continuation)
                let isOpen = state.withLock { state in
                    guard !state.isStopped else { return false }
                    state.arrivals.append(ticket)
                    state.alarm?.ring()
                    return true
                }
                if !isOpen { ticket.settle(.failure(HTTPError(.notSent, "the HTTP client was shut down"))) }
            }
        } onCancel: {
            ticket.cancel()
            state.withLock { $0.alarm?.ring() }
        }.get()
    }

    /// Asks the thread to end; requests that it has are settled as cancelled.
    func stop() {
        state.withLock { state in
            state.isStopped = true
            state.alarm?.ring()
        }
    }

    /// Returns when the thread has ended.
    func ended() async {
        await withCheckedContinuation { continuation in
            let hasEnded = state.withLock { state in
                if !state.hasEnded { state.watchers.append(continuation) }
                return state.hasEnded
            }
            if hasEnded { continuation.resume() }
        }
    }

    /// Of the thread: says how it is roused; nil is its last word.
    func attach(_ alarm: WakeUp?) {
        let watchers = state.withLock { state in
            state.alarm = alarm
            state.hasEnded = alarm == nil
            guard alarm == nil else { return [CheckedContinuation<Void, Never>]() }
            defer { state.watchers = [] }
            return state.watchers
        }
        for watcher in watchers { watcher.resume() }
    }

    /// Of the thread: takes what has arrived.
    func take() -> Work {
        state.withLock { state in
            defer { state.arrivals = [] }
            return Work(arrivals: state.arrivals, isStopped: state.isStopped)
        }
    }
}
