/// When requests may go to a node: a bucket that holds one token and fills at the node's rate.
///
/// Evenly spaced requests never run into a limit of that rate, however the node measures it. Those that go together also wait
/// until so many of those before them are a second old that a node which counts within a second takes them all.
package struct RequestPace: Sendable {
    /// The time between two requests; zero where there is no limit.
    private let interval: Duration
    /// How many may go in a second; nil where there is no limit.
    private let most: Int?
    /// What went in the latest window, oldest first.
    private var sent: [(at: Duration, count: Int)] = []
    /// When the next token is there.
    private var next = Duration.zero

    /// - Parameters:
    ///   - perSecond: How many requests a second are allowed; nil: as many as there are.
    ///   - sparing: The percentage by which it stays below that: what leaves evenly need not arrive so.
    package init(perSecond: Int?, sparing: Int = 0) {
        most = perSecond
        interval = perSecond.map { .seconds(1) * (100 + sparing) / 100 / $0 } ?? .zero
    }

    /// Takes a token for each of `count` requests that go together; returns how long they have to wait for the last one.
    package mutating func take(_ count: Int, at now: Duration) -> Duration {
        var start = max(now, next) + interval * max(0, count - 1)
        if let most {
            let window = interval * most
            sent.removeAll { [start] in $0.at + window <= start }
            while let oldest = sent.first, sent.reduce(count, { $0 + $1.count }) > most {
                start = max(start, oldest.at + window)
                sent.removeFirst()
            }
            sent.append((start, count))
        }
        next = start + interval
        return start - now
    }

    /// Lets nothing go before `time`, as the node asked.
    package mutating func hold(until time: Duration) { next = max(next, time) }
}
