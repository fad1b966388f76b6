import Foundation
import Model
import Synchronization

/// Outputs that are about to stand in for a step's work: all that they hold is looked at, once.
///
/// What a reader asks for is looked at when it is read, and handed on; it is not kept, so that no more is in memory than
/// readers hold.
final class Examination: Sendable {
    private let expected: [Output]
    private let store: ContentStore
    private let whole = Mutex<[Digest]>([])

    init(of outputs: [Output], in store: ContentStore) {
        expected = outputs
        self.store = store
    }

    /// The outputs, as runners read them.
    var outputs: StoredOutputs {
        StoredOutputs(expected) { [self] digest throws(StepFailure) in
            guard let bytes = try inStore({ () throws(FileError) in try store.get(digest) }),
                isExpected(bytes.count, digest)
            else { throw .lostOutput(digest) }
            whole.withLock { $0.append(digest) }
            return bytes
        }
    }

    /// Whether all of them are there and whole: looks at those that nobody has read.
    func allIsWhole() throws(FileError) -> Bool {
        var known = whole.withLock(\.self)
        for output in expected where !known.contains(output.digest) {
            guard let size = try store.size(output.digest), isExpected(size, output.digest) else {
                return false
            }
            known.append(output.digest)
        }
        return true
    }

    private func isExpected(_ size: Int, _ digest: Digest) -> Bool {
        expected.allSatisfy { $0.digest != digest || $0.bytes == size }
    }
}
