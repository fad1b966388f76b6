import Foundation
import Model
import Testing

@Suite struct StepExplanationTests {
    private static let old = FingerprintTests.fingerprint([("source A.sol", "1"), ("viaIR", "false")])
    private static let new = FingerprintTests.fingerprint([("source A.sol", "2"), ("viaIR", "false")])

    private static func fields(_ digest: Digest) -> Fingerprint? {
        [old, new].first { $0.digest == digest }
    }

    private static func run(
        _ id: String,
        _ status: StepEnd.Status?,
        _ fingerprint: Fingerprint? = old,
        _ reason: String = "recorded"
    ) -> StepInRun {
        StepInRun(
            run: id, project: "p", startedAt: Timestamp(milliseconds: 0),
            step: PastRunDetail.Step(
                id: .check("a"), status: status, reason: reason, fingerprint: fingerprint?.digest))
    }

    private static func explain(_ now: StepInRun, _ earlier: [StepInRun]) -> StepExplanation {
        StepExplanation(now, earlier: earlier, fields: fields)
    }

    @Test func aStepWithoutHistoryRanForTheFirstTime() {
        let told = Self.explain(Self.run("r1", .succeeded), [])
        #expect(told.cause == .firstTime && told.since == nil)
        #expect(told.fields?.map(\.after) == ["1", "compile", "1", "false"])
    }

    @Test(arguments: [StepEnd.Status.succeeded, .failed, .refused])
    func aChangeIsToldSinceTheLastRunThatLeftAResult(_ status: StepEnd.Status) {
        let told = Self.explain(
            Self.run("r4", status, Self.new),
            [Self.run("r3", .failed, Self.old), Self.run("r2", .reused), Self.run("r1", .succeeded)])
        #expect(told.cause == .changed)
        #expect(told.since?.run == "r2")
        #expect(
            told.fields?.filter(\.isChanged)
                == [FieldComparison(label: "source A.sol", before: "1", after: "2")])
        #expect(told.fields?.count == 4)
    }

    @Test func aReuseNamesTheRunThatDidTheWork() {
        let earlier = [
            Self.run("r3", .reused), Self.run("r2", .refused, Self.old, StepReason.nothingChanged),
            Self.run("r1", .succeeded), Self.run("r0", .succeeded, Self.new),
        ]
        #expect(Self.explain(Self.run("r4", .reused), earlier).cause == .reused)
        #expect(Self.explain(Self.run("r4", .reused), earlier).since?.run == "r1")
        let refused = Self.explain(Self.run("r4", .refused, Self.old, StepReason.nothingChanged), earlier)
        #expect(refused.cause == .reused)
        #expect(refused.fields?.allSatisfy { !$0.isChanged } == true)
    }

    @Test func aReuseOfWhatNoRunDidSaysSo() {
        let told = Self.explain(Self.run("r2", .reused, Self.new), [Self.run("r1", .succeeded)])
        #expect(told.cause == .doneElsewhere && told.since?.run == "r1")
        #expect(told.fields?.count { $0.isChanged } == 1)
        #expect(Self.explain(Self.run("r1", .reused), []).since == nil)
    }

    @Test func workThatIsDoneAgainSaysWhy() {
        let told = Self.explain(
            Self.run("r2", .succeeded, Self.old, "it was evicted"), [Self.run("r1", .reused)])
        #expect(told.cause == .again(reason: "it was evicted"))
        #expect(told.since?.run == "r1")
    }

    @Test func aKnownFailureNamesTheRunThatMetIt() {
        let now = Self.run("r3", .failed, Self.old, StepReason.failedBefore)
        let told = Self.explain(
            now, [Self.run("r2", .succeeded, Self.new), Self.run("r1", .failed, Self.old, "")])
        #expect(told.cause == .failedBefore && told.since?.run == "r1")
    }

    @Test func whatHasNoFingerprintIsAnEffectOrNotDone() {
        #expect(Self.explain(Self.run("r", .succeeded, nil), []).cause == .effect(reason: "recorded"))
        #expect(Self.explain(Self.run("r", .reused, nil), []).cause == .effect(reason: "recorded"))
        for status in [StepEnd.Status?.none, .failed, .skipped, .blocked, .cancelled] {
            #expect(Self.explain(Self.run("r", status, nil), []).cause == .notDone)
        }
        #expect(Self.explain(Self.run("r", .succeeded, nil), []).fields == nil)
    }

    @Test func withoutTheFieldsOfBothSidesNothingIsCompared() {
        let told = StepExplanation(
            Self.run("r2", .succeeded, Self.new), earlier: [Self.run("r1", .succeeded)],
            fields: { $0 == Self.new.digest ? Self.new : nil })
        #expect(told.cause == .changed && told.fields == nil)
    }

    @Test func twoRunsAreComparedStepByStepAndByCause() {
        func detail(_ steps: [(String, Fingerprint?)]) -> PastRunDetail {
            PastRunDetail(
                run: PastRun(
                    id: "r", project: "p", actor: "a", hyperkitVersion: "0",
                    startedAt: .init(milliseconds: 0),
                    end: nil, steps: [:], unended: 0),
                steps: steps.map { name, fingerprint in
                    PastRunDetail.Step(
                        id: .check(name), status: .succeeded, fingerprint: fingerprint?.digest)
                })
        }
        let third = FingerprintTests.fingerprint([("source A.sol", "2"), ("viaIR", "true")])
        let lost = FingerprintTests.fingerprint([("lost", "x")])
        let before = detail([
            ("a", Self.old), ("b", Self.old), ("c", Self.old), ("d", Self.old), ("e", nil), ("f", Self.old),
        ])
        let after = detail([
            ("c", third), ("b", Self.new), ("a", Self.old), ("d", lost), ("e", Self.new), ("g", Self.new),
        ])
        let told = RunExplanation(before, after) { digest in
            [Self.old, Self.new, third].first { $0.digest == digest }
        }
        #expect(told.steps.map(\.id) == ["c", "b", "d"].map(StepID.check))
        #expect(
            told.steps.map { $0.changes?.map(\.words) } == [
                ["source A.sol 1 → 2", "viaIR false → true"], ["source A.sol 1 → 2"], nil,
            ])
        #expect(told.causes.map(\.change.words) == ["source A.sol 1 → 2"])
        #expect(told.causes.first?.steps == ["c", "b"].map(StepID.check))
    }
}
