/// When requests may go to a node: a bucket that holds one token and fills at the node's rate.
///
/// Evenly spaced requests never run into a limit of that rate, however the node measures it.
package struct RequestPace: Sendable {
    /// The time between two requests; zero where there is no limit.
    private let interval: Duration
    /// When the next token is there.
    private var next = Duration.zero

    /// - Parameter perSecond: How many requests a second are allowed; nil: as many as there are.
    package init(perSecond: Int?) { interval = perSecond.map { .seconds(1) / $0 } ?? .zero }

    /// Takes a token for each of `count` requests that go together; returns how long they have to wait for the last one.
    package mutating func take(_ count: Int, at now: Duration) -> Duration {
        let start = max(now, next) + interval * max(0, count - 1)
        next = start + interval
        return start - now
    }

    /// Lets nothing go before `time`, as the node asked.
    package mutating func hold(until time: Duration) { next = max(next, time) }
}
