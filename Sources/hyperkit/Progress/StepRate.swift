import Model

/// How many steps ended in the last seconds.
struct StepRate: Sendable {
    private static let window: Int64 = 10

    private var started: Int64?
    /// Ends by the second in which they happened.
    private var ends: [Int64: Int] = [:]

    mutating func start(at time: Timestamp) { started = time.milliseconds }

    mutating func end(at time: Timestamp) {
        let second = time.milliseconds / 1000
        ends = ends.filter { $0.key > second - Self.window }
        ends[second, default: 0] += 1
    }

    /// `3.1/s`, over the last ten seconds or since the start; nil in the first second, and where none ended.
    func words(at time: Timestamp) -> String? {
        let second = time.milliseconds / 1000
        let recent = ends.filter { $0.key > second - Self.window && $0.key <= second }
        let count = recent.values.reduce(0, +)
        // The second that has begun counts as far as it has come.
        let window = (Self.window - 1) * 1000 + time.milliseconds % 1000
        let milliseconds = min(window, time.milliseconds - (started ?? 0))
        guard count > 0, milliseconds >= 1000 else { return nil }
        let tenths = Int64(count) * 10_000 / milliseconds
        return tenths < 100 ? "\(tenths / 10).\(tenths % 10)/s" : "\(tenths / 10)/s"
    }
}
