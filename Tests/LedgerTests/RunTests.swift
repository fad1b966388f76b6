import Foundation
import GRDB
import Model
import Testing

@testable import Ledger

@Suite struct RunTests {
    let bench: Bench
    let compile: StepID
    let audit: StepID

    init() throws {
        bench = try Bench()
        let token = try #require(ContractName("Token"))
        compile = .compile(token)
        audit = .audit(token)
    }

    @Test func aStepThatEndedSurvivesAKill() throws {
        let ledger = try begun()
        try ledger.record([end(compile, .succeeded([]), attempts: 3)], run: Bench.run)
        let found = try bench.afterKill()
        let jobs = try found.jobs(of: Bench.run)
        #expect(jobs.map(\.step) == [compile, audit])
        #expect(jobs.map(\.status) == [.succeeded, nil])
        #expect(jobs.map(\.retries) == [2, 0])
        #expect(jobs.map(\.maxRetries) == [3, 3])
        #expect(jobs.first?.startedAt == Timestamp(milliseconds: 1_988))
        let run = try #require(try found.runs().first)
        #expect(run.end == nil)
        #expect(run.steps == [.succeeded: 1])
    }

    @Test func anEndedRunKeepsHowItEnded() throws {
        let ledger = try begun()
        let failure = StepFailure(code: "compile-error", "it does not compile", hint: "mend it")
        try ledger.record(
            [end(compile, .failed(failure)), end(audit, .skipped(after: compile))], run: Bench.run)
        let ended = RunEnd(
            status: .failed, exitCode: 1, finishedAt: Timestamp(milliseconds: 9_000),
            durationMilliseconds: 8_000)
        try ledger.finish(Bench.run, ended)
        #expect(try ledger.runs().map(\.end) == [ended])
        #expect(try ledger.runs().map(\.actor) == ["ada"])
        #expect(try ledger.jobs(of: Bench.run).map(\.error) == ["it does not compile", nil])
        #expect(try ledger.pastRun(Bench.run).steps.map(\.skippedAfter) == [nil, compile])
        #expect(try ledger.history(of: audit).map(\.step.skippedAfter) == [compile])
        #expect(try ledger.log().map(\.action) == ["run.started", "run.finished"])
    }

    @Test func aStepThatWasNotPlannedIsRefusedWithItsWholeBatch() throws {
        let ledger = try begun()
        let stranger = StepID.deploy("token", on: "sepolia")
        #expect(throws: LedgerError.unknownJob(run: Bench.run, step: stranger)) {
            try ledger.record(
                [end(compile, .succeeded([])), end(stranger, .succeeded([]))], run: Bench.run)
        }
        #expect(try ledger.jobs(of: Bench.run).map(\.status) == [nil, nil])
        #expect(throws: LedgerError.unknownRun("x")) { try ledger.jobs(of: "x") }
    }

    @Test func theLastFingerprintIsOfTheNewestRunThatDidTheWork() throws {
        let ledger = try begun()
        #expect(try ledger.lastFingerprint(of: compile, project: Bench.project) == nil)
        try ledger.record([end(compile, .succeeded([]), fingerprint: "one")], run: Bench.run)
        let steps: [(String, Outcome)] = [
            ("two", .refused(reason: "1 high")), ("three", .failed(StepFailure(code: "compile-error", "no"))),
        ]
        for (number, (name, outcome)) in steps.enumerated() {
            let run = "run-\(number + 2)"
            let planned = [PlannedStep(id: compile, needs: [], pool: "cpu")]
            try ledger.begin(
                bench.header(run, startedAt: Int64(2_000 + number)), steps: planned, maxRetries: 3)
            try ledger.record([end(compile, outcome, fingerprint: name)], run: run)
        }
        let expected = Digest(of: Data("two".utf8))
        #expect(try ledger.lastFingerprint(of: compile, project: Bench.project) == expected)
        #expect(try ledger.lastFingerprint(of: compile, project: "other") == nil)
        #expect(try ledger.runs().map(\.id) == ["run-3", "run-2", "run-1"])
    }

    @Test func auditsAreKeptWithEveryToolAndVerdict() throws {
        let ledger = try begun()
        let finding = Finding(
            id: "f1", tool: "hyperkit", rule: "reentrancy", severity: .high, confidence: .medium,
            contract: "Vault", title: "Reentrancy", description: "the balance is written late",
            recommendation: "write it first")
        let fact = AuditFact(
            contract: "Vault",
            tools: [ToolRun(name: "slither", version: "0.11.3", end: .missing, message: "not installed")],
            findings: [finding],
            verdicts: [
                Verdict(
                    contract: "Vault", network: nil, policy: "strict", codeDigest: Digest(of: Data()),
                    passed: false, reasons: ["1 high"], refused: ["f1"])
            ])
        try ledger.record(fact, run: Bench.run)
        try ledger.record(fact, run: Bench.run)
        let rows = try ledger.read { database in
            try ["security_audits", "audit_tools", "audit_verdicts"].map { table in
                try Row.fetchAll(database, sql: "SELECT * FROM \(table)").map { row in
                    row.databaseValues.dropFirst(table == "security_audits" ? 1 : 0).map(\.description)
                        .joined(separator: " ")
                }
            }
        }
        let expected = [
            """
            "run-1" "Vault" "f1" "hyperkit" "reentrancy" "high" "medium" NULL NULL "Reentrancy" \
            "the balance is written late" "write it first" "open"
            """,
            #""run-1" "Vault" "slither" "0.11.3" NULL "missing" "not installed""#,
            """
            "run-1" "Vault" "" "strict" "\(Digest(of: Data()))" 0 "1 high"
            """,
        ]
        #expect(rows == expected.map { [$0] })
    }

    @Test func theLogOnlyGrows() throws {
        let ledger = try begun()
        try ledger.appendLog(actor: "ada", action: "deployment.adopted", subject: "token", detail: "by hand")
        for sql in [
            "UPDATE audit_logs SET actor = 'eve'", "DELETE FROM audit_logs",
            "INSERT OR REPLACE INTO audit_logs VALUES (1, 0, 'eve', 'a', 'b', 'c')",
        ] {
            #expect(try ledger.refusal(of: sql)?.contains("the audit log only grows") == true)
        }
        #expect(try ledger.log().map(\.actor) == ["ada", "ada"])
        #expect(try ledger.log().last?.subject == "token")
    }

    private func begun() throws -> Ledger {
        try bench.begun(steps: [
            PlannedStep(id: compile, needs: [], pool: "cpu"),
            PlannedStep(id: audit, needs: [compile], pool: "cpu"),
        ])
    }

    private func end(
        _ step: StepID,
        _ outcome: Outcome,
        attempts: Int = 1,
        fingerprint: String = "f"
    ) -> JobEnd {
        JobEnd(
            step: step,
            end: StepEnd(
                outcome, attempts: attempts, durationMilliseconds: 12,
                fingerprint: Digest(of: Data(fingerprint.utf8)), reason: "new"),
            finishedAt: Timestamp(milliseconds: 2_000))
    }
}
