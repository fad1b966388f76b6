import Foundation
import Model
import Testing

@testable import Reports

@Suite struct VerificationReportTests {
    static let shown = VerificationFact(
        deployment: "token", network: "sepolia", service: .sourcify, status: .verified,
        url: "https://repo.sourcify.dev/1/0x0", message: "exact match")
    static let refused = VerificationFact(
        deployment: "token", network: "sepolia", service: .etherscan, status: .failed,
        message: "Fail - Unable to verify\u{1b}[2J | <b>")

    private func reading(_ facts: [VerificationFact]) throws -> RunReading {
        var events = SampleRun.mixed.events()
        let last = events.removeLast()
        events += facts.map {
            Event(
                sequence: 0, time: last.time, step: .verify($0.deployment, on: $0.network),
                kind: .fact(.verification($0)))
        }
        return try #require(RunReading(RunRecord(folding: events + [last])))
    }

    @Test func reportJSONHasWhatEachServiceSaysByTheDeployment() throws {
        let report = ReportV1(try reading([Self.shown, Self.refused]))
        let told = report.deployments.filter { $0.verification != nil }
        #expect(told.map { "\($0.name)@\($0.network)" } == ["token@sepolia"])
        #expect(told.first?.verification?.map(\.service) == ["etherscan", "sourcify"])
        let json = try #require(try JSONSerialization.jsonObject(with: report.json()) as? [String: Any])
        let deployments = try #require(json["deployments"] as? [[String: Any]])
        let verification = deployments.compactMap { $0["verification"] as? [[String: String]] }
        #expect(
            verification.first?.last == [
                "service": "sourcify", "status": "verified", "message": "exact match",
                "url": "https://repo.sourcify.dev/1/0x0",
            ])
        #expect(verification.first?.first?["url"] == nil)
        #expect(try JSONDecoder().decode(ReportV1.self, from: report.json()) == report)
        let none = ReportV1(try reading([]))
        #expect(!String(decoding: none.json(), as: UTF8.self).contains("verification"))
    }

    @Test func peopleSeeWhatIsNotShownAtTheEnd() throws {
        let text = RunSummary(try reading([Self.shown, Self.refused])).text
        #expect(
            text.contains(
                "sources not verified\n  token@sepolia   etherscan   failed   Fail - Unable to verify\u{fffd}[2J | <b>\n"
            ))
        #expect(!RunSummary(try reading([Self.shown])).text.contains("not verified"))
    }

    @Test func theMarkdownLinksToWhatIsShown() throws {
        let text = MarkdownReport(try reading([Self.shown, Self.refused])).text
        #expect(text.contains("## Sources"))
        #expect(
            text.contains(
                "| `token@sepolia` | sourcify | ✓ verified | [source](https://repo.sourcify.dev/1/0x0) | exact match |"
            ))
        #expect(text.contains("| `token@sepolia` | etherscan | ✗ failed | – | "))
        #expect(!text.contains("<b>"))
        var broken = Self.shown
        broken.url = "https://a.example/) [x](javascript:alert"
        #expect(MarkdownReport(try reading([broken])).text.contains("| ✓ verified | – |"))
    }

    @Test func partsOfAProxyAreToldApart() throws {
        let facts = [VerificationFact.Part.admin, .proxy, .implementation].map { part in
            VerificationFact(
                deployment: "token", network: "sepolia", part: part, service: .sourcify,
                status: part == .admin ? .failed : .verified, message: "no")
        }
        let reading = try reading(facts)
        let report = ReportV1(reading)
        let told = report.deployments.compactMap(\.verification).flatMap(\.self)
        #expect(told.map(\.part) == ["implementation", "proxy", "admin"])
        #expect(try JSONDecoder().decode(ReportV1.self, from: report.json()) == report)
        #expect(MarkdownReport(reading).text.contains("| `token@sepolia proxy` | sourcify | ✓ verified |"))
        #expect(RunSummary(reading).text.contains("sources not verified\n  token@sepolia admin   sourcify"))
        #expect(
            !String(decoding: ReportV1(try self.reading([Self.shown])).json(), as: UTF8.self).contains(
                #""part""#))
    }
}
