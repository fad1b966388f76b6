import Foundation
import Model
import Synchronization

/// Outputs that are about to stand in for a step's work: all that they hold is looked at, once.
///
/// What a reader asks for is looked at when it is read, and handed on; it is not kept, so that no more is in memory than
/// readers hold. What nobody reads is not opened where its file is as it was when all of it was last looked at.
final class Examination: Sendable {
    private let expected: [Output]
    /// How each file was when all of its content had been looked at; none where that is not known.
    private let before: [FileStatus?]
    private let store: ContentStore
    private let read = Mutex<[Digest]>([])

    init(of outputs: [Output], whole: [FileStatus?], in store: ContentStore) {
        expected = outputs
        before = whole.count == outputs.count ? whole : outputs.map { _ in nil }
        self.store = store
    }

    /// The outputs, as runners read them.
    var outputs: StoredOutputs {
        StoredOutputs(expected) { [self] digest throws(StepFailure) in
            guard let bytes = try inStore({ () throws(FileError) in try store.get(digest) }),
                isExpected(bytes.count, digest)
            else { throw .lostOutput(digest) }
            read.withLock { $0.append(digest) }
            return bytes
        }
    }

    /// How each file is now that all of its content is known to be there and whole; nil where some is not.
    func allIsWhole() throws(FileError) -> [FileStatus?]? {
        let read = read.withLock(\.self)
        var whole = before
        for (place, output) in expected.enumerated() where !read.contains(output.digest) {
            // Before its content is looked at: a change meanwhile is then seen the next time.
            let now = store.status(output.digest)
            if let now, now == before[place], now.size == output.bytes { continue }
            guard let size = try store.size(output.digest), isExpected(size, output.digest) else {
                return nil
            }
            whole[place] = now
        }
        return whole
    }

    private func isExpected(_ size: Int, _ digest: Digest) -> Bool {
        expected.allSatisfy { $0.digest != digest || $0.bytes == size }
    }
}
