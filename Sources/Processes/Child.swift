internal import Foundation
internal import Model
internal import Subprocess

/// A started program whose three streams are ours.
typealias Child = Execution<CustomWriteInput, SequenceOutput, SequenceOutput>

/// What a child wrote, and why it was ended where it did not end by itself.
struct Capture: Sendable {
    enum Interruption: Sendable { case deadline, flood, cancellation }

    var output = Data()
    var errors = Data()
    var interruption: Interruption?
}

private enum Happening: Sendable {
    case output(Data, whole: Bool)
    case errors(Data, whole: Bool)
    case written
    case exited
    /// The deadline passed, or waiting for it was cancelled.
    case alarm(rang: Bool)
}

extension Execution where Input == CustomWriteInput, Output == SequenceOutput, Error == SequenceOutput {
    /// Feeds the child, collects what it writes, and ends it when it goes past a limit or the task is cancelled.
    ///
    /// The child has ended, but is not reaped, when this returns.
    func capture(feeding input: [UInt8], within limits: ToolInvocation.Limits) async -> Capture {
        await withTaskGroup(of: Happening.self) { group in
            group.addTask {
                let (bytes, whole) = await collect(standardOutput, limit: limits.outputBytes)
                return .output(bytes, whole: whole)
            }
            group.addTask {
                let (bytes, whole) = await collect(standardError, limit: limits.outputBytes)
                return .errors(bytes, whole: whole)
            }
            group.addTask {
                // A child may end, or close its input, without having read it all.
                _ = try? await standardInputWriter.write(input)
                try? await standardInputWriter.finish()
                return .written
            }
            group.addTask {
                await waitForExit()
                return .exited
            }
            group.addTask { .alarm(rang: await passes(limits.deadline)) }

            var capture = Capture()
            var hasExited = false
            for await happening in group {
                switch happening {
                case .output(let bytes, let whole):
                    capture.output = bytes
                    if !whole { await interrupt(.flood) }
                case .errors(let bytes, let whole):
                    capture.errors = bytes
                    if !whole { await interrupt(.flood) }
                case .written:
                    break
                case .exited:
                    hasExited = true
                    // Before the streams are read to their end: a descendant that holds them must not keep us.
                    killGroup()
                    group.cancelAll()
                case .alarm(let rang):
                    if !hasExited { await interrupt(rang ? .deadline : .cancellation) }
                }
            }
            return capture

            func interrupt(_ reason: Capture.Interruption) async {
                capture.interruption = capture.interruption ?? reason
                if !hasExited { await end(grace: .seconds(1)) }
            }
        }
    }

    /// Returns when the child has ended, which it must do for other reasons; nothing is reaped.
    func waitForExit() async {
        // The library's only public wait is that of a teardown; signal 0 makes its first step harmless.
        let never = Duration.seconds(10 * 365 * 86_400)
        await teardown(using: [.send(signal: Signal(rawValue: 0), allowedDurationToNextStep: never)])
    }

    /// Asks the process group to end, then makes it.
    func end(grace: Duration) async {
        await teardown(using: [.gracefulShutDown(toProcessGroup: true, allowedDurationToNextStep: grace)])
        killGroup()
    }

    /// Kills whatever is left of the process group.
    ///
    /// Only before the child is reaped: until then nobody else can have its number.
    func killGroup() {
        try? send(signal: .kill, toProcessGroup: true)
    }
}

/// Waits; false where the task is cancelled first.
func passes(_ duration: Duration) async -> Bool {
    do {
        try await Task.sleep(for: min(duration, .seconds(365 * 86_400)))
        return true
    } catch {
        return false
    }
}

/// Reads a stream to its end, or until it has given more than `limit` bytes.
private func collect(
    _ stream: SubprocessOutputSequence,
    limit: Int
) async -> (bytes: Data, whole: Bool) {
    var bytes = Data()
    do {
        for try await buffer in stream {
            guard buffer.count <= limit - bytes.count else { return (bytes, false) }
            unsafe buffer.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
        }
    } catch {
        // A stream that cannot be read any more is at its end.
    }
    return (bytes, true)
}
