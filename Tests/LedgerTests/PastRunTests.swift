import Foundation
import GRDB
import Model
import Testing

@testable import Ledger

@Suite struct PastRunTests {
    let bench: Bench

    init() throws { bench = try Bench() }

    @Test func aRunIsReadBackWithItsSteps() throws {
        let token = try #require(ContractName("Token"))
        let ledger = try bench.begun(steps: [
            PlannedStep(id: .compile(token), needs: [], pool: "cpu"),
            PlannedStep(id: .audit(token), needs: [.compile(token)], pool: "cpu"),
        ])
        let failure = StepFailure(code: "compile-error", "it does not compile", hint: "mend it")
        let end = StepEnd(
            .failed(failure), attempts: 2, durationMilliseconds: 40, fingerprint: nil, reason: "new")
        try ledger.record(
            [JobEnd(step: .compile(token), end: end, finishedAt: Timestamp(milliseconds: 2_000))],
            run: Bench.run)
        let detail = try Ledger.reading(path: bench.path).pastRun(Bench.run)
        #expect(detail.run == (try ledger.runs().first))
        #expect(detail.run.steps == [.failed: 1])
        #expect(detail.run.unended == 1)
        #expect(detail.run.total == 2)
        #expect(detail.manifests.map(\.path) == ["manifests/a.yaml"])
        let error = PastRunDetail.Failure(
            code: "compile-error", message: "it does not compile", hint: "mend it")
        #expect(
            detail.steps == [
                PastRunDetail.Step(
                    id: .compile(token), status: .failed, reason: "new", durationMilliseconds: 40, retries: 1,
                    failure: error),
                PastRunDetail.Step(id: .audit(token), status: nil),
            ])
        #expect(throws: LedgerError.unknownRun("x")) { try ledger.pastRun("x") }
    }

    @Test func deploymentsAreThoseThatStoodWhenTheRunHadEnded() throws {
        let ledger = try bench.begun()
        _ = try ledger.operation(intent("token"), at: .final)
        try ledger.begin(bench.header("run-2", startedAt: 5_000), steps: [], maxRetries: 0)
        var later = intent("vault")
        later.run = "run-2"
        _ = try ledger.operation(later, at: .final)
        try ledger.begin(bench.header("run-3", startedAt: 6_000), steps: [], maxRetries: 0)
        try ledger.recordFailure(
            of: claim("token", code: "other"), run: "run-3", project: Bench.project, network: "sepolia",
            chainID: sepolia, genesisHash: genesis, error: "no gas")
        let stood = try ["run-1", "run-2", "run-3"].map { try ledger.pastRun($0).deployments.map(\.run) }
        #expect(stood == [["run-1"], ["run-2"], ["run-2"]])
    }

    @Test func whatWasAuditedIsKnownAlsoWithoutFindings() throws {
        let ledger = try bench.begun()
        for (contract, severity) in [("A", Severity?.none), ("B", .low), ("B2", .high)] {
            let finding = severity.map {
                Finding(
                    id: "f", tool: "slither", rule: "r", severity: $0, confidence: .low, contract: contract,
                    title: "t", description: "d", recommendation: "")
            }
            let tool = ToolRun(name: "slither", version: "1", end: .ok)
            let fact = AuditFact(
                contract: contract, tools: [tool], findings: finding.map { [$0] } ?? [], verdicts: [])
            try ledger.record(fact, run: Bench.run)
        }
        let detail = try ledger.pastRun(Bench.run)
        #expect(detail.audited == ["A", "B", "B2"])
        #expect(detail.findings.map(\.contract) == ["B", "B2"])
        #expect(detail.findings.map(\.severity) == [.low, .high])
    }
}

@Suite struct ReadingTests {
    let bench: Bench

    init() throws { bench = try Bench() }

    @Test func readingMakesNothing() throws {
        #expect(throws: LedgerError.missing(path: bench.path)) { try Ledger.reading(path: bench.path) }
        #expect(!FileManager.default.fileExists(atPath: bench.directory.appending(path: "state").path))
    }

    @Test func aLedgerThatIsReadCannotBeWritten() throws {
        _ = try bench.begun()
        let ledger = try Ledger.reading(path: bench.path)
        #expect(try ledger.runs().map(\.id) == [Bench.run])
        #expect(throws: LedgerError.readOnly(path: bench.path)) {
            try ledger.appendLog(actor: "eve", action: "a", subject: "b", detail: "c")
        }
    }

    @Test func readingGoesOnBesideAWriterAndSeesWhatItWrote() throws {
        let writer = try bench.begun()
        let reader = try Ledger.reading(path: bench.path)
        try writer.begin(bench.header("run-2", startedAt: 2_000), steps: [], maxRetries: 0)
        #expect(try reader.runs().map(\.id) == ["run-2", "run-1"])
    }

    @Test(arguments: [(1_000, "ledger-newer"), (0, "ledger-older")])
    func anotherVersionIsRefusedAndLeftAsItIs(_ version: Int, _ code: String) throws {
        _ = try bench.begun()
        let raw = try DatabaseQueue(path: bench.path)
        try raw.write { try $0.execute(sql: "PRAGMA user_version = \(version)") }
        let error = try #require(throws: LedgerError.self) { try Ledger.reading(path: bench.path) }
        #expect(error.failure.code == code)
        #expect(try raw.read { try Int.fetchOne($0, sql: "PRAGMA user_version") } == version)
    }

    @Test func whatIsNoLedgerIsSaid() throws {
        try FileManager.default.createDirectory(
            at: URL(filePath: bench.path).deletingLastPathComponent(), withIntermediateDirectories: true)
        // What a process leaves that is killed before it has made the tables.
        try Data().write(to: URL(filePath: bench.path))
        #expect(throws: LedgerError.missing(path: bench.path)) { try Ledger.reading(path: bench.path) }
        let raw = try DatabaseQueue(path: bench.path)
        try raw.write { try $0.execute(sql: "CREATE TABLE bookmarks (url TEXT)") }
        #expect(throws: LedgerError.foreignFile(path: bench.path)) { try Ledger.reading(path: bench.path) }
    }
}

@Suite struct StepHistoryTests {
    @Test func aStepIsReadBackFromEveryRunThatPlannedIt() throws {
        let bench = try Bench()
        let planned = ["a", "b"].map { PlannedStep(id: .check($0), needs: [], pool: "cpu") }
        let ledger = try bench.begun(steps: planned)
        let digest = Digest(of: Data("f".utf8))
        let end = StepEnd(
            .reused([]), attempts: 0, durationMilliseconds: 4, fingerprint: digest, reason: "same")
        try ledger.record(
            [JobEnd(step: .check("a"), end: end, finishedAt: Timestamp(milliseconds: 9))], run: Bench.run)
        try ledger.begin(bench.header("run-0", startedAt: 10), steps: [planned[1]], maxRetries: 0)
        try ledger.begin(bench.header("run-2", startedAt: 2_000), steps: [planned[0]], maxRetries: 0)
        let history = try ledger.history(of: .check("a"))
        #expect(history.map(\.run) == ["run-2", "run-1"])
        #expect(history.map(\.step.status) == [nil, .reused])
        #expect(history[1].step == (try ledger.pastRun("run-1").steps[0]))
        #expect(history.map(\.startedAt.milliseconds) == [2_000, 1_000])
        #expect(history.allSatisfy { $0.project == Bench.project })
        #expect(try ledger.history(of: .check("c")).isEmpty)
        #expect(try ledger.stepIDs() == ["a", "b"].map(StepID.check))
    }

    @Test func aRunThatRepeatsAnotherHasItsStepsAndUsesTheirFingerprints() throws {
        let bench = try Bench()
        let ledger = try bench.begun(steps: [PlannedStep(id: .check("a"), needs: [], pool: "cpu")])
        let digest = Digest(of: Data("f".utf8))
        let end = StepEnd(
            .reused([]), attempts: 0, durationMilliseconds: 4, fingerprint: digest, reason: "same")
        try ledger.record(
            [JobEnd(step: .check("a"), end: end, finishedAt: Timestamp(milliseconds: 9))], run: Bench.run)
        #expect(try ledger.repeatedUses() == [:])
        let over = RunEnd(
            status: .succeeded, exitCode: 0, finishedAt: Timestamp(milliseconds: 3_000),
            durationMilliseconds: 1)
        for (id, start) in [("run-3", Int64(3_000)), ("run-2", 2_000)] {
            try ledger.record(bench.header(id, startedAt: start), over, repeating: Bench.run)
        }
        let history = try ledger.history(of: .check("a"))
        #expect(history.map(\.run) == ["run-3", "run-2", Bench.run])
        #expect(Set(history.map(\.step.fingerprint)) == [digest])
        #expect(try ledger.repeatedUses() == [digest: Timestamp(milliseconds: 3_000)])
    }
}
