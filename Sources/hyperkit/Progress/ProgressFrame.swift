import Model
import Reports

/// What the foot of the terminal says at a moment: counts, how fast it goes and how long it will, and one line a running step.
struct ProgressFrame {
    private struct Running {
        var words = ""
        var since: Timestamp
    }

    private static let mostSteps = 8

    private var total = 0
    private var counts: [StepEnd.Status: Int] = [:]
    private var running: [StepID: Running] = [:]
    private var started = Timestamp(milliseconds: 0)
    private var rate = StepRate()
    private var timeLeft: TimeLeft?

    init(_ timeLeft: TimeLeft? = nil) { self.timeLeft = timeLeft }

    mutating func take(_ event: Event) {
        timeLeft?.take(event)
        switch event.kind {
        case .runStarted(let header):
            started = header.startedAt
            rate.start(at: header.startedAt)
        case .planned(let steps): total = steps.count
        case .repeated(_, let steps):
            total = steps
            counts[.reused] = steps
        case .stepStarted: if let step = event.step { running[step] = Running(since: event.time) }
        case .stepProgressed(let words): if let step = event.step { running[step]?.words = words }
        case .stepFinished(let end):
            if let step = event.step { running[step] = nil }
            counts[end.status, default: 0] += 1
            rate.end(at: event.time)
        case .fact, .runFinished: break
        }
    }

    /// The lines, none wider than the terminal, and so few that they stay on it.
    func lines(at time: Timestamp, on terminal: Terminal.Size) -> [String] {
        let width = terminal.columns - 1
        let most = max(0, min(Self.mostSteps, terminal.rows - 4))
        var lines = [head(at: time, width: width)]
        let steps = running.sorted { ($0.value.since, $0.key) < ($1.value.since, $1.key) }
        lines += steps.prefix(most).map { line($0.key, $0.value, at: time, width: width) }
        if steps.count > most { lines.append("  … and \(steps.count - most) more") }
        return lines.map { $0.fitting(width) }
    }

    /// Counts to the left and times to the right, in the first way of saying them that has room.
    private func head(at time: Timestamp, width: Int) -> String {
        let counts = counted()
        let signs =
            " "
            + counts.map { $0.split(separator: " ").prefix(2).joined(separator: " ") }.joined(separator: " ")
        let words = "  " + counts.joined(separator: "   ")
        let clock = Self.clock(time, since: started)
        let fast = rate.words(at: time).map { "\($0)   \(clock)" } ?? clock
        let left = timeLeft?.duration(at: time).map { "  ~\(Self.clock($0)) left" } ?? ""
        // Where there is little room, signs and numbers say it.
        let ways = [(words, fast, left), (words, clock, left), (signs, fast, left), (signs, clock, left)]
        let fits = { (way: (String, String, String)) in
            way.0.columns + 3 + way.1.columns + way.2.columns <= width
        }
        let (head, times, tail) = ways.first(where: fits) ?? (signs, clock, "")
        let gap = max(1, min(width - tail.columns, 80) - head.columns - times.columns)
        return head + String(repeating: " ", count: gap) + times + tail
    }

    private func counted() -> [String] {
        let waiting = total - counts.values.reduce(0, +) - running.count
        var parts = ["✓ \(counts[.reused] ?? 0) reused", "✓ \(counts[.succeeded] ?? 0) done"]
        parts += ["● \(running.count) running", "○ \(waiting) waiting"]
        let others: [(StepEnd.Status, String)] = [
            (.failed, "✗"), (.refused, "✗"), (.blocked, "!"), (.skipped, "-"), (.cancelled, "-"),
        ]
        for (status, sign) in others {
            if let count = counts[status] { parts.append("\(sign) \(count) \(status.rawValue)") }
        }
        return parts
    }

    /// The time stays in sight; words give way.
    private func line(_ step: StepID, _ what: Running, at time: Timestamp, width: Int) -> String {
        let words = what.words.isEmpty ? "" : " · \(what.words)"
        let text = "  ● \(step.rawValue)\(words)".plainForTerminal
        let clock = Self.clock(time, since: what.since)
        let room = max(20, min(width, 80) - clock.columns - 2)
        let short = text.fitting(room)
        return short + String(repeating: " ", count: room - short.columns + 2) + clock
    }

    /// `00:07`; a clock that was put back counts as standing still.
    private static func clock(_ time: Timestamp, since start: Timestamp) -> String {
        clock(seconds: max(0, time.milliseconds - start.milliseconds) / 1000)
    }

    /// `00:05`; a second that has begun counts.
    private static func clock(_ duration: Duration) -> String {
        clock(seconds: (Int64(duration / .milliseconds(1)) + 999) / 1000)
    }

    private static func clock(seconds: Int64) -> String {
        let minutes = seconds / 60
        return "\(minutes < 10 ? "0" : "")\(minutes):\(seconds % 60 < 10 ? "0" : "")\(seconds % 60)"
    }
}
