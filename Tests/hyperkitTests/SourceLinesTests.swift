import Foundation
import Model
import Testing

@testable import hyperkit

@Suite struct SourceLinesTests {
    private static let lines = SourceLines(
        directory: "/here",
        files: FileAccess(
            read: { path throws(FileError) in
                path == "/here/m.yaml" ? Data("version: 1\r\n  key: value\r\n".utf8) : nil
            },
            write: { path, _, _ throws(FileError) in throw FileError(path: path, reason: "no disk") },
            kind: { _ in nil },
            list: { _ throws(FileError) in [] },
            remove: { _ throws(FileError) in },
            resolved: { _ in nil }
        )
    )

    private static func diagnostic(_ file: String, _ line: Int, shows text: String? = nil) -> Diagnostic {
        Diagnostic(
            .error, "code", "message", at: FileLocation(file: file, line: line, column: 3), line: text)
    }

    @Test func showsTheLineOfAPlace() {
        #expect(Self.lines.shown(Self.diagnostic("m.yaml", 2)).line == "  key: value")
        let failure = StepFailure(code: "x", "no", diagnostics: [Self.diagnostic("m.yaml", 1)])
        #expect(Self.lines.shown(failure).diagnostics.map(\.line) == ["version: 1"])
    }

    @Test func leavesWhatItCannotShowAsItIs() {
        for diagnostic in [
            Self.diagnostic("m.yaml", 9), Self.diagnostic("other.yaml", 1),
            Self.diagnostic("m.yaml", 1, shows: "kept"), .error("code", "no place"),
        ] {
            #expect(Self.lines.shown(diagnostic) == diagnostic)
        }
    }
}
