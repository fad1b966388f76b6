import EthereumTypes
import Foundation
import Model
import Testing

@testable import Ledger

@Suite struct NonceTests {
    let bench: Bench
    let ledger: Ledger

    init() throws {
        bench = try Bench()
        ledger = try bench.begun()
    }

    @Test(arguments: [(0, 0, 0), (7, 5, 7), (5, 9, 9)] as [(UInt64, UInt64, UInt64)])
    func theFirstIsTheLargerCountOfTheChain(_ latest: UInt64, _ pending: UInt64, _ expected: UInt64) throws {
        let operation = try ledger.plan(intent())
        #expect(try ledger.reserveNonce(operation.id, latest: latest, pending: pending) == expected)
    }

    @Test func theNextFollowsThisLedgerWhenTheNodeLags() throws {
        let nonces = try (0..<4).map { number in
            let operation = try ledger.plan(intent("token\(number)"))
            return try ledger.reserveNonce(operation.id, latest: 3, pending: 3)
        }
        #expect(nonces == [3, 4, 5, 6])
    }

    @Test func aReservedNonceIsKept() throws {
        let operation = try ledger.plan(intent())
        #expect(try ledger.reserveNonce(operation.id, latest: 3, pending: 3) == 3)
        #expect(try bench.open().reserveNonce(operation.id, latest: 8, pending: 8) == 3)
    }

    @Test func lanesCountForThemselves() throws {
        let others = [
            intent(sender: address(0x22)), intent("b", chainID: chain(137)),
            intent(genesisHash: Keccak256.hash("a new devnet".utf8)),
        ]
        _ = try ledger.operation(intent("a"), at: .nonce)
        for other in others {
            let operation = try ledger.plan(other)
            #expect(try ledger.reserveNonce(operation.id, latest: 0, pending: 0) == 0)
            #expect(try ledger.openOperations(in: other.lane).map(\.id) == [operation.id])
            _ = try ledger.withdraw(operation.id, reason: "done")
        }
    }

    @Test func aNonceThatWasGivenBackIsTakenBeforeANewOne() throws {
        let first = try ledger.operation(intent("a"), at: .nonce)
        let second = try ledger.operation(intent("b"), at: .sent)
        #expect([first.nonce, second.nonce] == [0, 1])
        _ = try ledger.withdraw(first.id, reason: "edited")
        let third = try ledger.plan(intent("c"))
        #expect(try ledger.reserveNonce(third.id, latest: 0, pending: 0) == 0)
        let fourth = try ledger.plan(intent("d"))
        #expect(try ledger.reserveNonce(fourth.id, latest: 0, pending: 0) == 2)
    }

    @Test func aNonceThatWasGivenBackIsLeftWhenTheChainIsPastIt() throws {
        let first = try ledger.operation(intent("a"), at: .nonce)
        _ = try ledger.operation(intent("b"), at: .sent)
        _ = try ledger.withdraw(first.id, reason: "edited")
        let third = try ledger.plan(intent("c"))
        #expect(try ledger.reserveNonce(third.id, latest: 1, pending: 2) == 2)
    }

    /// The chain counted 9 once, and counts 6.
    @Test func whatIsOpenBelowOneThatWaitsIsTakenWhereItIsKnownToBe() throws {
        let stuck = try ledger.plan(intent("a"))
        #expect(try ledger.reserveNonce(stuck.id, latest: 9, pending: 9) == 9)
        let nonces = try (0..<5).map { number in
            let operation = try ledger.plan(intent("token\(number)"))
            return try ledger.reserveNonce(operation.id, latest: 6, pending: 6, open: 6..<9)
        }
        #expect(nonces == [6, 7, 8, 10, 11])
    }

    @Test func oneCountOfTheChainAloneOpensNothing() throws {
        let stuck = try ledger.plan(intent("a"))
        _ = try ledger.reserveNonce(stuck.id, latest: 9, pending: 9)
        let other = try ledger.plan(intent("b"))
        #expect(try ledger.reserveNonce(other.id, latest: 6, pending: 6) == 10)
    }

    @Test func whatTheChainCountsOrAnybodyHoldsIsNotOpen() throws {
        for (name, latest) in [("a", UInt64(9)), ("b", 7)] {
            let operation = try ledger.plan(intent(name))
            _ = try ledger.reserveNonce(operation.id, latest: latest, pending: latest, open: 7..<9)
        }
        let third = try ledger.plan(intent("c"))
        #expect(try ledger.reserveNonce(third.id, latest: 7, pending: 6, open: 6..<9) == 8)
        let fourth = try ledger.plan(intent("d"))
        #expect(try ledger.reserveNonce(fourth.id, latest: 6, pending: 9, open: 6..<9) == 10)
    }

    @Test func whatHasItsEndSettlesItsNonce() throws {
        let lane = try ledger.plan(intent("planned")).intent.lane
        #expect(try ledger.settledNonce(in: lane) == 0)
        _ = try ledger.operation(intent("a"), at: .final)
        _ = try ledger.operation(intent("b"), at: .sent)
        #expect(try ledger.settledNonce(in: lane) == 1)
        _ = try ledger.operation(intent("c"), at: .foreign)
        #expect(try ledger.settledNonce(in: lane) == 3)
    }

    @Test func openOperationsComeByNonce() throws {
        let planned = try ledger.plan(intent("late"))
        let first = try ledger.operation(intent("a"), at: .sent)
        let second = try ledger.operation(intent("b"), at: .included)
        _ = try ledger.operation(intent("c"), at: .final)
        #expect(try ledger.openOperations(in: planned.intent.lane) == [first, second, planned])
    }

    @Test func aNonceBeyondWhatAChainMayHaveIsRefused() throws {
        let operation = try ledger.plan(intent())
        #expect(throws: LedgerError.tooLarge(what: "nonce", .max)) {
            try ledger.reserveNonce(operation.id, latest: .max, pending: 0)
        }
        #expect(try ledger.operation(operation.id).state == .planned)
    }

    /// Two connections, as two processes have them, at once: every nonce is given out once and none is left out.
    @Test(.timeLimit(.minutes(2))) func twoConnectionsNeverShareANonce() async throws {
        let ledgers = [ledger, try bench.open()]
        let nonces = await withTaskGroup(of: Result<UInt64, any Error>.self) { group in
            for number in 0..<40 {
                let ledger = ledgers[number % 2]
                group.addTask {
                    Result {
                        let operation = try ledger.plan(intent("token\(number)"))
                        return try ledger.reserveNonce(operation.id, latest: 0, pending: 0)
                    }
                }
            }
            var results: [Result<UInt64, any Error>] = []
            for await result in group { results.append(result) }
            return results
        }
        #expect(try nonces.map { try $0.get() }.sorted() == Array(0..<40))
        try ledger.check()
    }

    @Test(.timeLimit(.minutes(10))) func twoProcessesMayMakeOneLedgerAtOnce() async throws {
        let benches = try (0..<10).map { _ in try Bench() }
        let failures = await withTaskGroup(of: LedgerError?.self) { group in
            for fresh in benches.flatMap({ [$0, $0, $0, $0] }) {
                group.addTask {
                    do throws(LedgerError) {
                        _ = try fresh.open()
                        return nil
                    } catch {
                        return error
                    }
                }
            }
            return await group.reduce(into: [LedgerError]()) { all, error in
                if let error { all.append(error) }
            }
        }
        #expect(failures == [])
    }

    @Test func aLedgerThatAnotherHoldsIsLocked() throws {
        let impatient = try bench.open(patience: .milliseconds(20))
        let error = try #require(throws: LedgerError.self) {
            try ledger.write { _ in
                try impatient.appendLog(actor: "ada", action: "test", subject: "", detail: "")
            }
        }
        #expect(error == .locked(path: bench.path))
        #expect(error.failure.kind == .environment)
    }
}
