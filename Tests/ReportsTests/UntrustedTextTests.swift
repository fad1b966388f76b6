import Foundation
import Model
import Testing

@testable import Reports

@Suite struct UntrustedTextTests {
    @Test(arguments: [
        ("a | b", "a \\| b"),
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("[x](javascript:1)", "\\[x\\](javascript:1)"),
        ("a\n# title\r\n- item", "a \\# title - item"),
        ("`code` *b* _i_", "\\`code\\` \\*b\\* \\_i\\_"),
        ("https://evil.example www.evil.example", "https&#58;//evil.example www&#46;evil.example"),
        ("0.8.30, (a) 'b' + c-d/e.", "0.8.30, (a) 'b' + c-d/e."),
        (" two  words ", "two words"), ("www.a", "www&#46;a"), ("a|b", "a\\|b"), ("\t", ""), ("", ""),
        ("&lt; @someone", "&amp;lt; &#64;someone"),
        ("a\u{202e}b\u{1b}[31mc\u{200b}d\u{2028}e", "a\u{fffd}b\u{fffd}\\[31mc\u{fffd}d e"),
    ])
    func proseSaysNothingButItsText(_ text: String, _ expected: String) {
        #expect(MarkdownText.prose(text) == expected)
    }

    @Test(arguments: [
        ("Token", "`Token`"), ("a`b", "``a`b``"), ("`", "`` ` ``"), ("a``b`", "``` a``b` ```"), ("", ""),
        ("a\n\nb", "`a b`"), ("a  b", "`a b`"), (" a", "`a`"), ("a\u{7f}", "`a\u{fffd}`"), ("*_<&", "`*_<&`"),
    ])
    func codeCannotBeLeft(_ text: String, _ expected: String) {
        #expect(MarkdownText.code(text) == expected)
    }

    @Test func aBarInCodeDoesNotEndTheCell() {
        #expect(MarkdownText.cellCode("a|b") == "`a\\|b`")
    }

    @Test func aFenceIsLongerThanAnyInIt() {
        let block = MarkdownText.block("```\n````\n<b>\u{202e}", language: "solidity")
        #expect(block == "`````solidity\n```\n````\n<b>\u{fffd}\n`````")
    }

    @Test func attacksInEveryFieldLeaveOneTableRowEachAndNoMarkup() throws {
        let attack = "x|\n</details><img src=x onerror=1>\n```\n# y [z](http://e)\u{202e}\u{1b}[2J"
        var run = SampleRun.mixed
        var finding = SampleRun.reentrancy
        finding.title = attack
        finding.description = attack
        finding.recommendation = attack
        finding.function = attack
        finding.rule = attack
        finding.location?.text = attack
        finding.location?.file = attack
        var fact = SampleRun.audit("Vault", [finding, SampleRun.pragma])
        fact.tools[0].message = attack
        fact.tools[0].end = .failed
        fact.verdicts[0].reasons = [attack]
        fact.verdicts[0].policy = attack
        let failure = StepFailure(
            code: attack, attack, hint: attack,
            diagnostics: [Diagnostic(.error, attack, attack, line: attack)])
        run.steps = [
            (
                .audit(SampleRun.name("Vault")),
                [.fact(.audit(fact)), SampleRun.end(.failed(failure), attack)]
            )
        ]
        let reading = try #require(RunReading(RunRecord(folding: run.events()), notCovered: [attack]))
        let markdown = MarkdownReport(reading).text
        let summary = RunSummary(reading, reportPath: attack).text
        for bad in ["\u{1b}", "\u{202e}"] {
            #expect(!markdown.contains(bad))
            #expect(!summary.contains(bad))
        }
        // Out of fences and code, nothing of the attack is markup.
        let outside = withoutCode(markdown)
        #expect(!outside.contains("<img"))
        #expect(!outside.replacing("\\]", with: "").contains("](http"))
        #expect(
            outside.components(separatedBy: "<details>").count
                == outside.components(separatedBy: "</details>").count)
        for line in outside.split(separator: "\n") where line.hasPrefix("# ") {
            #expect(line == "# treasury: failed")
        }
        let json = ReportV1(reading).json()
        let back = try JSONDecoder().decode(ReportV1.self, from: json)
        #expect(back.findings.contains { $0.title == attack })
    }

    /// The text without fenced blocks and code spans, by the rules of CommonMark.
    private func withoutCode(_ markdown: String) -> String {
        var fence: Substring?
        var kept: [String] = []
        for line in markdown.split(separator: "\n", omittingEmptySubsequences: false) {
            let ticks = line.prefix { $0 == "`" }
            if let open = fence {
                if ticks.count >= open.count, ticks.count == line.count { fence = nil }
            } else if ticks.count >= 3, !line.dropFirst(ticks.count).contains("`") {
                fence = ticks
            } else {
                kept.append(withoutSpans(Array(line)))
            }
        }
        return kept.joined(separator: "\n")
    }

    private func withoutSpans(_ line: [Character]) -> String {
        var kept = ""
        var position = 0
        while position < line.count {
            let ticks = line[position...].prefix { $0 == "`" }.count
            guard ticks > 0 else {
                let taken = line[position] == "\\" ? 2 : 1
                kept += String(line[position...].prefix(taken))
                position += taken
                continue
            }
            position += ticks
            var end = position
            while end < line.count {
                let closing = line[end...].prefix { $0 == "`" }.count
                if closing == ticks { break }
                end += max(closing, 1)
            }
            if end < line.count {
                position = end + ticks
            } else {
                kept += String(repeating: "`", count: ticks)
            }
        }
        return kept
    }
}
