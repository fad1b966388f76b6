import Foundation
import Synchronization
import UnixSignals

/// Cancels work at SIGINT or SIGTERM and remembers which of them it was.
final class Interrupts: Sendable {
    private let caught = Mutex<Int32?>(nil)

    /// The signal that came first; nil where none came.
    var signal: Int32? { caught.withLock(\.self) }

    /// Runs `work`; at a signal it is cancelled, and is waited for all the same.
    ///
    /// Signals are caught before it starts, so that none ends the process while it works.
    func run<Value: Sendable>(_ work: @escaping @Sendable () async -> Value) async -> Value {
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
        return await withTaskGroup(of: Value?.self) { group in
            group.addTask { await work() }
            group.addTask {
                for await signal in signals {
                    self.caught.withLock { $0 = $0 ?? signal.rawValue }
                    return nil
                }
                return nil
            }
            var result: Value?
            while let ended = await group.next() {
                if let ended { result = ended }
                // Either the work is done, or a signal came: both end the other.
                group.cancelAll()
            }
            guard let result else { preconditionFailure("work always gives a value") }
            return result
        }
    }
}
