import EthereumTypes
import Foundation
import GRDB
import Model
import Testing

@testable import Ledger

@Suite struct JournalTests {
    let bench: Bench
    let ledger: Ledger

    init() throws {
        bench = try Bench()
        ledger = try bench.begun()
    }

    @Test func theIntentIsKeptAsItWas() throws {
        let planned = try ledger.plan(intent())
        #expect(planned.intent == intent())
        #expect(planned.state == .planned)
        #expect(try bench.afterKill().operation(planned.id) == planned)
    }

    @Test(arguments: ChainOperation.State.allCases)
    func everyStateSurvivesAKill(_ state: ChainOperation.State) throws {
        let operation = try ledger.operation(intent(), at: state)
        #expect(operation.state == state)
        let found = try bench.afterKill()
        #expect(try found.operation(operation.id) == operation)
        let unfinished = try found.unfinishedOperation(
            of: .deploy("token", on: "sepolia"), project: Bench.project, chainID: sepolia,
            genesisHash: genesis)
        #expect(unfinished == (state.isFinished ? nil : operation))
    }

    /// What is done to an operation in each state ends as the table of transitions says, or is refused.
    @Test(arguments: ChainOperation.State.allCases)
    func onlyAllowedTransitionsHappen(_ state: ChainOperation.State) throws {
        let moves: [(ChainOperation.State, (ChainOperation) throws -> ChainOperation)] = [
            (
                .nonce,
                {
                    _ = try ledger.reserveNonce($0.id, latest: 0, pending: 0);
                    return try ledger.operation($0.id)
                }
            ),
            (.signed, { try ledger.sign($0.id, Keccak256.hash("another".utf8)) }),
            (.sent, { try ledger.markSent($0.id) }),
            (.included, { try ledger.markIncluded($0.id, inclusion($0.attempts.first?.hash ?? genesis)) }),
            (
                .final,
                {
                    _ = try ledger.markFinal($0.id, leaving: claim()); return try ledger.operation($0.id)
                }
            ),
            (.reverted, { try ledger.markReverted($0.id, error: "no") }),
            (.foreign, { try ledger.markForeign($0.id, usedBy: genesis) }),
            (.blocked, { try ledger.markBlocked($0.id, reason: "a doubt") }),
            (.withdrawn, { try ledger.withdraw($0.id, reason: "not wanted") }),
        ]
        let happens: [ChainOperation.State: Set<ChainOperation.State>] = [
            .planned: [.nonce, .blocked, .withdrawn],
            .nonce: [.nonce, .signed, .blocked, .withdrawn],
            .signed: [.signed, .sent, .included, .foreign, .blocked],
            .sent: [.signed, .sent, .included, .foreign, .blocked],
            .included: [.included, .final, .blocked],
            .blocked: [.blocked, .withdrawn],
            .final: [], .reverted: [], .foreign: [], .withdrawn: [],
        ]
        for (number, (next, move)) in moves.enumerated() {
            let operation = try ledger.operation(intent("token\(number)"), at: state)
            if happens[state]?.contains(next) == true {
                #expect(try move(operation).state == next)
            } else {
                #expect(throws: LedgerError.self, "\(state) to \(next)") { try move(operation) }
                #expect(try ledger.operation(operation.id) == operation)
            }
        }
    }

    @Test func theDatabaseKnowsTheSameTransitions() throws {
        let stored = try ledger.read { database in
            try Row.fetchAll(database, sql: "SELECT before, after FROM transitions").map {
                "\($0["before"] as String) \($0["after"] as String)"
            }
        }
        #expect(Set(stored) == Set(ChainOperation.State.transitions.map { "\($0.before) \($0.after)" }))
    }

    @Test func theDatabaseRefusesWhatTheOrderForbids() throws {
        let operation = try ledger.operation(intent(), at: .nonce)
        let row = "WHERE id = \(operation.id)"
        let refused = [
            "UPDATE transactions SET state = 'sent' \(row)",
            "UPDATE transactions SET state = 'signed' \(row)",
            "UPDATE transactions SET state = 'planned' \(row)",
            "UPDATE transactions SET nonce = 9 \(row)",
            "UPDATE transactions SET payload_hash = '0x' \(row)",
            "UPDATE transactions SET spend_reserved_wei = '1' \(row)",
            "DELETE FROM transactions \(row)",
            "INSERT OR REPLACE INTO transactions SELECT * FROM transactions \(row)",
        ]
        for sql in refused { #expect(try ledger.refusal(of: sql) != nil, "\(sql)") }
        _ = try ledger.sign(operation.id, Keccak256.hash("t".utf8))
        for sql in [
            "UPDATE attempts SET raw = x'00'",
            "DELETE FROM attempts",
            "INSERT OR REPLACE INTO attempts SELECT * FROM attempts",
            "UPDATE transactions SET state = 'withdrawn' \(row)",
        ] {
            #expect(try ledger.refusal(of: sql) != nil, "\(sql)")
        }
    }

    @Test func aStepHasOneUnfinishedOperationOnAChain() throws {
        let first = try ledger.plan(intent())
        #expect(throws: LedgerError.operationExists(first.id, step: .deploy("token", on: "sepolia"))) {
            try bench.open().plan(intent())
        }
        // Another chain, though it has the same number, is another matter.
        _ = try ledger.plan(intent(genesisHash: Keccak256.hash("new".utf8)))
        _ = try ledger.withdraw(first.id, reason: "edited")
        #expect(try ledger.plan(intent()).id != first.id)
    }

    @Test func aReplacementHasTheSameNonceAndBothAreKept() throws {
        let sent = try ledger.operation(intent(), at: .sent)
        let bumped = try ledger.sign(sent.id, Keccak256.hash("bumped".utf8))
        #expect(bumped.state == .signed)
        #expect(bumped.nonce == sent.nonce)
        #expect(bumped.attempts.count == 2)
        #expect(bumped.attempts.first == sent.attempts.first)
        let first = try #require(sent.attempts.first)
        #expect(try ledger.markIncluded(sent.id, inclusion(first.hash)).state == .included)
    }

    @Test func theSameAttemptAgainChangesNothing() throws {
        let sent = try ledger.operation(intent(), at: .sent)
        let attempt = try #require(sent.attempts.first)
        let again = try ledger.recordSigned(
            sent.id, rawTransaction: attempt.rawTransaction, hash: attempt.hash,
            predictedAddress: attempt.predictedAddress)
        #expect(again == sent)
        let other = LedgerError.contradiction(
            sent.id, detail: "\(attempt.hash) was signed with other bytes")
        #expect(throws: other) {
            try ledger.recordSigned(
                sent.id, rawTransaction: [1], hash: attempt.hash, predictedAddress: nil)
        }
    }

    @Test func onlyItsOwnAttemptsAreItsInclusion() throws {
        let sent = try ledger.operation(intent(), at: .sent)
        let foreign = Keccak256.hash("foreign".utf8)
        #expect(throws: LedgerError.self) { try ledger.markIncluded(sent.id, inclusion(foreign)) }
        let own = try #require(sent.attempts.first?.hash)
        #expect(throws: LedgerError.self) { try ledger.markForeign(sent.id, usedBy: own) }
        #expect(try ledger.markForeign(sent.id, usedBy: foreign).error == "nonce used by \(foreign)")
    }

    @Test func aReorganisationGoesBackAndOnAgain() throws {
        let included = try ledger.operation(intent(), at: .included)
        let hash = try #require(included.attempts.first?.hash)
        #expect(try ledger.backToSent(included.id, reason: "block 100 went away").state == .sent)
        #expect(throws: LedgerError.self) { try ledger.markFinal(included.id, leaving: claim()) }
        let again = try ledger.markIncluded(included.id, inclusion(hash, block: 101))
        #expect(again.inclusion?.blockNumber == 101)
        #expect(try ledger.markFinal(included.id, leaving: claim()).blockNumber == 101)
    }

    @Test func aBlockedOperationGoesOnFromWhatItHolds() throws {
        for (number, state) in [ChainOperation.State.planned, .nonce, .signed, .sent].enumerated() {
            let operation = try ledger.operation(intent("token\(number)"), at: state)
            let blocked = try ledger.markBlocked(operation.id, reason: "nonce 3 is missing")
            #expect(blocked.error == "nonce 3 is missing")
            let resumed = try ledger.resume(operation.id)
            #expect(resumed.state == (state == .sent ? .signed : state))
            #expect(resumed.attempts == operation.attempts)
            #expect(resumed.error == nil)
        }
    }

    @Test func aRevertedTransactionIsNeverFinal() throws {
        let signed = try ledger.operation(intent(), at: .sent)
        let hash = try #require(signed.attempts.first?.hash)
        _ = try ledger.markIncluded(signed.id, inclusion(hash, succeeded: false))
        #expect(throws: LedgerError.self) { try ledger.markFinal(signed.id, leaving: claim()) }
        #expect(try ledger.markReverted(signed.id, error: "no", leaving: claim()).state == .reverted)
        let rows = try ledger.deployments(project: Bench.project, name: "token", network: "sepolia")
        #expect(rows.map(\.status) == [.failed])
        #expect(rows.map(\.error) == ["no"])
    }

    @Test func everyMoveIsInTheLogWithItsActor() throws {
        _ = try ledger.operation(intent(), at: .final)
        let entries = try ledger.log().filter { $0.action.hasPrefix("operation.") }
        #expect(
            entries.map(\.action)
                == ["planned", "nonce", "signed", "sent", "included", "final"]
                .map { "operation.\($0)" })
        #expect(Set(entries.map(\.actor)) == ["ada"])
        #expect(Set(entries.map(\.subject)) == ["deploy:token@sepolia #1"])
    }

    // MARK: Factories

    private func salted() -> ChainOperation.Intent {
        var salted = intent()
        salted.creates = address(0x42)
        return salted
    }

    /// As a node says it: no receipt names what a factory created.
    private func included(_ id: ChainOperation.ID) throws -> ChainOperation {
        let hash = Keccak256.hash("salted".utf8)
        _ = try ledger.reserveNonce(id, latest: 0, pending: 0)
        _ = try ledger.recordSigned(id, rawTransaction: [2], hash: hash, predictedAddress: nil)
        _ = try ledger.markSent(id)
        var receipt = inclusion(hash)
        receipt.address = nil
        return try ledger.markIncluded(id, receipt)
    }

    @Test func whatAFactoryCreatesIsTheIntents() throws {
        let planned = try ledger.plan(salted())
        #expect(try bench.afterKill().operation(planned.id).intent.creates == address(0x42))
        let operation = try included(planned.id)
        #expect(operation.attempts.map(\.predictedAddress) == [address(0x42)])
        #expect(operation.inclusion?.address == address(0x42))
        #expect(try ledger.markFinal(planned.id, leaving: claim()).address == address(0x42))
        let refusal = try ledger.refusal(of: "UPDATE transactions SET creates = NULL")
        #expect(refusal?.contains("what an operation is for never changes") == true)
    }

    @Test func whatAFactoryDidNotCreateHasFailedAndCost() throws {
        var paid = salted()
        paid.value = Wei(5_000_000_000)
        let id = try ledger.plan(paid).id
        _ = try included(id)
        let failed = try ledger.markUncreated(id, error: "no code")
        #expect(failed.state == .reverted)
        #expect(failed.error == "no code")
        #expect(failed.inclusion?.address == nil)
        let spent = try ledger.read { try Int64.fetchOne($0, sql: "SELECT spend_gwei FROM transactions") }
        #expect(spent == Int64(18_446_744_079))
        #expect(try ledger.plan(salted()).state == .planned, "it may be tried again")
        let plain = try ledger.operation(intent("other"), at: .included)
        #expect(throws: LedgerError.contradiction(plain.id, detail: "no factory was asked")) {
            try ledger.markUncreated(plain.id, error: "no code")
        }
    }
}
