import Foundation
import Model
import Testing

@Suite struct PolicyTests {
    static let code = Digest(of: Data("code".utf8))

    static func finding(
        _ severity: Severity,
        tool: String = "hyperkit",
        rule: String = "reentrancy",
        confidence: Confidence = .high
    ) -> Finding {
        Finding(
            id: "\(tool)/\(rule)/\(severity.rawValue)",
            tool: tool,
            rule: rule,
            severity: severity,
            confidence: confidence,
            contract: "Vault",
            title: "",
            description: "",
            recommendation: ""
        )
    }

    static func verdict(_ policy: Policy, _ findings: [Finding], _ runs: [ToolRun], size: Int = 100)
        -> Verdict
    {
        policy.verdict(
            contract: "Vault",
            network: nil,
            findings: findings,
            tools: runs,
            codeDigest: code,
            runtimeCodeBytes: size
        )
    }

    static let ok = ToolRun(name: "hyperkit", version: "1", end: .ok)

    @Test func refusesFromTheNamedSeverityOn() {
        let policy = Policy(name: "p", tools: ["hyperkit"], refusals: [.init(severity: .medium)])
        #expect(Self.verdict(policy, [Self.finding(.low)], [Self.ok]).passed)
        let refused = Self.verdict(
            policy, [Self.finding(.medium), Self.finding(.high), Self.finding(.high)], [Self.ok])
        #expect(refused.reasons == ["2 high", "1 medium"])
    }

    @Test(arguments: [ToolEnd.failed, .timedOut, .unsupported, .missing])
    func aRequiredToolThatDidNotEndOkRefuses(_ end: ToolEnd) {
        let policy = Policy(name: "p", tools: ["hyperkit"])
        let run = ToolRun(name: "hyperkit", version: "1", end: end, message: "why")
        #expect(
            Self.verdict(policy, [], [run]).reasons == ["required tool hyperkit ended \(end.rawValue): why"])
        #expect(Self.verdict(policy, [], []).reasons == ["required tool hyperkit did not run"])
    }

    @Test func aToolThatIsNotRequiredMayBeMissing() {
        let policy = Policy(name: "p", tools: ["hyperkit", "slither"], required: ["hyperkit"])
        #expect(
            Self.verdict(policy, [], [Self.ok, ToolRun(name: "slither", version: "", end: .missing)]).passed)
    }

    @Test func toolsThatThePolicyDoesNotNameHaveNoSay() {
        let policy = Policy(name: "p", tools: ["hyperkit"], refusals: [.init(severity: .low)])
        #expect(Self.verdict(policy, [Self.finding(.critical, tool: "slither")], [Self.ok]).passed)
    }

    @Test func ignoredRulesAndSettledFindingsDoNotCount() {
        let policy = Policy(
            name: "p",
            tools: ["hyperkit"],
            refusals: [.init(severity: .low)],
            ignored: [.init(rule: "hyperkit/reentrancy", reason: "guarded elsewhere")]
        )
        var suppressed = Self.finding(.high, rule: "tx-origin")
        suppressed.status = .suppressed
        #expect(Self.verdict(policy, [Self.finding(.high), suppressed], [Self.ok]).passed)
    }

    @Test func allThatARefusalSaysMustHold() {
        let refusal = Policy.Refusal(severity: .high, confidence: .medium, rule: "hyperkit/reentrancy")
        #expect(refusal.matches(Self.finding(.high, confidence: .medium)))
        #expect(!refusal.matches(Self.finding(.medium, confidence: .high)))
        #expect(!refusal.matches(Self.finding(.high, confidence: .low)))
        #expect(!refusal.matches(Self.finding(.high, rule: "tx-origin")))
    }

    @Test func aSizeOverThePolicysLimitRefuses() {
        let policy = Policy(name: "p", tools: [], runtimeCodeBytes: 99)
        #expect(
            Self.verdict(policy, [], []).reasons == ["runtime code is 100 bytes, more than the policy's 99"])
    }
}
