import Foundation
import Model
import Reports

/// What a run with nothing to do saw and how it ended, in one file that is mapped: the way to the next one.
///
/// The file is `HKSNAP01`, the SHA-256 of all that follows, the length of the head as eight bytes, little-endian, the head as
/// JSON, then one record a watched path, then the texts that the head's pieces are cut of.
struct RunSnapshot {
    /// Results that nobody has asked for since this long are looked at again: that they are there and whole, and in use.
    static let lifetime: Int64 = 24 * 3_600_000

    struct Head: Codable {
        struct Piece: Codable {
            var bytes: Int?
            var hole: ReportTemplate.Hole?
        }

        var version = 1
        var key: Digest
        var madeAt: Timestamp
        /// The run whose steps, findings and verdicts are recorded.
        var run: String
        var project: String
        var manifests: [Manifest.File]
        var steps: Int
        /// Digests of values; nil: the variable is not set.
        var environment: [String: Digest?]
        var notes: [Diagnostic]
        var watchBytes: Int
        var json: [Piece] = []
        var markdown: [Piece] = []
        var summary: [Piece] = []
    }

    private static let magic = Data("HKSNAP01".utf8)
    private static let headStart = 8 + 32 + 8

    let head: Head
    let json: ReportTemplate
    let markdown: ReportTemplate
    let summary: ReportTemplate
    private let watched: Data
    private let digest: Data
    private let content: Data

    /// Reads a snapshot; nil where the bytes are none, or one of another version.
    ///
    /// Its digest is not looked at yet: see ``isWhole()``.
    init?(_ bytes: Data) {
        guard bytes.count > Self.headStart, bytes.prefix(8) == Self.magic else { return nil }
        let length = bytes[40..<48].reversed().reduce(0) { $0 << 8 | UInt64($1) }
        guard length < bytes.count,
            let head = try? JSONDecoder().decode(
                Head.self, from: bytes[Self.headStart..<Self.headStart + Int(length)]),
            head.version == 1, head.watchBytes >= 0
        else { return nil }
        digest = bytes[8..<40]
        content = bytes[40...]
        var rest = bytes[(Self.headStart + Int(length))...]
        guard head.watchBytes <= rest.count else { return nil }
        watched = rest.prefix(head.watchBytes)
        rest = rest.dropFirst(head.watchBytes)
        func template(_ pieces: [Head.Piece]) -> ReportTemplate {
            ReportTemplate(
                pieces.map { piece in
                    if let hole = piece.hole { return .hole(hole) }
                    let text = rest.prefix(piece.bytes ?? 0)
                    rest = rest.dropFirst(text.count)
                    return .text(text)
                }
            )
        }
        self.head = head
        json = template(head.json)
        markdown = template(head.markdown)
        summary = template(head.summary)
    }

    /// Whether the bytes are those that were written.
    func isWhole() -> Bool { MappedFile.digest(content) == digest }

    /// Whether nothing that the run saw has changed since.
    func stillHolds(in world: World) -> Bool {
        let age = world.now().milliseconds - head.madeAt.milliseconds
        guard (0..<Self.lifetime).contains(age) else { return false }
        for (name, value) in head.environment
        where world.environment(name).map({ Digest(of: Data($0.utf8)) }) != value { return false }
        return WatchRecords.allHold(watched, in: world.files)
    }

    /// The bytes of the file.
    static func encoded(
        _ head: Head,
        watched: [(path: String, what: FileWatch.Seen)],
        reports: RepeatedReports
    ) throws -> Data {
        var head = head
        var texts = Data()
        func cut(_ template: ReportTemplate) -> [Head.Piece] {
            template.pieces.map { piece in
                switch piece {
                case .hole(let hole): return Head.Piece(hole: hole)
                case .text(let text):
                    texts.append(text)
                    return Head.Piece(bytes: text.count)
                }
            }
        }
        head.json = cut(reports.json)
        head.markdown = cut(reports.markdown)
        head.summary = cut(reports.summary)
        let records = WatchRecords.encoded(watched)
        head.watchBytes = records.count
        let encodedHead = try JSONEncoder.sorted.encode(head)
        var content = Data()
        for shift in 0..<8 { content.append(UInt8(truncatingIfNeeded: encodedHead.count >> (8 * shift))) }
        content.append(encodedHead)
        content.append(records)
        content.append(texts)
        var digest = RunningDigest()
        digest.add(content)
        return magic + digest.finished + content
    }
}
