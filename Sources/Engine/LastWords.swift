import Synchronization

/// What a step said last of where it is: where a deadline ends it, that is what it waited for.
///
/// A class with a lock because steps say it from wherever they are.
final class LastWords: Sendable {
    private let words = Mutex<String?>(nil)

    var text: String? { words.withLock(\.self) }

    func note(_ text: String) { words.withLock { $0 = text } }

    /// For the end of a sentence about a deadline; empty where nothing was said.
    static func behind(_ text: String?) -> String { text.map { "; its last word: \($0)" } ?? "" }
}
