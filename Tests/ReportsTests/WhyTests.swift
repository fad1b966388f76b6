import Foundation
import Model
import Testing

@testable import Reports

@Suite struct WhyTests {
    private static let vault = SampleRun.name("Vault")

    private static func fingerprint(_ source: String, sources: Int = 6, viaIR: String = "false")
        -> Fingerprint
    {
        var fingerprint = Fingerprint(schema: 2, kind: .compile)
        fingerprint.add("contract", "Vault")
        fingerprint.add("source contracts/Vault.sol", SampleRun.digest(source).description)
        for number in 0..<sources {
            fingerprint.add("source lib/\(number).sol", SampleRun.digest("\(number)").description)
        }
        fingerprint.add("solc", "0.8.29 \(SampleRun.digest("solc"))")
        fingerprint.add("viaIR", viaIR)
        return fingerprint
    }

    private static let old = fingerprint("old")
    private static let new = fingerprint("new", sources: 5)

    private static func run(
        _ id: String,
        _ status: StepEnd.Status?,
        _ fingerprint: Fingerprint?,
        _ reason: String = "",
        failure: String? = nil,
        skippedAfter: StepID? = nil
    ) -> StepInRun {
        StepInRun(
            run: id, project: "treasury", startedAt: Timestamp(milliseconds: 1_795_312_807_000),
            step: PastRunDetail.Step(
                id: .compile(vault), status: status, reason: reason, fingerprint: fingerprint?.digest,
                failure: failure.map { PastRunDetail.Failure(code: "c", message: $0, hint: nil) },
                skippedAfter: skippedAfter))
    }

    private static func explain(_ now: StepInRun, _ earlier: StepInRun...) -> StepExplanation {
        StepExplanation(now, earlier: earlier) { digest in [old, new].first { $0.digest == digest } }
    }

    private static let changed = explain(
        run("2026-11-22T02-00-07Z-4f1c", .failed, new, failure: "it does not\u{1b} compile"),
        run("2026-11-22T02-00-07Z-77ac", .succeeded, old))

    @Test func theTextIsForPeople() throws {
        let text = WhyText.render(Self.changed, all: false) + "\n" + WhyText.render(Self.changed, all: true)
        #expect(!text.contains("\u{1b}"))
        try expectGolden(text, "why-step.txt")
    }

    @Test(
        arguments: [
            (run("b-2", .succeeded, old), [], "ran because it had not been done before"),
            (
                run("b-2", .succeeded, old, "its stored result had been evicted by gc on 2026-11-20"),
                [run("a-1", .succeeded, old)],
                "ran again, though nothing changed since run 1 (2026-11-22): its stored result had been evicted by gc on 2026-11-20"
            ),
            (
                run("b-2", .failed, old), [run("a-1", .reused, old)],
                "ran again, though nothing changed since run 1 (2026-11-22)"
            ),
            (
                run("b-2", .reused, old), [run("a-1", .succeeded, old)],
                "was reused: nothing changed since run 1 (2026-11-22)"
            ),
            (
                run("b-2", .reused, new), [run("a-1", .succeeded, old)],
                "was reused: its work had been done by a plan or another project; its fingerprint changed since run 1 (2026-11-22)"
            ),
            (
                run("b-2", .failed, old, StepReason.failedBefore), [run("a-1", .failed, old)],
                "failed so before, in run 1 (2026-11-22), and nothing changed"
            ),
            (run("b-2", .reused, nil, "code matches"), [], "was kept: code matches"),
            (run("b-2", .succeeded, nil, "there was none"), [], "was done: there was none"),
            (run("b-2", .refused, nil, failure: "1 high"), [], "was refused: 1 high"),
            (run("b-2", .blocked, nil, failure: "drift"), [], "is blocked: drift"),
            (run("b-2", .skipped, nil), [], "was skipped: a step that it needs did not end well"),
            (
                run("b-2", .skipped, nil, skippedAfter: .generate(vault)), [],
                "was skipped: generate:Vault did not end well"
            ),
            (run("b-2", nil, nil), [], "has no end: the run goes on, or was killed"),
        ] as [(StepInRun, [StepInRun], String)])
    func theHeadlineSaysWhy(_ now: StepInRun, _ earlier: [StepInRun], _ headline: String) {
        let told = StepExplanation(now, earlier: earlier) { _ in nil }
        #expect(WhyText.headline(told) == headline)
    }

    @Test func theJSONIsVersionedAndSaysEveryField() throws {
        try expectGolden(String(decoding: try WhyStepV1(Self.changed).json(), as: UTF8.self), "why-step.json")
    }

    @Test func theCausesOfTwoRunsAreGrouped() throws {
        let (before, after) = (Self.detail("run-a", "x"), Self.detail("run-b", "y"))
        let all = (before.1 + after.1)
        let told = RunExplanation(before.0, after.0) { digest in all.first { $0.digest == digest } }
        let heads = [before.0, after.0].map { ListedRun($0.run, .ended(.succeeded)) }
        let texts = [false, true].map {
            WhyRunsText.render(told, before: heads[0], after: heads[1], all: $0)
        }
        try expectGolden(texts.joined(separator: "\n"), "why-runs.txt")
        let json = try WhyRunsV1(told, before: heads[0], after: heads[1]).json()
        let read = try JSONDecoder().decode(WhyRunsV1.self, from: json)
        #expect(read.version == 1 && read.steps.count == 9)
        #expect(read.causes.map(\.steps.count) == [5])
        let same = RunExplanation(before.0, before.0) { _ in nil }
        #expect(
            WhyRunsText.render(same, before: heads[0], after: heads[0], all: false)
                .hasSuffix("\nno step that both have has another fingerprint\n"))
    }

    /// Five steps that one file changes, one of them for a reason of its own too, and four with a field of their own.
    private static func detail(_ id: String, _ version: String) -> (PastRunDetail, [Fingerprint]) {
        var fingerprints: [Fingerprint] = []
        var steps: [PastRunDetail.Step] = []
        for number in 0..<9 {
            var fingerprint = Fingerprint(schema: 1, kind: .check)
            fingerprint.add("name", "c\(number)")
            if number < 5 {
                fingerprint.add("input lib/Math.sol", version)
            } else {
                fingerprint.add("output", "\(number) \(version)")
            }
            if number == 2 { fingerprint.add("deadline", "\(version) s") }
            fingerprints.append(fingerprint)
            steps.append(
                PastRunDetail.Step(
                    id: .check("c\(number)"), status: .succeeded, fingerprint: fingerprint.digest))
        }
        let run = PastRun(
            id: id, project: "treasury", actor: "ada", hyperkitVersion: "0.1.0",
            startedAt: Timestamp(milliseconds: 0), end: nil, steps: [:], unended: 0)
        return (PastRunDetail(run: run, steps: steps), fingerprints)
    }
}
