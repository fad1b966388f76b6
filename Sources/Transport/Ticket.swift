internal import Model
internal import Synchronization

/// What an exchange gave: the answer, and where it redirects to.
struct Exchange: Sendable {
    var reply: HTTPReply
    var redirect: String?
}

/// One request on its way, and the task that waits for it.
final class Ticket: Sendable {
    private enum State {
        case fresh
        case waiting(CheckedContinuation<Result<Exchange, HTTPError>, Never>)
        case settled
    }

    let request: HTTPRequest
    private let state = Mutex(State.fresh)
    private let cancelled = Atomic(false)

    init(_ request: HTTPRequest) { self.request = request }

    var isCancelled: Bool { cancelled.load(ordering: .acquiring) }

    func cancel() { cancelled.store(true, ordering: .releasing) }

    /// Puts down who is to be told.
    func wait(_ continuation: CheckedContinuation<Result<Exchange, HTTPError>, Never>) {
        state.withLock { $0 = .waiting(continuation) }
    }

    /// Tells the waiting task; only the first result counts.
    func settle(_ result: Result<Exchange, HTTPError>) {
        let waiting: CheckedContinuation<Result<Exchange, HTTPError>, Never>? = state.withLock { state in
            guard case .waiting(let continuation) = state else { return nil }
            state = .settled
            return continuation
        }
        waiting?.resume(returning: result)
    }
}
