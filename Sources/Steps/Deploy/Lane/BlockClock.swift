/// When the next block is due, as far as looks at the head have told.
///
/// A block came between the last look that did not see it and the first one that did. The next one is looked for from the
/// earliest moment at which it can come, in small steps, so that what is known of that moment gets as fine as a step.
struct BlockClock: Hashable, Sendable {
    private let blockTime: Duration?
    private var head: UInt64 = 0
    /// When the newest block was last seen to be still the newest.
    private var seenLast: Duration?
    /// The earliest moment at which the newest block can have come; nil until one came while it was looked for.
    private var came: Duration?

    /// `blockTime` is nil where nobody says how long a block takes; nothing is due then.
    init(_ blockTime: Duration?) { self.blockTime = blockTime }

    /// The wait after a look that came too early.
    var step: Duration? { blockTime.map { max(LaneRules.firstPoll, $0 / 16) } }

    /// Takes in the number of the newest block; whether one has come.
    mutating func note(_ number: UInt64, at now: Duration) -> Bool {
        // A node that lags says nothing of when a block came.
        guard number >= head else { return false }
        defer { seenLast = now }
        guard number > head else { return false }
        if head > 0, let seenLast, let blockTime {
            came = min(now, seenLast + blockTime * Int(clamping: number - head - 1))
        }
        head = number
        return true
    }

    /// The moment from which the next block is looked for, later than `now`; nil where that is not known.
    func due(after now: Duration) -> Duration? {
        guard let blockTime, let step, let came else { return nil }
        return max(came + blockTime, now + step)
    }

    /// Whether the next block is about to come, so that it is looked for in steps that do not grow.
    func isDue(at now: Duration) -> Bool {
        guard let blockTime, let came else { return false }
        return now < came + blockTime * 2
    }
}
