/// When requests may go to a node: a bucket that holds one token and fills at the node's rate.
///
/// Evenly spaced requests never run into a limit of that rate, however the node measures it. Those that go together also wait
/// until so many of those before them have come a second ago that a node which counts within a second takes them all.
package struct RequestPace: Sendable {
    /// The time between two requests; zero where there is no limit.
    private let interval: Duration
    /// How many may go in a second; nil where there is no limit.
    private let most: Int?
    /// How long a request may be on its way to the node where nobody knows better.
    private let longestWay: Duration
    /// What went in the latest window, oldest first: when it left, and when it came at the latest.
    private var sent: [(left: Duration, came: Duration, count: Int)] = []
    /// When the next token is there.
    private var next = Duration.zero
    /// The same, as if nothing went that lets others go first.
    private var nextOfOthers = Duration.zero

    /// - Parameters:
    ///   - perSecond: How many requests a second are allowed; nil: as many as there are.
    ///   - sparing: The percentage by which it stays below that.
    ///   - longestWay: How long one may be on its way while it is not answered: those behind it may meet it there.
    package init(perSecond: Int?, sparing: Int = 0, longestWay: Duration = .zero) {
        most = perSecond
        interval = perSecond.map { .seconds(1) * (100 + sparing) / 100 / $0 } ?? .zero
        self.longestWay = longestWay
    }

    /// Takes a token for each of `count` requests that go together; returns how long they have to wait for the last one.
    ///
    /// `last`: they have let others go first, ``untilQuiet(at:)``.
    package mutating func take(_ count: Int, at now: Duration, last isLast: Bool = false) -> Duration {
        var start = max(now, next) + interval * max(0, count - 1)
        if let most {
            let window = interval * most
            sent.removeAll { [start] in $0.came + window <= start }
            while let oldest = sent.first, sent.reduce(count, { $0 + $1.count }) > most {
                start = max(start, oldest.came + window)
                sent.removeFirst()
            }
            sent.append((start, start + longestWay, count))
        }
        next = start + interval
        if !isLast { nextOfOthers = next }
        return start - now
    }

    /// How long what lets others go first waits before it asks for its turn again; nil where none of those went for a while.
    package func untilQuiet(at now: Duration) -> Duration? {
        let quiet = nextOfOthers + interval * 3
        return nextOfOthers > .zero && interval > .zero && now < quiet ? quiet - now : nil
    }

    /// What left at a moment is answered: it came no later than now.
    package mutating func answered(left: Duration, at now: Duration) {
        guard let index = sent.firstIndex(where: { $0.left == left }) else { return }
        sent[index].came = max(left, min(sent[index].came, now))
    }

    /// Lets nothing go before `time`, as the node asked.
    package mutating func hold(until time: Duration) { next = max(next, time) }
}
