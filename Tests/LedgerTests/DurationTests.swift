import Foundation
import Model
import Testing

@testable import Ledger

@Suite struct DurationTests {
    let bench: Bench
    let ledger: Ledger
    let compile: StepID
    let audit: StepID
    let deploy = StepID.deploy("token", on: "sepolia")

    init() throws {
        bench = try Bench()
        ledger = try bench.open()
        let token = try #require(ContractName("Token"))
        compile = .compile(token)
        audit = .audit(token)
    }

    @Test func theLastTimeThatAStepWasPerformedCounts() throws {
        try run([compile: end(.succeeded([]), 700, "one"), deploy: end(.succeeded([]), 4_000, nil)])
        try run([compile: end(.succeeded([]), 500, "two"), deploy: end(.reused([]), 3, nil)])
        try run([compile: end(.reused([]), 1, "two"), deploy: end(.failed(failure), 9_000, nil)])
        let durations = try ledger.durations(project: Bench.project)
        #expect(durations.steps == [compile: .milliseconds(500), deploy: .milliseconds(4_000)])
    }

    @Test func aRefusedStepCountsWhereItsWorkWasDone() throws {
        try run([audit: end(refused, 900, "one"), deploy: end(refused, 2, nil)])
        try run([audit: end(refused, 4, "one")])
        #expect(try ledger.durations(project: Bench.project).steps == [audit: .milliseconds(900)])
        try run([audit: end(refused, 800, "two")])
        try run([audit: end(refused, 4, "one")])
        #expect(try ledger.durations(project: Bench.project).steps == [audit: .milliseconds(800)])
    }

    @Test func anotherProjectAndARunWithoutAnEndTellNothing() throws {
        try ledger.begin(
            bench.header(), steps: [PlannedStep(id: compile, needs: [], pool: "cpu")], maxRetries: 0)
        #expect(try ledger.durations(project: Bench.project).steps.isEmpty)
        try ledger.record(
            [JobEnd(step: compile, end: end(.succeeded([]), 5, "f"), finishedAt: time)], run: Bench.run)
        #expect(try ledger.durations(project: "other").steps.isEmpty)
        // What ended in a run that was killed was measured all the same.
        #expect(try ledger.durations(project: Bench.project).steps == [compile: .milliseconds(5)])
    }

    private let time = Timestamp(milliseconds: 50_000)
    private let refused = Outcome.refused(reason: "1 high")
    private let failure = StepFailure(code: "no", "no")

    private func end(_ outcome: Outcome, _ milliseconds: Int64, _ fingerprint: String?) -> StepEnd {
        StepEnd(
            outcome, attempts: 1, durationMilliseconds: milliseconds,
            fingerprint: fingerprint.map { Digest(of: Data($0.utf8)) }, reason: "new")
    }

    private func run(_ ends: [StepID: StepEnd]) throws {
        let number = try ledger.runs().count + 1
        let steps = ends.keys.sorted().map { PlannedStep(id: $0, needs: [], pool: "cpu") }
        // Newer runs with earlier names: the clock orders them, not their ids.
        let id = "run-\(9 - number)"
        try ledger.begin(bench.header(id, startedAt: Int64(number) * 1_000), steps: steps, maxRetries: 0)
        try ledger.record(ends.map { JobEnd(step: $0, end: $1, finishedAt: time) }, run: id)
    }
}
