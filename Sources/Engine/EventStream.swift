package import Model
import Synchronization

/// Numbers events and hands each to every reader, one at a time and in order.
package final class EventStream: Sendable {
    private let sequence = Mutex(0)
    private let now: @Sendable () -> Timestamp
    private let readers: [@Sendable (Event) -> Void]

    /// Readers are called in order, never two at once; they must not post.
    package init(now: @escaping @Sendable () -> Timestamp, readers: [@Sendable (Event) -> Void]) {
        self.now = now
        self.readers = readers
    }

    package func post(_ kind: Event.Kind, step: StepID? = nil) {
        sequence.withLock { count in
            count += 1
            let event = Event(sequence: count, time: now(), step: step, kind: kind)
            for reader in readers { reader(event) }
        }
    }
}
