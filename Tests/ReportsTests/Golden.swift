import Foundation
import Testing

/// Compares text with a checked-in file; rewrites the file when `HYPERKIT_RECORD` is set.
///
/// A rewritten file still fails the test, so a recording run can never pass by accident.
func expectGolden(
    _ text: String,
    _ name: String,
    sourceLocation: Testing.SourceLocation = #_sourceLocation
) throws {
    let url = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden/\(name)")
    let recorded = try? String(contentsOf: url, encoding: .utf8)
    guard recorded != text else { return }
    if ProcessInfo.processInfo.environment["HYPERKIT_RECORD"] != nil {
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(),
            withIntermediateDirectories: true
        )
        try Data(text.utf8).write(to: url)
    }
    #expect(recorded == text, "golden file \(name) differs", sourceLocation: sourceLocation)
}
