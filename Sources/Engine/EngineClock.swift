package import Model

/// Time and chance as the engine needs them.
package struct EngineClock: Sendable {
    /// Never goes back.
    package var elapsed: @Sendable () -> Duration
    /// What the clock on the wall says.
    package var now: @Sendable () -> Timestamp
    package var sleep: @Sendable (Duration) async throws(CancellationError) -> Void
    /// At random, from 0 to 1.
    package var fraction: @Sendable () -> Double

    package init(
        elapsed: @escaping @Sendable () -> Duration,
        now: @escaping @Sendable () -> Timestamp,
        sleep: @escaping @Sendable (Duration) async throws(CancellationError) -> Void,
        fraction: @escaping @Sendable () -> Double
    ) {
        self.elapsed = elapsed
        self.now = now
        self.sleep = sleep
        self.fraction = fraction
    }

    /// The clock and the chance of a world.
    package init(_ world: World) {
        self.init(
            elapsed: world.elapsed,
            now: world.now,
            sleep: world.sleep,
            fraction: { Double(world.randomBytes(1).first ?? 0) / 255 }
        )
    }
}
