import Foundation
import Testing

/// What is said to people leaves through one door, so that `--log-format` holds for all of it.
@Suite struct StreamsTests {
    @Test func onlyTheConsoleAndTheMovingPictureWriteToStandardError() throws {
        let folder = ImportTableTests.sources
        let files = try FileManager.default.subpathsOfDirectory(atPath: folder.path).filter {
            $0.hasSuffix(".swift")
        }
        let writing = try files.filter { file in
            let text = try String(contentsOf: folder.appending(path: file), encoding: .utf8)
            return ["FileHandle.standardError", "to: .standardError", "fputs(", "    print("].contains {
                text.contains($0)
            }
        }
        #expect(
            writing.sorted() == ["hyperkit/Console.swift", "hyperkit/Progress/TerminalProgress.swift"])
    }
}
