internal import Synchronization

/// A value that somebody sets once and any number of tasks wait for.
final class Awaited<Value: Sendable>: Sendable {
    private struct State {
        var value: Value?
        var lastWaiter = 0
        var waiting: [Int: CheckedContinuation<Value?, Never>] = [:]
        /// Waiters whose task was cancelled before they could be put down as waiting.
        var gone: Set<Int> = []
    }

    private let state = Mutex(State())

    /// Sets the value; a second one is ignored.
    func resolve(_ value: Value) {
        let waiting = state.withLock { state in
            guard state.value == nil else { return [CheckedContinuation<Value?, Never>]() }
            state.value = value
            defer { state.waiting = [:] }
            return Array(state.waiting.values)
        }
        for waiter in waiting { waiter.resume(returning: value) }
    }

    /// The value once it is there; nil where the task is cancelled first.
    func value() async -> Value? {
        let waiter = state.withLock { state in
            state.lastWaiter += 1
            return state.lastWaiter
        }
        let value = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let ready: Value?? = state.withLock { state in
                    if let value = state.value { return .some(value) }
                    if state.gone.contains(waiter) { return .some(nil) }
                    state.waiting[waiter] = continuation
                    return nil
                }
                if let ready { continuation.resume(returning: ready) }
            }
        } onCancel: {
            let continuation = state.withLock { state in
                state.gone.insert(waiter)
                return state.waiting.removeValue(forKey: waiter)
            }
            continuation?.resume(returning: nil)
        }
        state.withLock { _ = $0.gone.remove(waiter) }
        return value
    }
}
