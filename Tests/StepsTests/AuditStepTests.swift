import Engine
import Foundation
import Model
import Synchronization
import Testing

@testable import Steps

@Suite struct AuditStepTests {
    private static let slither = Tool(
        name: "slither", version: "0.11.6", program: "/tools/slither", digest: Digest(of: Data([1])))

    private static func world(
        _ runTool: @escaping @Sendable (ToolInvocation) async throws(ToolError) -> ToolResult
    ) -> World {
        World(
            now: { Timestamp(milliseconds: 0) },
            elapsed: { .zero },
            sleep: { _ throws(CancellationError) in },
            randomBytes: { Array(repeating: 0, count: $0) },
            environment: { _ in nil },
            files: FileAccess(
                read: { _ throws(FileError) in nil },
                write: { path, _, _ throws(FileError) in throw FileError(path: path, reason: "no disk") },
                kind: { _ in nil },
                list: { _ throws(FileError) in [] },
                remove: { _ throws(FileError) in },
                resolved: { _ in nil }
            ),
            runTool: runTool,
            startService: { invocation throws(ToolError) in throw .notFound(program: invocation.program) },
            http: { _ throws(HTTPError) in throw HTTPError(.notSent, "no network") }
        )
    }

    private static func recorded(status: ToolResult.Status = .exited(255)) throws -> World {
        let output = try AuditFixture.data("Heir.slither.json")
        return world { _ throws(ToolError) in
            ToolResult(status: status, standardOutput: output, standardError: Data())
        }
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
        let step = AuditStep(world: try Self.recorded(), slither: Self.slither)
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
        let step = AuditStep(world: try Self.recorded(), slither: Self.slither)
        let first = try await Self.audit(step, Self.action()).encoded()
        let second = try await Self.audit(step, Self.action()).encoded()
        #expect(first == second)
    }

    @Test func keepsWhatSlitherPrinted() async throws {
        let step = AuditStep(world: try Self.recorded(), slither: Self.slither)
        let inputs = try AuditFixture.inputs("Heir", "Heir")
        let performed = try await step.perform(Self.action(), inputs: inputs) { _ in }
        #expect(performed.outputs.map(\.name) == ["findings.json", "slither.json"])
        #expect(performed.outputs[1].bytes == (try AuditFixture.data("Heir.slither.json")))
    }

    @Test func givesSlitherTheArchiveAndNothingElse() async throws {
        let output = try AuditFixture.data("Heir.slither.json")
        let seen = Mutex<[ToolInvocation]>([])
        let world = Self.world { invocation throws(ToolError) in
            seen.withLock { $0.append(invocation) }
            return ToolResult(status: .exited(0), standardOutput: output, standardError: Data())
        }
        let step = AuditStep(world: world, slither: Self.slither, deadline: .seconds(7))
        _ = try await Self.audit(step, Self.action())
        let invocation = try #require(seen.withLock { $0.first })
        #expect(invocation.arguments == ["hyperkit_export_archive.json", "--json", "-"])
        #expect(Array(invocation.inputs.keys) == ["hyperkit_export_archive.json"])
        #expect(invocation.workingDirectory == nil)
        #expect(invocation.limits.deadline == .seconds(7))
        #expect(
            invocation.inputs.values.first
                == (try AuditFixture.data("archives/Heir_export_archive.json")))
    }

    @Test(arguments: [
        (ToolError.timedOut(after: .seconds(3)), ToolEnd.timedOut),
        (.notFound(program: "/tools/slither"), .missing),
        (.couldNotStart(program: "/tools/slither", reason: "no"), .failed),
        (.tooMuchOutput(limit: 1), .failed),
    ])
    func aSlitherThatDoesNotEndIsNeverClean(_ error: ToolError, _ end: ToolEnd) async throws {
        let world = Self.world { _ throws(ToolError) in throw error }
        let audit = try await Self.audit(AuditStep(world: world, slither: Self.slither), Self.action())
        let run = try #require(audit.tools.first { $0.name == "slither" })
        #expect(run.end == end)
        #expect(run.message == error.description)
        #expect(audit.findings.contains { $0.tool == "hyperkit" })
    }

    @Test func whatMayGoBetterTheNextTimeIsNotReusable() async throws {
        let inputs = try AuditFixture.inputs("Heir", "Heir")
        let hangs = Self.world { _ throws(ToolError) in throw .timedOut(after: .seconds(3)) }
        let garbage = Self.world { _ throws(ToolError) in
            ToolResult(status: .exited(0), standardOutput: Data("{]".utf8), standardError: Data())
        }
        for (world, isReusable) in [(try Self.recorded(), true), (hangs, false), (garbage, false)] {
            let step = AuditStep(world: world, slither: Self.slither)
            let performed = try await step.perform(Self.action(), inputs: inputs) { _ in }
            #expect(performed.isReusable == isReusable)
        }
        let missing = AuditStep(world: hangs, slither: nil)
        let performed = try await missing.perform(Self.action(), inputs: inputs) { _ in }
        #expect(performed.isReusable == false)
    }

    @Test func cancellationIsNoEndOfATool() async throws {
        let world = Self.world { _ throws(ToolError) in throw .cancelled }
        await #expect(throws: StepFailure.cancelled) {
            try await Self.audit(AuditStep(world: world, slither: Self.slither), Self.action())
        }
    }

    @Test func saysInSlithersWordsWhyItFailed() async throws {
        let world = Self.world { _ throws(ToolError) in
            ToolResult(
                status: .exited(1), standardOutput: Data(), standardError: Data("a\nTypeError: b\n".utf8))
        }
        let audit = try await Self.audit(
            AuditStep(world: world, slither: Self.slither), Self.action(["slither"]))
        #expect(audit.tools.map(\.end) == [.failed])
        #expect(audit.tools.map(\.message) == ["TypeError: b"])
    }

    @Test func namesToolsThatAreNotThere() async throws {
        let step = AuditStep(world: try Self.recorded(), slither: nil, slitherMissing: "not installed")
        let audit = try await Self.audit(step, Self.action(["mythril", "slither"]))
        #expect(audit.tools.map(\.end) == [.missing, .missing])
        #expect(audit.tools.map(\.message) == ["hyperkit has no tool 'mythril'", "not installed"])
    }

    @Test func vyperIsUnsupportedAndNotClean() async throws {
        let step = AuditStep(world: try Self.recorded(), slither: Self.slither)
        let audit = try await Self.audit(step, Self.action(), compiler: "vyper")
        #expect(audit.tools.allSatisfy { $0.end == .unsupported })
        #expect(audit.findings.isEmpty)
    }

    @Test func codeThatIsTooLargeToFollowIsNotClean() async throws {
        let step = AuditStep(world: try Self.recorded(), slither: nil)
        let inputs = try AuditFixture.inputs("Deep", "Deep")
        let performed = try await step.perform(Self.action(["hyperkit"]), inputs: inputs) { _ in }
        let audit = try AuditV1.decoded(try AuditFixture.stored(performed).bytes(AuditOutput.findings))
        #expect(audit.tools.map(\.end) == [.failed])
        #expect(audit.tools.map(\.message) == ["too large to be followed to the end: start"])
    }

    @Test func fingerprintNamesWhatDecides() throws {
        let step = AuditStep(world: try Self.recorded(), slither: Self.slither)
        let inputs = try AuditFixture.inputs("Heir", "Heir")
        let fingerprint = try step.fingerprint(Self.action(), inputs: inputs)
        #expect(
            fingerprint.fields.map(\.label) == [
                "schema", "step", "contract", "standard-input.json", "standard-output.json",
                "compilation.json", "tool hyperkit", "tool slither", "tool slither digest",
                "tool slither deadline", "tool solc",
            ])
        let without = AuditStep(world: try Self.recorded(), slither: nil, slitherMissing: "gone")
        #expect(try without.fingerprint(Self.action(), inputs: inputs) != fingerprint)
    }
}
