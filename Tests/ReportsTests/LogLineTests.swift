import Foundation
import Model
import Testing

@testable import Reports

@Suite struct LogLineTests {
    static let time = Timestamp(milliseconds: 1_764_196_241_007)

    private func line(_ message: Message) -> String {
        String(decoding: LogLineV1.line(message, at: Self.time), as: UTF8.self)
    }

    @Test func whatIsNotThereIsLeftOut() {
        #expect(
            line(Message(.info, "3 succeeded · 1.2 s"))
                == #"{"level":"info","message":"3 succeeded · 1.2 s","time":"2025-11-26T22:30:41.007Z"}"#
                + "\n")
    }

    @Test func aDiagnosticHasAllItsParts() throws {
        let diagnostic = Diagnostic(
            .warning, "implied-option", "it is \"on\"", at: FileLocation(file: "m.yaml", line: 3, column: 9),
            line: "  key: secret", length: 2, hint: "say so")
        let step = try #require(StepID("compile:Token"))
        #expect(
            line(Message(diagnostic, step: step))
                == #"{"code":"implied-option","hint":"say so","level":"warning","#
                + #""location":{"column":9,"file":"m.yaml","line":3},"message":"it is \"on\"","#
                + #""step":"compile:Token","time":"2025-11-26T22:30:41.007Z"}"# + "\n")
    }

    @Test func whatToolsSayIsOneLineThatSteersNoTerminal() throws {
        let attack = "a\n\u{1b}[2J\u{202e}b\u{9b}c"
        let text = line(
            Message(
                .error, attack, code: attack, hint: attack, at: FileLocation(file: attack, line: 1, column: 1)
            ))
        #expect(text.unicodeScalars.filter { $0 == "\n" }.count == 1)
        #expect(text.split(separator: "\n").joined().plainForTerminal + "\n" == text)
        let read = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
        #expect(read?["message"] as? String == "a\n\u{fffd}[2J\u{fffd}b\u{fffd}c")
    }

    /// All that is said at the end of a run.
    @Test func theEndOfARunIsAsRecorded() throws {
        let reading = try #require(
            RunReading(RunRecord(folding: SampleRun.mixed.events()), notCovered: []))
        let summary = RunSummary(reading, reportPath: "reports/2026-11-22T02-00-07Z-4f1c/report.md")
        try expectGolden(summary.messages.map(line).joined(), "log.jsonl")
    }
}
