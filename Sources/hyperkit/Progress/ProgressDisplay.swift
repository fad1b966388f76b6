import Engine
import Foundation
import Model
import Reports
import Synchronization

/// Shows a run while it goes on, from its events.
protocol ProgressDisplay: Sendable {
    func show(_ event: Event)

    /// How often it wants to be drawn again though nothing happens; nil where only events matter.
    var pace: Duration? { get }

    /// Draws again what time alone has changed.
    func redraw(at time: Timestamp)
}

extension ProgressDisplay {
    var pace: Duration? { nil }

    func redraw(at time: Timestamp) {}

    /// Does `work` while the display goes on with the clock.
    func alive<Value: Sendable>(
        in world: World,
        _ work: @escaping @Sendable () async -> Value
    ) async -> Value {
        guard let pace else { return await work() }
        return await withTaskGroup(of: Value?.self) { group in
            group.addTask { await work() }
            group.addTask {
                while (try? await world.sleep(pace)) != nil { redraw(at: world.now()) }
                return nil
            }
            var result: Value?
            while result == nil, let ended = await group.next() { result = ended }
            group.cancelAll()
            guard let result else { preconditionFailure("work always gives a value") }
            return result
        }
    }
}

extension ProgressStyle {
    /// Makes the display that the user asked for, or the one that fits where standard error goes.
    ///
    /// - Parameters:
    ///   - plan: What it will show.
    ///   - durations: What its steps took before, to guess how long they will take.
    ///   - rules: What may go on at once.
    /// - Returns: A display that has shown nothing yet.
    func display(
        of plan: Plan<some Sendable>,
        _ durations: StepDurations,
        _ rules: RunRules
    ) -> any ProgressDisplay {
        switch self {
        case .auto:
            Terminal.isThere ? TerminalProgress(TimeLeft(plan, durations, rules)) : PlainProgress()
        case .tty: TerminalProgress(TimeLeft(plan, durations, rules))
        case .plain: PlainProgress()
        case .json: JSONProgress()
        case .none: NoProgress()
        }
    }
}

/// No progress; a warning is none, and is printed all the same.
struct NoProgress: ProgressDisplay {
    func show(_ event: Event) {
        guard case .fact(.note(let note)) = event.kind, note.severity != .note else { return }
        Console.err([note])
    }
}

/// The events as JSON lines on standard error.
struct JSONProgress: ProgressDisplay {
    func show(_ event: Event) {
        Console.line(JSONEventsV1.line(event))
        // Who reads messages finds all of them among messages.
        if Console.format == .json, case .fact(.note(let note)) = event.kind { Console.err([note]) }
    }
}

/// One line a finished step: what a log wants.
final class PlainProgress: ProgressDisplay {
    private let project = Mutex("")

    func show(_ event: Event) {
        switch event.kind {
        case .runStarted(let header): project.withLock { $0 = header.project }
        case .planned(let steps): Console.err(StepLine.heading(project.withLock(\.self), steps))
        case .repeated(let run, let steps):
            Console.err(StepLine.repeated(project.withLock(\.self), run: run, steps: steps))
        case .stepFinished(let end):
            if let step = event.step { Console.err(StepLine.line(step, end), step: step) }
        case .fact(.note(let note)): Console.err([note])
        case .stepStarted, .stepProgressed, .fact, .runFinished: break
        }
    }
}
