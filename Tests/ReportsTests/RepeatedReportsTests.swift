import Foundation
import Model
import Testing

@testable import Reports

/// The reports of runs that had nothing to do.
@Suite struct RepeatedReportsTests {
    private static let header = RunHeader(
        id: "2026-11-22T02-00-07Z-4f1c",
        project: "treasury",
        startedAt: Timestamp(milliseconds: 1_795_312_807_123),
        hyperkitVersion: "0.1.0",
        manifests: [],
        actor: "ada"
    )

    private static func end(_ milliseconds: Int64) -> RunEnd {
        RunEnd(
            status: .succeeded,
            exitCode: 0,
            finishedAt: Timestamp(milliseconds: header.startedAt.milliseconds + milliseconds),
            durationMilliseconds: milliseconds
        )
    }

    /// A run of one compilation with a finding, which ended so.
    private static func record(_ outcome: Outcome, _ kind: StepID = .compile(name)) -> RunRecord {
        let steps = [PlannedStep(id: kind, needs: [], pool: "cpu")]
        let stepEnd = StepEnd(
            outcome, attempts: 0, durationMilliseconds: 17, fingerprint: nil, reason: "nothing changed")
        let kinds: [(StepID?, Event.Kind)] = [
            (nil, .runStarted(header)), (nil, .planned(steps)), (kind, .stepFinished(stepEnd)),
            (nil, .runFinished(end(1_234))),
        ]
        return RunRecord(
            folding: kinds.enumerated().map { number, event in
                Event(sequence: number + 1, time: header.startedAt, step: event.0, kind: event.1)
            }
        )
    }

    private static let name: ContractName = {
        guard let name = ContractName("Vault") else { preconditionFailure("a name") }
        return name
    }()

    @Test(arguments: [0, 1, 0xdead_beef, UInt64.max])
    func filledTheyAreWhatARunWithNothingToDoWouldRender(_ random: UInt64) throws {
        let record = Self.record(.reused([]))
        let reports = try #require(RepeatedReports(record, notCovered: ["gas"], random: random))
        var header = Self.header
        header.id = "2026-11-23T02-00-07Z-77ac"
        header.startedAt = Timestamp(milliseconds: 1_795_399_207_001)
        var end = Self.end(7)
        end.finishedAt = Timestamp(milliseconds: 1_795_399_207_008)
        let next = try #require(record.repeated(as: header, end))
        let reading = try #require(RunReading(next, notCovered: ["gas"]))
        #expect(Data(reports.json.filled(header, end).joined()) == ReportV1(reading).json())
        #expect(
            Data(reports.markdown.filled(header, end).joined()) == Data(MarkdownReport(reading).text.utf8))
        #expect(Data(reports.summary.filled(header, end).joined()) == Data(RunSummary(reading).text.utf8))
        #expect(next.steps.map(\.end?.durationMilliseconds) == [0])
    }

    @Test(arguments: [
        record(.succeeded([])), record(.cancelled), record(.refused(reason: "policy")),
        record(.reused([]), .deploy("vault", on: "devnet")),
        record(.reused([]), .call("fee", of: "vault", on: "devnet")),
    ])
    func whereSomethingWasDoneOrMustBeAskedThereAreNone(_ record: RunRecord) {
        #expect(RepeatedReports(record, notCovered: [], random: 1) == nil)
    }
}
