import Foundation
import Model
import Synchronization

/// A block at the foot of the terminal that is drawn again as the run goes on; what ends badly scrolls by above it.
///
/// It never hides the cursor and changes no setting of the terminal: whenever the process ends, the terminal is whole.
final class TerminalProgress: ProgressDisplay {
    private struct State {
        var frame: ProgressFrame
        var project = ""
        var drawn: [String] = []
        var drawnAt: Timestamp?
        var isOver = false
    }

    private let state: Mutex<State>

    init(_ timeLeft: TimeLeft) { state = Mutex(State(frame: ProgressFrame(timeLeft))) }

    var pace: Duration? { .milliseconds(200) }

    func show(_ event: Event) {
        state.withLock { state in
            state.frame.take(event)
            var above: [String] = []
            switch event.kind {
            case .runStarted(let header): state.project = header.project
            case .repeated(let run, let steps):
                above = [StepLine.repeated(state.project, run: run, steps: steps)]
            case .planned(let steps): above = [StepLine.heading(state.project, steps), ""]
            case .stepFinished(let end):
                if let step = event.step, [.failed, .refused, .blocked].contains(end.status) {
                    above = [StepLine.line(step, end)]
                }
            case .fact(.note(let note)): above = note.forTerminal.components(separatedBy: "\n")
            case .runFinished: state.isOver = true
            case .stepStarted, .stepProgressed, .fact: break
            }
            // Many events come at once: ten pictures a second are enough, the clock brings the rest.
            let age = state.drawnAt.map { event.time.milliseconds - $0.milliseconds }
            let isDue = age.map { $0 < 0 || $0 >= 100 } ?? true
            if isDue || state.isOver || !above.isEmpty { Self.draw(&state, above: above, at: event.time) }
        }
    }

    func redraw(at time: Timestamp) {
        state.withLock { state in
            guard state.drawnAt != nil, !state.isOver else { return }
            Self.draw(&state, above: [], at: time)
        }
    }

    /// Replaces the block, in one write.
    private static func draw(_ state: inout State, above: [String], at time: Timestamp) {
        let size = Terminal.size
        let lines = state.isOver ? [] : state.frame.lines(at: time, on: size)
        guard lines != state.drawn || !above.isEmpty else { return }
        // A terminal that became narrower has broken the lines that it showed.
        let rows = state.drawn.reduce(0) { $0 + max(1, ($1.columns + size.columns - 1) / size.columns) }
        let erasure = rows > 0 ? "\u{1b}[\(rows)F\u{1b}[J" : ""
        let text = erasure + (above + lines).map { $0 + "\n" }.joined()
        try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
        state.drawn = lines
        state.drawnAt = time
    }
}
