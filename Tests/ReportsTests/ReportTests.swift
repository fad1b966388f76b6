import Foundation
import Model
import Testing

@testable import Reports

@Suite struct ReportTests {
    static let notCovered = [
        "business logic, flash loans and front-running", "deep data flow between contracts",
    ]

    private func reading(_ events: [Event]) throws -> RunReading {
        try #require(RunReading(RunRecord(folding: events), notCovered: Self.notCovered))
    }

    @Test func reportJSONIsAsRecorded() throws {
        let report = ReportV1(try reading(SampleRun.mixed.events()))
        try expectGolden(String(decoding: report.json(), as: UTF8.self), "report.json")
    }

    @Test func reportMarkdownIsAsRecorded() throws {
        try expectGolden(MarkdownReport(reading(SampleRun.mixed.events())).text, "report.md")
    }

    @Test func theEndOnTheTerminalIsAsRecorded() throws {
        let summary = RunSummary(
            try reading(SampleRun.mixed.events()), reportPath: "reports/2026-11-22T02-00-07Z-4f1c/report.md")
        try expectGolden(summary.text, "summary.txt")
    }

    /// An account that people have the key of: where it will be is known, and what to do is said once.
    @Test func whatPeopleAreToSendHasItsAddressAndItsHintOnce() throws {
        var run = SampleRun()
        run.started = [
            SampleRun.mixed.started[0], .planned([SampleRun.planned("token", "Token", "sepolia", 1)]),
        ]
        var failure = StepFailure(
            .blocked, code: "unsigned", "it is written down", hint: "have it sent",
            diagnostics: [.error("unsigned", "it is written down", hint: "have it sent")])
        failure.creates = "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf"
        run.steps = [(.deploy("token", on: "sepolia"), [SampleRun.end(.blocked(failure), "")])]
        run.finished = SampleRun.mixed.finished
        let reading = try reading(run.events())
        #expect(reading.deployments.map(\.action) == [.proposed])
        #expect(reading.deployments.map(\.address) == [failure.creates])
        for text in [RunSummary(reading).text, MarkdownReport(reading).text] {
            #expect(text.components(separatedBy: "have it sent").count == 2, "\(text)")
        }
    }

    @Test func theOrderInWhichStepsEndChangesNothing() throws {
        let run = SampleRun.mixed
        let plain = try reading(run.events())
        var order = Array(run.steps.indices)
        var generator = Seeded(state: 7)
        for _ in 0..<20 {
            order.shuffle(using: &generator)
            let other = try reading(run.events(inOrder: order))
            #expect(ReportV1(other).json() == ReportV1(plain).json())
            #expect(MarkdownReport(other).text == MarkdownReport(plain).text)
            #expect(RunSummary(other).text == RunSummary(plain).text)
        }
    }

    @Test func everyPromisedKeyIsThereAlsoWhereItsValueIsUnknown() throws {
        let bytes = try ReportV1(reading(SampleRun.mixed.events())).json()
        let json = try #require(try JSONSerialization.jsonObject(with: bytes) as? [String: Any])
        let promised: [String: Set<String>] = [
            "steps": [
                "id", "kind", "status", "durationMilliseconds", "attempts", "fingerprint", "needs", "outputs",
                "pool",
            ],
            "contracts": ["name", "source", "compiler", "artifact"],
            "tools": ["name", "version", "digest", "status", "steps"],
            "findings": [
                "id", "tool", "rule", "severity", "confidence", "contract", "location", "title",
                "description",
                "recommendation", "classification", "status", "alsoReportedBy",
            ],
            "verdicts": ["contract", "network", "policy", "codeDigest", "passed", "reasons"],
            "networks": ["name", "chainId", "genesisHash", "spentWei", "status"],
            "deployments": [
                "name", "contract", "network", "chainId", "action", "reason", "address", "codeMatches",
                "transactionHash", "blockNumber", "gasUsed", "feePaidWei", "constructorArguments",
            ],
        ]
        for (list, keys) in promised {
            let entries = try #require(json[list] as? [[String: Any]])
            #expect(!entries.isEmpty)
            for entry in entries { #expect(keys.subtracting(entry.keys) == [], "\(list)") }
        }
        #expect(json["version"] as? Int == 1)
        let run = try #require(json["run"] as? [String: Any])
        #expect(run["startedAt"] as? String == "2026-11-22T02:00:07.000Z")
        #expect(run["planDigest"] == nil)
    }

    @Test func aReaderGetsBackWhatWasWritten() throws {
        let report = ReportV1(try reading(SampleRun.mixed.events()))
        #expect(try JSONDecoder().decode(ReportV1.self, from: report.json()) == report)
    }

    @Test func aDeploymentThatNeverRanSaysWhatStoppedIt() throws {
        let report = ReportV1(try reading(SampleRun.mixed.events()))
        let silent = report.deployments.filter { $0.action == "skipped" }
        #expect(
            silent.map(\.reason) == [
                "compile:Broken failed: solc found 1 error",
                "audit:Vault was refused: policy strict refuses on sepolia: 1 high",
            ])
        #expect(report.summary.deployments.created == 2)
        #expect(report.summary.deployments.skipped == 2)
    }

    @Test func aToolThatDidNotEndOkIsNotCovered() throws {
        let report = ReportV1(try reading(SampleRun.mixed.events()))
        #expect(report.tools.map(\.name) == ["hyperkit", "slither", "solc"])
        #expect(report.tools.map(\.status) == ["ok", "timedOut", "ok"])
        #expect(
            report.notCovered == Self.notCovered + [
                "slither ended timedOut in audit:Vault: it did not end within 60 s"
            ])
        #expect(
            report.tools.last?.steps == ["audit:Token", "audit:Vault", "compile:Token", "compile:Vault"])
    }

    /// The run with three quarters of a coin sent along on one of its networks.
    private func withValue() throws -> RunReading {
        var run = SampleRun.mixed
        run.finished = run.finished.map { content in
            guard case .runFinished(var end) = content else { return content }
            end.paid["sepolia"]?.valueWei = "750000000000000000"
            return .runFinished(end)
        }
        return try reading(run.events())
    }

    @Test func whatWasSpentIsFeesAndValueWithoutRounding() throws {
        let networks = ReportV1(try reading(SampleRun.mixed.events())).networks
        #expect(networks.map(\.spentWei) == ["1204331000000000", "18188240000000000"])
        #expect(
            ReportV1(try withValue()).networks.map(\.spentWei) == ["1204331000000000", "768188240000000000"])
    }

    @Test func whoReadsItSeesFeesAndValue() throws {
        let reading = try withValue()
        let markdown = MarkdownReport(reading).text
        #expect(markdown.contains("| – | 0.001204331 ETH |"), "\(markdown)")
        #expect(markdown.contains("| 0.76818824 ETH (0.75 ETH of value, 0.01818824 ETH of fees) |"))
        let summary = RunSummary(reading).text
        let words = " · 0.769392571 ETH (0.75 ETH of value, 0.019392571 ETH of fees) on 2 networks\n"
        #expect(summary.contains(words), "\(summary)")
    }

    @Test func aRunThatWasKilledHasNoReportAndOneThatWasStoppedHas() throws {
        let run = SampleRun.mixed
        #expect(RunReading(RunRecord(folding: run.events().dropLast())) == nil)
        #expect(RunReading(RunRecord()) == nil)
        let stopped = try reading(run.events(inOrder: [0, 1]))
        #expect(stopped.count(.cancelled) == 10)
        #expect(
            ReportV1(stopped).deployments.map(\.reason)
                == Array(repeating: "the run ended before it", count: 4))
    }
}

/// SplitMix64: the same shuffles every time.
private struct Seeded: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
