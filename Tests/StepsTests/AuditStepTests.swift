import Engine
import Foundation
import Model
import Testing

@testable import Steps

@Suite struct AuditStepTests {
    private static let tool = Tool(
        name: "slither", version: "0.11.6", program: "/tools/python",
        leadingArguments: ["-B", "/tools/slither"], environment: ["A": "b"], digest: Digest(of: Data([1])))

    /// Slither behind fake workers that answer as `answer` does.
    private static func slither(
        _ answer: @escaping @Sendable (Data, Duration) async throws(ToolError) -> Data
    ) -> SlitherWorkers {
        SlitherWorkers(tool, world: FakeWorkers(answer).world)
    }

    private static func line(_ output: String, errors: String = "", fault: String? = nil) throws -> Data {
        var answer = ["output": output, "errors": errors]
        if let fault { answer["fault"] = fault }
        return try JSONEncoder().encode(answer)
    }

    private static func recorded() throws -> SlitherWorkers {
        let answer = try line(String(decoding: AuditFixture.data("Heir.slither.json"), as: UTF8.self))
        return slither { _, _ throws(ToolError) in answer }
    }

    private static func action(
        _ tools: [String] = ["hyperkit", "slither", "solc"],
        gates: [AuditAction.Gate] = []
    ) -> AuditAction {
        AuditAction(
            contract: AuditFixture.contract, compile: AuditFixture.compile, tools: tools, gates: gates)
    }

    private static func audit(_ step: AuditStep, _ action: AuditAction, compiler: String = "solc")
        async throws
        -> AuditV1
    {
        let inputs = try AuditFixture.inputs("Heir", "Heir", compiler: compiler)
        let performed = try await step.perform(action, inputs: inputs) { _ in }
        return try AuditV1.decoded(try AuditFixture.stored(performed).bytes(AuditOutput.findings))
    }

    @Test func putsTheFindingsOfAllToolsTogether() async throws {
        let step = AuditStep(slither: try Self.recorded())
        let audit = try await Self.audit(step, Self.action())
        #expect(audit.tools.map(\.name) == ["hyperkit", "slither", "solc"])
        #expect(audit.tools.allSatisfy { $0.end == .ok })
        let call = audit.findings.filter { $0.classification.swc == "SWC-107" && $0.severity == .high }
        #expect(call.map(\.qualifiedRule) == ["hyperkit/reentrancy"])
        let result = audit.findings.filter { $0.classification.swc == "SWC-104" }
        let rules = [
            "hyperkit/unchecked-low-level-call", "slither/unchecked-lowlevel",
            "solc/unchecked-low-level-call",
        ]
        #expect(result.map(\.qualifiedRule) == rules)
        #expect(result.map(\.alsoReportedBy) == rules.map { rule in rules.filter { $0 != rule } })
    }

    @Test func givesTheSameBytesAgain() async throws {
        let step = AuditStep(slither: try Self.recorded())
        let first = try await Self.audit(step, Self.action()).encoded()
        let second = try await Self.audit(step, Self.action()).encoded()
        #expect(first == second)
    }

    @Test func keepsWhatSlitherPrinted() async throws {
        let step = AuditStep(slither: try Self.recorded())
        let inputs = try AuditFixture.inputs("Heir", "Heir")
        let performed = try await step.perform(Self.action(), inputs: inputs) { _ in }
        #expect(performed.outputs.map(\.name) == ["findings.json", "slither.json"])
        #expect(performed.outputs[1].bytes == (try AuditFixture.data("Heir.slither.json")))
    }

    @Test func givesSlitherTheArchiveAndNothingElse() async throws {
        let answer = try Self.line(String(decoding: AuditFixture.data("Heir.slither.json"), as: UTF8.self))
        let fake = FakeWorkers { _, _ throws(ToolError) in answer }
        let workers = SlitherWorkers(Self.tool, world: fake.world, memoryBytes: 5)
        _ = try await Self.audit(AuditStep(slither: workers, deadline: .seconds(7)), Self.action())
        let invocation = try #require(fake.started.first)
        #expect(invocation.program == "/tools/python")
        #expect(invocation.arguments == ["-B", "slither_worker.py", "5"])
        #expect(Array(invocation.inputs.keys) == ["slither_worker.py"])
        #expect(invocation.environment == ["A": "b"])
        #expect(invocation.workingDirectory == nil)
        #expect(fake.asked.map(\.deadline) == [.seconds(7)])
        #expect(fake.asked.map(\.line) == [try AuditFixture.data("archives/Heir_export_archive.json")])
    }

    @Test(arguments: [
        (ToolError.timedOut(after: .seconds(3)), ToolEnd.timedOut),
        (.notFound(program: "/tools/python"), .missing),
        (.couldNotStart(program: "/tools/python", reason: "no"), .failed),
        (.tooMuchOutput(limit: 1), .failed),
        (.ended(.signalled(9), lastWords: "why"), .failed),
    ])
    func aSlitherThatDoesNotEndIsNeverClean(_ error: ToolError, _ end: ToolEnd) async throws {
        let slither = Self.slither { _, _ throws(ToolError) in throw error }
        let audit = try await Self.audit(AuditStep(slither: slither), Self.action())
        let run = try #require(audit.tools.first { $0.name == "slither" })
        #expect(run.end == end)
        #expect(run.message == error.description)
        #expect(audit.findings.contains { $0.tool == "hyperkit" })
    }

    @Test func whatMayGoBetterTheNextTimeIsNotReusable() async throws {
        let inputs = try AuditFixture.inputs("Heir", "Heir")
        let hangs = Self.slither { _, _ throws(ToolError) in throw .timedOut(after: .seconds(3)) }
        let garbage = try Self.line("{]")
        let babbles = Self.slither { _, _ throws(ToolError) in garbage }
        for (slither, isReusable) in [(try Self.recorded(), true), (hangs, false), (babbles, false)] {
            let performed = try await AuditStep(slither: slither).perform(Self.action(), inputs: inputs) {
                _ in
            }
            #expect(performed.isReusable == isReusable)
        }
        let missing = AuditStep(slither: nil)
        let performed = try await missing.perform(Self.action(), inputs: inputs) { _ in }
        #expect(performed.isReusable == false)
    }

    @Test func cancellationIsNoEndOfATool() async throws {
        let slither = Self.slither { _, _ throws(ToolError) in throw .cancelled }
        await #expect(throws: StepFailure.cancelled) {
            try await Self.audit(AuditStep(slither: slither), Self.action())
        }
    }

    @Test(arguments: [
        ("", "a\nTypeError: b\n \n", nil, "TypeError: b"),
        ("no JSON\n", "", nil, "no JSON"),
        ("", "", nil, "it gave no result"),
        (#"{"success": false, "error": "KeyError: 'x'", "results": {}}"#, "noise", nil, "KeyError: 'x'"),
        (#"{"success": true, "error": null, "results": {}}"#, "noise", "it was killed", "it was killed"),
    ])
    func saysWhyItFailed(_ output: String, _ errors: String, _ fault: String?, _ message: String) async throws
    {
        let answer = try Self.line(output, errors: errors, fault: fault)
        let slither = Self.slither { _, _ throws(ToolError) in answer }
        let audit = try await Self.audit(AuditStep(slither: slither), Self.action(["slither"]))
        #expect(audit.tools.map(\.end) == [.failed])
        #expect(audit.tools.map(\.message) == [message])
        #expect(audit.findings.isEmpty)
    }

    @Test func anAnswerThatIsNoneIsAFailure() async throws {
        let slither = Self.slither { _, _ throws(ToolError) in Data("[]".utf8) }
        let audit = try await Self.audit(AuditStep(slither: slither), Self.action(["slither"]))
        #expect(audit.tools.map(\.end) == [.failed])
        #expect(audit.tools.map(\.message) == ["its worker answered something that is no answer"])
    }

    @Test func namesToolsThatAreNotThere() async throws {
        let step = AuditStep(slither: nil, slitherMissing: "not installed")
        let audit = try await Self.audit(step, Self.action(["mythril", "slither"]))
        #expect(audit.tools.map(\.end) == [.missing, .missing])
        #expect(audit.tools.map(\.message) == ["hyperkit has no tool 'mythril'", "not installed"])
    }

    @Test func vyperIsUnsupportedAndNotClean() async throws {
        let step = AuditStep(slither: try Self.recorded())
        let audit = try await Self.audit(step, Self.action(), compiler: "vyper")
        #expect(audit.tools.allSatisfy { $0.end == .unsupported })
        #expect(audit.findings.isEmpty)
    }

    @Test func codeThatIsTooLargeToFollowIsNotClean() async throws {
        let step = AuditStep(slither: nil)
        let inputs = try AuditFixture.inputs("Deep", "Deep")
        let performed = try await step.perform(Self.action(["hyperkit"]), inputs: inputs) { _ in }
        let audit = try AuditV1.decoded(try AuditFixture.stored(performed).bytes(AuditOutput.findings))
        #expect(audit.tools.map(\.end) == [.failed])
        #expect(audit.tools.map(\.message) == ["too large to be followed to the end: start"])
    }

    @Test func fingerprintNamesWhatDecides() throws {
        let step = AuditStep(slither: try Self.recorded())
        let inputs = try AuditFixture.inputs("Heir", "Heir")
        let fingerprint = try step.fingerprint(Self.action(), inputs: inputs)
        #expect(
            fingerprint.fields.map(\.label) == [
                "schema", "step", "contract", "standard-input.json", "standard-output.json",
                "compilation.json", "tool hyperkit", "tool slither", "tool slither digest",
                "tool slither runner", "tool slither deadline", "tool solc",
            ])
        let without = AuditStep(slither: nil, slitherMissing: "gone")
        #expect(try without.fingerprint(Self.action(), inputs: inputs) != fingerprint)
    }
}
