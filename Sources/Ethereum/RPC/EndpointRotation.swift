/// Which of several nodes of one chain is asked: the first that does not rest.
///
/// One that fails or lags behind the others rests for a while, and longer each time in a row. Pure: time and chance come
/// from the caller.
package struct EndpointRotation: Sendable {
    private struct Standing {
        /// In a row.
        var failures = 0
        var restsUntil = Duration.zero
    }

    /// The shortest rest; a random part of the longest one for its failures comes on top.
    private static let shortest = Duration.seconds(1)
    private static let longest = Duration.seconds(60)
    /// A node that has used up its day's quota is not asked again soon.
    private static let untilNextQuota = Duration.seconds(3_600)

    /// How many blocks a node may be behind the best that was seen.
    private let mostBehind: UInt64
    private let betweenProbes: Duration
    private var standings: [Standing]
    private var nextProbe: Duration

    /// - Parameters:
    ///   - count: How many nodes there are, at least one.
    ///   - mostBehind: How many blocks a node may be behind the best that was seen.
    ///   - betweenProbes: How often their newest blocks are compared.
    ///   - now: The time, as the caller's clock has it.
    package init(count: Int, mostBehind: UInt64, betweenProbes: Duration = .seconds(30), at now: Duration) {
        precondition(count >= 1, "there is one node at least (was \(count))")
        self.mostBehind = mostBehind
        self.betweenProbes = betweenProbes
        standings = Array(repeating: Standing(), count: count)
        nextProbe = now + betweenProbes
    }

    /// The node to ask: the first that does not rest, else the one whose rest ends soonest.
    package func choice(at now: Duration) -> Int {
        if let ready = ready(at: now).first { return ready }
        return standings.indices.min { standings[$0].restsUntil < standings[$1].restsUntil } ?? 0
    }

    /// The nodes that do not rest, the preferred one first.
    package func ready(at now: Duration) -> [Int] {
        standings.indices.filter { standings[$0].restsUntil <= now }
    }

    package mutating func answered(_ node: Int) { standings[node].failures = 0 }

    /// Lets a node rest; `fraction` is at random, from 0 to 1: how much of the longest rest it gets.
    ///
    /// What was on its way when the node failed adds nothing to the rest.
    package mutating func failed(_ node: Int, _ failure: RPCFailure, at now: Duration, fraction: Double) {
        guard failure.isTheNodes else { return answered(node) }
        var least = failure.retryAfter ?? .zero
        if case .transport(.status(402, retryAfter: nil, body: _)) = failure { least = Self.untilNextQuota }
        rest(node, atLeast: least, at: now, fraction: fraction)
    }

    /// Whether it is time to compare the nodes' newest blocks; the caller that hears yes does it.
    package mutating func takesProbe(at now: Duration) -> Bool {
        guard standings.count > 1, now >= nextProbe else { return false }
        nextProbe = now + betweenProbes
        return true
    }

    /// Lets those rest whose newest block is too far behind the best; `heads` is by node.
    package mutating func compare(heads: [Int: UInt64], at now: Duration, fraction: () -> Double) {
        let best = heads.values.max() ?? 0
        for (node, head) in heads.sorted(by: { $0.key < $1.key }) where best - head > mostBehind {
            rest(node, atLeast: betweenProbes, at: now, fraction: fraction())
        }
    }

    private mutating func rest(_ node: Int, atLeast least: Duration, at now: Duration, fraction: Double) {
        let end: Duration
        if standings[node].restsUntil > now {
            end = now + least
        } else {
            let doubled = Self.shortest * (1 << min(standings[node].failures, 6))
            standings[node].failures += 1
            end = now + max(least, Self.shortest) + min(doubled, Self.longest) * fraction
        }
        standings[node].restsUntil = max(standings[node].restsUntil, end)
    }
}
