import Foundation
import Model
import Testing

@testable import hyperkit

@Suite struct SourceLinesTests {
    private static let lines = SourceLines(
        directory: "/here", files: files("version: 1\r\n  key: value\r\n"))

    private static func files(_ text: String, at place: String = "/here/m.yaml") -> FileAccess {
        FileAccess(
            read: { path throws(FileError) in path == place ? Data(text.utf8) : nil },
            write: { path, _, _ throws(FileError) in throw FileError(path: path, reason: "no disk") },
            kind: { _ in nil },
            list: { _ throws(FileError) in [] },
            remove: { _ throws(FileError) in },
            resolved: { _ in nil }
        )
    }

    private static func diagnostic(_ file: String, _ line: Int, shows text: String? = nil) -> Diagnostic {
        Diagnostic(
            .error, "code", "message", at: FileLocation(file: file, line: line, column: 3), line: text)
    }

    @Test func showsTheLineOfAPlace() {
        #expect(Self.lines.shown(Self.diagnostic("m.yaml", 2)).line == "  key: value")
        let failure = StepFailure(code: "x", "no", diagnostics: [Self.diagnostic("m.yaml", 1)])
        #expect(Self.lines.shown(failure).diagnostics.map(\.line) == ["version: 1"])
    }

    @Test(arguments: [
        (#"t: ["Tok","abc"]"#, 11, 5), ("a: [x, abc]", 8, 3), ("  key: value", 3, 3),
        ("key: a value # why", 6, 7),
        ("key: a:b", 6, 3), ("key: [1]", 6, 1), ("key: 'a b'", 6, 5), (#"key: "open"#, 6, 5), ("key:", 9, 0),
    ])
    func marksTheWholeValue(_ line: String, _ column: Int, _ length: Int) {
        let lines = SourceLines(directory: "/here", files: Self.files(line))
        let place = FileLocation(file: "m.yaml", line: 1, column: column)
        #expect(lines.shown(.error("code", "message", at: place)).length == length)
    }

    @Test func marksNothingMoreInOtherFiles() {
        let place = FileLocation(file: "a.sol", line: 1, column: 1)
        let lines = SourceLines(directory: "/here", files: Self.files("contract A {}", at: "/here/a.sol"))
        #expect(lines.shown(.error("code", "message", at: place)).length == 0)
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
