import Foundation
import Model
import Testing

@testable import Reports

@Suite struct RunDiffTests {
    private static let token = SampleRun.name("Token")

    private static func run(_ id: String) -> PastRun {
        PastRun(
            id: id, project: "treasury", actor: "ada", hyperkitVersion: "0.1.0",
            startedAt: Timestamp(milliseconds: 1_795_312_807_000),
            end: RunEnd(
                status: .succeeded, exitCode: 0, finishedAt: Timestamp(milliseconds: 1_795_312_819_400),
                durationMilliseconds: 12_400),
            steps: [.succeeded: 2, .reused: 1], unended: 0)
    }

    private static func step(
        _ id: StepID,
        _ status: StepEnd.Status?,
        _ reason: String,
        _ inputs: String = "f",
        took: Int64? = 5
    ) -> PastRunDetail.Step {
        PastRunDetail.Step(
            id: id, status: status, reason: reason, durationMilliseconds: took, retries: 0,
            fingerprint: SampleRun.digest(inputs))
    }

    private static func finding(_ id: String, _ contract: String) -> PastRunDetail.Finding {
        PastRunDetail.Finding(
            id: id, contract: contract, tool: "hyperkit", rule: "reentrancy", severity: .high,
            confidence: .high, file: "contracts/\(contract).sol", line: 41, title: "Reentrancy",
            status: .open)
    }

    private static func deployment(_ name: String, code: String = "code", run: String)
        -> PastRunDetail.Deployment
    {
        PastRunDetail.Deployment(
            name: name, network: "sepolia", contract: "Token", chainID: 11_155_111,
            address: "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf", initCodeDigest: SampleRun.digest(code),
            runtimeCodeDigest: SampleRun.digest("runtime"), constructorArguments: "0x", run: run)
    }

    private static let before = PastRunDetail(
        run: run("run-a"),
        steps: [
            step(.compile(token), .succeeded, "it has not been done before"),
            step(.audit(token), .succeeded, "new", took: 900), step(.deploy("gone", on: "n"), .succeeded, ""),
        ],
        findings: [finding("f1", "Token"), finding("f2", "Token"), finding("f3", "Vault")],
        audited: ["Token", "Vault"],
        deployments: [deployment("token", run: "run-a"), deployment("vault", run: "run-a")])

    private static let after = PastRunDetail(
        run: run("run-b"),
        steps: [
            step(.compile(token), .succeeded, "contracts/Token.sol changed", "g"),
            step(.audit(token), .succeeded, "new", took: 3), step(.deploy("new", on: "n"), nil, ""),
        ],
        findings: [finding("f2", "Token"), finding("f4", "Token")],
        audited: ["Token"],
        deployments: [deployment("token", run: "run-b"), deployment("vault", code: "other", run: "run-b")])

    @Test func saysWhatDiffersAndNothingElse() {
        let diff = RunDiff(Self.before, Self.after)
        #expect(diff.stepsGone.map(\.id) == [.deploy("gone", on: "n")])
        #expect(diff.stepsNew.map(\.id) == [.deploy("new", on: "n")])
        // The audit took another time, and who made a deployment is no difference of it.
        #expect(diff.stepsChanged.map(\.after.id) == [.compile(Self.token)])
        #expect(diff.findingsNew.map(\.id) == ["f4"])
        #expect(diff.findingsGone.map(\.id) == ["f1"])
        #expect(diff.notAudited == ["Vault"])
        #expect(diff.deploymentsChanged.map(\.after.name) == ["vault"])
        #expect(diff.deploymentsNew.isEmpty && diff.deploymentsGone.isEmpty)
    }

    @Test func backwardsItIsTheOtherWayRound() {
        let diff = RunDiff(Self.after, Self.before)
        #expect(diff.stepsNew.map(\.id) == [.deploy("gone", on: "n")])
        #expect(diff.findingsNew.map(\.id) == ["f1", "f3"])
        #expect(diff.findingsGone.map(\.id) == ["f4"])
        #expect(diff.notAudited == [])
    }

    @Test func aRunDiffersInNothingFromItself() {
        #expect(RunDiff(Self.before, Self.before).isEmpty)
        #expect(!RunDiff(Self.before, Self.after).isEmpty)
    }

    @Test(arguments: [StepEnd.Status?.none, .some(.failed)])
    func anotherStatusAloneIsADifference(_ status: StepEnd.Status?) {
        var after = Self.before
        after.steps[0].status = status
        #expect(RunDiff(Self.before, after).stepsChanged.count == 1)
        #expect(RunDiff(Self.before, after).isEmpty == false)
    }

    @Test func theTextIsForPeople() throws {
        let listed = [Self.before, Self.after].map { ListedRun($0.run, .ended(.succeeded)) }
        try expectGolden(
            RunDiffText.render(RunDiff(Self.before, Self.after), before: listed[0], after: listed[1]),
            "run-diff.txt")
        let same = RunDiffText.render(RunDiff(Self.before, Self.before), before: listed[0], after: listed[0])
        #expect(same.hasSuffix("\nnothing differs\n"))
        try expectGolden(
            PastRunText.show(Self.before, .unfinished) + PastRunText.list(listed), "past-runs.txt")
    }

    @Test func theJSONIsVersionedAndSorted() throws {
        let listed = [Self.before, Self.after].map { ListedRun($0.run, .ended(.succeeded)) }
        let diff = RunDiffV1(RunDiff(Self.before, Self.after), before: listed[0], after: listed[1])
        try expectGolden(String(decoding: try diff.json(), as: UTF8.self), "run-diff.json")
        let shown = try PastRunV1(Self.before, .noEndRecorded).json()
        try expectGolden(String(decoding: shown, as: UTF8.self), "past-run.json")
        let list = try RunListV1([ListedRun(Self.run("run-a"), .running)]).json()
        let json = try #require(try JSONSerialization.jsonObject(with: list) as? [String: Any])
        #expect(json["version"] as? Int == 1)
        #expect((json["runs"] as? [[String: Any]])?.first?["status"] as? String == "running")
    }

    @Test func manyStepsOfOneChangeAreCounted() {
        let ids = (0..<30).map { StepID.deploy("d\($0)", on: "n") }
        let before = PastRunDetail(run: Self.run("a"), steps: ids.map { Self.step($0, .succeeded, "new") })
        let after = PastRunDetail(run: Self.run("b"), steps: ids.map { Self.step($0, .reused, "same") })
        let listed = ListedRun(before.run, .running)
        let text = RunDiffText.render(RunDiff(before, after), before: listed, after: listed)
        #expect(text.hasSuffix("\nsteps\n  ~ 30 steps  succeeded → reused\n"))
    }

    @Test func whatIsRecordedCannotSteerTheTerminal() {
        var run = Self.before
        run.steps[0].reason = "a\u{1b}[2Jb"
        run.run.actor = "eve\u{7}"
        let text = PastRunText.show(run, .running) + PastRunText.list([ListedRun(run.run, .running)])
        #expect(!text.contains("\u{1b}") && !text.contains("\u{7}"))
        #expect(text.contains("eve\u{fffd}"))
    }
}
