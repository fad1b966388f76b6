import Engine
import Foundation
import Model
import Testing

@testable import Steps

@Suite struct AuditVerdictTests {
    private static func finding(_ rule: String, _ severity: Severity, line: Int = 1, swc: String? = nil)
        -> Finding
    {
        let names = rule.split(separator: "/").map(String.init)
        return Finding(
            id: "\(rule)@\(line)",
            tool: names[0],
            rule: names[1],
            severity: severity,
            confidence: .high,
            contract: "Heir",
            function: "f",
            location: Finding.Span(file: "a.sol", line: line, column: 1, endLine: line + 1, text: ""),
            title: "",
            description: "",
            recommendation: "",
            classification: Finding.Classification(swc: swc)
        )
    }

    private static let audit = AuditV1(
        tools: [ToolRun(name: "hyperkit", version: "1", end: .ok)],
        findings: [
            finding("hyperkit/a", .high), finding("hyperkit/b", .medium), finding("hyperkit/c", .medium),
        ]
    )

    private static func policy(_ name: String, _ severity: Severity, ignoring rules: [String] = []) -> Policy
    {
        Policy(
            name: name,
            tools: ["hyperkit"],
            refusals: [Policy.Refusal(severity: severity)],
            ignored: rules.map { Policy.Ignored(rule: $0, reason: "ours") }
        )
    }

    private static func interpret(_ gates: [AuditAction.Gate]) throws -> (AuditFact, String?) {
        let action = AuditAction(
            contract: AuditFixture.contract, compile: AuditFixture.compile, tools: ["hyperkit"], gates: gates)
        let interpretation = AuditVerdicts.interpretation(
            of: audit, for: action, codeDigest: Digest(of: Data()), runtimeCodeBytes: 10)
        guard case .audit(let fact) = try #require(interpretation.facts.first) else {
            throw StepFailure(code: "test", "no audit fact")
        }
        return (fact, interpretation.refusal)
    }

    @Test func aContractsOwnPolicyRefusesTheStep() throws {
        let (fact, refusal) = try Self.interpret([
            AuditAction.Gate(network: nil, policy: Self.policy("strict", .medium)),
            AuditAction.Gate(network: "devnet", policy: Self.policy("lax", .critical)),
        ])
        #expect(refusal == "policy strict: 1 high, 2 medium")
        #expect(fact.verdicts.map(\.passed) == [false, true])
    }

    @Test func oneNetworksPolicyDoesNotRefuseTheStep() throws {
        let (fact, refusal) = try Self.interpret([
            AuditAction.Gate(network: "devnet", policy: Self.policy("lax", .critical)),
            AuditAction.Gate(network: "sepolia", policy: Self.policy("strict", .medium)),
        ])
        #expect(refusal == nil)
        #expect(fact.verdicts.map(\.passed) == [true, false])
    }

    @Test func allNetworksTogetherRefuseTheStep() throws {
        let (_, refusal) = try Self.interpret([
            AuditAction.Gate(network: "devnet", policy: Self.policy("some", .high)),
            AuditAction.Gate(network: "holesky", policy: Self.policy("some", .high)),
            AuditAction.Gate(network: "sepolia", policy: Self.policy("strict", .medium)),
        ])
        #expect(refusal == "policy some: 1 high; policy strict: 1 high, 2 medium")
    }

    @Test func whatAllPoliciesIgnoreIsSuppressed() throws {
        let (fact, refusal) = try Self.interpret([
            AuditAction.Gate(
                network: nil, policy: Self.policy("a", .high, ignoring: ["hyperkit/a", "hyperkit/b"])),
            AuditAction.Gate(
                network: "devnet", policy: Self.policy("b", .critical, ignoring: ["hyperkit/a"])),
        ])
        #expect(refusal == nil)
        #expect(fact.findings.map(\.status) == [.suppressed, .open, .open])
    }

    @Test func mergesWhatToolsSayOfTheSamePlace() {
        let merged = FindingMerge.merged([
            Self.finding("solc/x", .low, line: 4, swc: "SWC-104"),
            Self.finding("slither/y", .medium, line: 3, swc: "SWC-104"),
            Self.finding("hyperkit/z", .medium, line: 3, swc: "SWC-107"),
            Self.finding("hyperkit/w", .medium, line: 9, swc: "SWC-104"),
            Self.finding("slither/z", .high, line: 3),
        ])
        #expect(
            merged.map { "\($0.qualifiedRule) \($0.alsoReportedBy)" } == [
                "slither/z [\"hyperkit/z\"]", "hyperkit/z [\"slither/z\"]", "slither/y [\"solc/x\"]",
                "hyperkit/w []", "solc/x [\"slither/y\"]",
            ])
    }

    @Test func saysWhatWasNotCovered() {
        let texts = NotCovered.texts([
            ToolRun(name: "solc", version: "1", end: .ok),
            ToolRun(name: "slither", version: "1", end: .timedOut, message: "it did not end"),
        ])
        #expect(texts.dropLast() == NotCovered.always[...])
        #expect(texts.last == "everything that slither looks for where it ended timedOut (it did not end)")
    }
}
