/// How much of a run goes on at once, how long it may take, and how often what may pass is tried.
package struct RunRules: Sendable {
    /// What the pool `cpu` holds: steps that work at once.
    package var width: Int
    /// What other pools hold, by name.
    package var pools: [String: Int]
    /// What a pool holds that ``pools`` does not name: a network's, of which most steps only wait for blocks.
    package var otherPools: Int
    /// The first bad outcome lets running steps end and starts no other.
    package var stopsAtFailure: Bool
    /// Attempts of one step, the first included.
    package var attempts: Int
    /// The longest wait ahead of the second attempt; it doubles with each further one.
    package var firstWait: Duration
    package var longestWait: Duration
    /// How long one attempt may take; nil: as long as it likes.
    package var attemptDeadline: Duration?
    /// How long the whole run may take.
    package var runDeadline: Duration?

    /// - Precondition: `width` and `attempts` are at least 1.
    package init(
        width: Int,
        pools: [String: Int] = [:],
        otherPools: Int = 512,
        stopsAtFailure: Bool = false,
        attempts: Int = 4,
        firstWait: Duration = .seconds(1),
        longestWait: Duration = .seconds(60),
        attemptDeadline: Duration? = nil,
        runDeadline: Duration? = nil
    ) {
        precondition(width >= 1, "width must be at least 1 (was \(width))")
        precondition(attempts >= 1, "a step has at least 1 attempt (was \(attempts))")
        self.width = width
        self.pools = pools
        self.otherPools = otherPools
        self.stopsAtFailure = stopsAtFailure
        self.attempts = attempts
        self.firstWait = firstWait
        self.longestWait = longestWait
        self.attemptDeadline = attemptDeadline
        self.runDeadline = runDeadline
    }

    /// What a pool holds, at least 1.
    func capacity(of pool: String) -> Int {
        max(1, pool == "cpu" ? width : pools[pool] ?? otherPools)
    }

    /// How long to wait after the attempt of this number failed: anything from nothing to a bound that doubles.
    ///
    /// "Full jitter" of "Exponential Backoff And Jitter" in the AWS Architecture Blog: steps that failed together do not
    /// come back together. `fraction` is at random, from 0 to 1.
    func wait(afterAttempt attempt: Int, fraction: Double) -> Duration {
        // Beyond 2^30 no wait is shorter than the longest.
        min(longestWait, firstWait * (1 << min(max(0, attempt - 1), 30))) * fraction
    }
}
