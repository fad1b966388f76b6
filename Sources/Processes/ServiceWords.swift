internal import Foundation
internal import Synchronization

/// What a service has said: its first line, and the end of its complaints.
final class ServiceWords: Sendable {
    /// Bytes of standard error that are kept, and of a first line that are waited for.
    private static let kept = 64 << 10

    private struct Heard {
        var firstLine: Data? = Data()
        var complaints = Data()
    }

    private let heard = Mutex(Heard())
    private let firstLine = Awaited<String?>()

    /// Takes bytes of standard output; after the first line they are forgotten.
    func heard(_ bytes: Data) {
        let line: String? = heard.withLock { heard in
            guard var line = heard.firstLine else { return nil }
            line.append(bytes)
            let end = line.firstIndex(of: UInt8(ascii: "\n"))
            guard end != nil || line.count > Self.kept else {
                heard.firstLine = line
                return nil
            }
            heard.firstLine = nil
            return String(decoding: line[..<(end ?? line.endIndex)], as: UTF8.self)
        }
        if let line { firstLine.resolve(line) }
    }

    /// Takes bytes of standard error.
    func complained(_ bytes: Data) {
        heard.withLock { heard in
            heard.complaints.append(bytes)
            // Cut now and then only: a cut moves all that is kept.
            if heard.complaints.count > 2 * Self.kept {
                heard.complaints = Data(heard.complaints.suffix(Self.kept))
            }
        }
    }

    /// Says that there will be no line that is not there yet.
    func end() { firstLine.resolve(nil) }

    /// The end of standard error, without the white space around it.
    var lastWords: String {
        String(decoding: heard.withLock { $0.complaints.suffix(Self.kept) }, as: UTF8.self)
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// The last line of standard error; empty where there is none.
    var lastLine: String { lastWords.split(whereSeparator: \.isNewline).last.map(String.init) ?? "" }

    /// The first line without its end; nil where it did not come in time.
    func firstLine(within deadline: Duration) async -> String? {
        await firstLine.value(within: deadline) ?? nil
    }
}
