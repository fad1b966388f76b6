import Model
import Reports

/// What the foot of the terminal says at a moment: counts, and one line a running step.
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

    mutating func take(_ event: Event) {
        switch event.kind {
        case .runStarted(let header): started = header.startedAt
        case .planned(let steps): total = steps.count
        case .repeated(_, let steps):
            total = steps
            counts[.reused] = steps
        case .stepStarted: if let step = event.step { running[step] = Running(since: event.time) }
        case .stepProgressed(let words): if let step = event.step { running[step]?.words = words }
        case .stepFinished(let end):
            if let step = event.step { running[step] = nil }
            counts[end.status, default: 0] += 1
        case .fact, .runFinished: break
        }
    }

    /// The lines, none wider than the terminal, and so few that they stay on it.
    func lines(at time: Timestamp, on terminal: Terminal.Size) -> [String] {
        let width = terminal.columns - 1
        let most = max(0, min(Self.mostSteps, terminal.rows - 4))
        let waiting = total - counts.values.reduce(0, +) - running.count
        var parts = ["✓ \(counts[.reused] ?? 0) reused", "✓ \(counts[.succeeded] ?? 0) done"]
        parts += ["● \(running.count) running", "○ \(waiting) waiting"]
        let others: [(StepEnd.Status, String)] = [
            (.failed, "✗"), (.refused, "✗"), (.blocked, "!"), (.skipped, "-"), (.cancelled, "-"),
        ]
        for (status, sign) in others {
            if let count = counts[status] { parts.append("\(sign) \(count) \(status.rawValue)") }
        }
        let clock = Self.clock(time, since: started)
        var head = "  " + parts.joined(separator: "   ")
        if head.columns + clock.columns + 3 > width {
            // Where there is little room, signs and numbers say it.
            head =
                " "
                + parts.map { $0.split(separator: " ").prefix(2).joined(separator: " ") }
                .joined(separator: " ")
        }
        let gap = max(1, min(width, 80) - head.columns - clock.columns)
        var lines = [head + String(repeating: " ", count: gap) + clock]
        let steps = running.sorted { ($0.value.since, $0.key) < ($1.value.since, $1.key) }
        lines += steps.prefix(most).map { line($0.key, $0.value, at: time, width: width) }
        if steps.count > most { lines.append("  … and \(steps.count - most) more") }
        return lines.map { $0.fitting(width) }
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
        let seconds = max(0, time.milliseconds - start.milliseconds) / 1000
        let minutes = seconds / 60
        return "\(minutes < 10 ? "0" : "")\(minutes):\(seconds % 60 < 10 ? "0" : "")\(seconds % 60)"
    }
}
