import Foundation
import Model
import Testing

@Suite struct WordsTests {
    private struct Sample: Decodable {
        var flag: Bool
        var names: [String]
        var inner: [String: Int]
    }

    @Test(arguments: [
        (#"{"flag": 1, "names": [], "inner": {}}"#, "flag is not true or false"),
        (#"{"flag": true, "names": 1, "inner": {}}"#, "names is not a list"),
        (#"{"flag": true, "names": ["a", 1], "inner": {}}"#, "names[1] is not text"),
        (#"{"flag": true, "names": [], "inner": {"a": "b"}}"#, "inner.a is not a whole number"),
        (#"{"flag": true, "names": [], "inner": []}"#, "inner is not a map"),
        (#"{"flag": true}"#, "the file has no 'names'"), ("{", "it is no JSON"),
    ])
    func whatCannotBeDecodedIsSaidInOurWords(_ text: String, _ words: String) throws {
        let error = #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(Sample.self, from: Data(text.utf8))
        }
        #expect(error?.words == words)
    }

    @Test func howAProgramEndedIsSaidInWords() {
        #expect("it \(ToolResult.Status.exited(3))" == "it ended with status 3")
        #expect("it \(ToolResult.Status.signalled(9))" == "it was killed by signal 9")
    }

    @Test func aPatternThatIsNoneSaysWhy() {
        #expect(
            "\(#expect(throws: Glob.Fault.self) { try Glob("{a") }.map { "\($0)" } ?? "")"
                == "a '{' has no '}'")
    }

    @Test func whatToDoAboutAFileFollowsFromWhatItIs() {
        #expect(FileError(path: "a", reason: "Is a directory").remedy.hasPrefix("a file is meant"))
        #expect(FileError(path: "a", reason: FileError.noFile).remedy.hasPrefix("write what it holds"))
        #expect(FileError(path: "a", reason: "No space left on device").remedy == FileError.remedy)
    }

    @Test func aHintThatADiagnosticGivesIsNotGivenAgain() {
        var failure = StepFailure(code: "x", "no", hint: "mend it")
        #expect(failure.ownHint == "mend it")
        failure.diagnostics = [.error("x", "no", hint: "another")]
        #expect(failure.ownHint == "mend it")
        failure.diagnostics.append(.error("x", "no", hint: "mend it"))
        #expect(failure.ownHint == nil)
    }
}
