import Ethereum
import EthereumTypes
import Model
import Support
import Testing

@testable import Ledger
@testable import Steps

/// What is known of a Safe's executions, and which of them did what was asked for.
@Suite struct SafeHistoryTests {
    private let chain: ChainID
    private let safe = Address.created(by: .zero, nonce: 1)
    private let target = Address.created(by: .zero, nonce: 2)

    init() throws { chain = try #require(ChainID(1)) }

    private func call(_ byte: UInt8) -> SafeBatch.Call {
        SafeBatch.Call(to: target, value: .zero, data: [byte])
    }

    private func hash(_ text: String) -> Hash { Keccak256.hash(text.utf8) }

    private func transaction(_ bytes: [UInt8], nonce: UInt64) throws -> SafeTransaction {
        try #require(SafeBatch(bytes.map(call))).transaction(nonce: nonce, multiSend: target)
    }

    /// Executed in the block of a number; nil content: it does not tell.
    private func execution(
        _ bytes: [UInt8]?,
        nonce: UInt64,
        block: UInt64,
        succeeded: Bool = true
    ) throws -> SafeHistory.Execution {
        let transaction = try transaction(bytes ?? [0], nonce: nonce)
        let hash = transaction.hashes(of: safe, on: chain).transaction
        let input = bytes == nil ? [] : transaction.execution
        return SafeHistory.Execution(
            hash: hash, transaction: self.hash("in \(block)"), block: block, succeeded: succeeded,
            content: SafeExecution(in: input, of: hash, by: safe, on: chain, nonces: [nonce]), receipt: nil)
    }

    private func history(_ executions: [SafeHistory.Execution], nonce: UInt64) -> SafeHistory {
        var history = SafeHistory(nonce: nonce, at: 100)
        history.start = 1
        history.executions = executions
        return history
    }

    @Test func aNonceIsUsedUpOnlyWhereEveryOneIsAccountedFor() throws {
        let first = try execution([1], nonce: 3, block: 10)
        let second = try execution([2, 3], nonce: 4, block: 11)
        let failed = try execution(nil, nonce: 5, block: 12, succeeded: false)
        let untold = try execution(nil, nonce: 5, block: 12)
        #expect(history([first, second], nonce: 5).use(from: 3, since: 9) == .told)
        #expect(history([first, second, failed], nonce: 6).use(from: 3, since: 9) == .told)
        #expect(
            history([first, second, untold], nonce: 6).use(from: 3, since: 9) == .untold(untold.transaction))
        // Events are missing: the newest, one before, all.
        #expect(history([first, second], nonce: 6).use(from: 3, since: 9) == .missing)
        #expect(history([first, second], nonce: 6).use(from: 4, since: 9) == .missing)
        #expect(history([second], nonce: 5).use(from: 3, since: 9) == .missing)
        #expect(history([], nonce: 5).use(from: 4, since: 9) == .missing)
        #expect(history([], nonce: 4).use(from: 5, since: 9) == .missing)
        #expect(history([first, second], nonce: 5).execution(under: 4) == second)
        #expect(history([second], nonce: 5).execution(under: 3) == nil)
        #expect(history([second], nonce: 5).execution(under: 5) == nil)
        // What a module does takes no nonce.
        var moved = history([first], nonce: 4)
        moved.modules = [SafeHistory.Module(transaction: hash("module"), block: 10)]
        #expect(moved.use(from: 3, since: 9) == .untold(hash("module")))
        #expect(moved.use(from: 3, since: 10) == .told)
    }

    /// Code that a Safe delegates to may do anything; where it failed that is undone.
    @Test func whatIsToldInPartIsTakenForDoneOnlyWhereItFailed() throws {
        let transaction = SafeTransaction(
            to: target, value: .zero, data: [1, 2, 3, 4], operation: .delegateCall, nonce: 3)
        let hash = transaction.hashes(of: safe, on: chain).transaction
        for (succeeded, use) in [
            (true, SafeHistory.Use.untold(self.hash("in"))), (false, .told),
        ] {
            let execution = SafeHistory.Execution(
                hash: hash, transaction: self.hash("in"), block: 10, succeeded: succeeded,
                content: SafeExecution(
                    in: transaction.execution, of: hash, by: safe, on: chain, nonces: [3]), receipt: nil)
            #expect(execution.content?.isWhole == false)
            #expect(history([execution], nonce: 4).use(from: 3, since: 9) == use)
        }
    }

    private func asked(
        _ id: Int64,
        _ name: String,
        _ byte: UInt8,
        nonce: UInt64 = 3,
        batch: String,
        counted: UInt64 = 9
    ) -> Proposal {
        Proposal(
            id: id,
            intent: Proposal.Intent(
                run: "run", project: "p", step: .call(name, of: "token", on: "n"), network: "n",
                lane: ChainOperation.Lane(chainID: chain, genesisHash: hash("first"), sender: safe),
                to: target,
                value: .zero, payloadHash: Keccak256.hash([byte])),
            nonce: nonce, counted: counted, batchHash: hash(batch), state: .open,
            createdAt: Timestamp(milliseconds: 0))
    }

    private func attribution(
        _ executions: [SafeHistory.Execution],
        _ proposals: [Proposal],
        besides claims: Set<SafeAttribution.Claim> = []
    ) -> SafeAttribution {
        SafeAttribution(history(executions, nonce: 9), of: proposals, besides: claims)
    }

    @Test func theSameCallsWhereverTheyAreDoneAreThoseThatWereAskedFor() throws {
        let (one, two) = (asked(1, "one", 1, batch: "b"), asked(2, "two", 2, batch: "b"))
        // Under another nonce, and with calls of others, in two executions.
        let first = try execution([8, 2], nonce: 5, block: 10)
        let second = try execution([1, 8], nonce: 6, block: 11)
        let found = attribution([first, second], [one, two])
        #expect(found.done(one)?.execution == second && found.done(two)?.execution == first)
        // What came before it was asked for, failed, or has another value or contract is not it.
        #expect(attribution([try execution([1], nonce: 5, block: 9)], [one]).done(one) == nil)
        let failed = try execution([1], nonce: 5, block: 10, succeeded: false)
        #expect(attribution([failed], [one]).done(one) == nil)
        #expect(attribution([try execution([3], nonce: 5, block: 10)], [one]).done(one) == nil)
        // As it was signed it is found whatever the block, and wherever its content is not told.
        let signed = try execution(nil, nonce: 3, block: 2)
        var exact = asked(3, "one", 1, batch: "b")
        exact = Proposal(
            id: 3, intent: exact.intent, nonce: 3, counted: 9, batchHash: signed.hash, state: .open,
            createdAt: exact.createdAt)
        #expect(attribution([signed], [exact]).done(exact)?.execution == signed)
    }

    @Test func whatFailedOrSentAnotherValueIsNotWhatWasAskedFor() throws {
        let failed = try execution([1], nonce: 3, block: 10, succeeded: false)
        let one = asked(1, "one", 1, batch: "b")
        let signed = Proposal(
            id: 1, intent: one.intent, nonce: 3, counted: 9, batchHash: failed.hash, state: .open,
            createdAt: one.createdAt)
        #expect(attribution([failed], [signed]).done(signed) == nil)
        let paying = try #require(SafeBatch([SafeBatch.Call(to: target, value: Wei(1), data: [1])]))
            .transaction(nonce: 5, multiSend: target)
        let hash = paying.hashes(of: safe, on: chain).transaction
        let paid = SafeHistory.Execution(
            hash: hash, transaction: self.hash("in"), block: 10, succeeded: true,
            content: SafeExecution(in: paying.execution, of: hash, by: safe, on: chain, nonces: [5]),
            receipt: nil)
        #expect(attribution([paid], [one]).done(one) == nil)
    }

    @Test func aClaimIsOfItsOwnContractAndTransaction() throws {
        let operation = SafeAttribution.Operation(
            to: target, value: .zero, payloadHash: Keccak256.hash([1]))
        let once = try execution([1], nonce: 5, block: 10)
        for (address, transaction) in [(safe, once.transaction), (target, hash("another"))] {
            let claim = SafeAttribution.Claim(
                name: "one", address: address, callDataHash: Keccak256.hash([1]), transaction: transaction)
            #expect(attribution([once], [], besides: [claim]).unclaimed(operation) == 0)
        }
    }

    @Test func oneCallIsNotCountedForTwo() throws {
        let (one, two) = (asked(1, "one", 1, batch: "b"), asked(2, "two", 1, batch: "b"))
        let once = try execution([1], nonce: 5, block: 10)
        let alone = attribution([once], [two, one])
        #expect(alone.done(one)?.execution == once && alone.done(two) == nil)
        #expect(attribution([try execution([1, 1], nonce: 5, block: 10)], [one, two]).done(two) != nil)
        // What is asked for no more has no claim before what was asked for last.
        let renamed = asked(3, "three", 1, batch: "c")
        let now = attribution([once], [one, renamed])
        #expect(now.done(renamed)?.execution == once && now.done(one) == nil)
        // Nor is what is on record counted once more.
        let claim = SafeAttribution.Claim(
            name: "one", address: target, callDataHash: Keccak256.hash([1]), transaction: once.transaction)
        #expect(attribution([once], [two], besides: [claim]).done(two) == nil)
        let operation = SafeAttribution.Operation(
            to: target, value: .zero, payloadHash: Keccak256.hash([1]))
        #expect(attribution([once], []).unclaimed(operation) == 0)
        #expect(attribution([once], [one]).unclaimed(operation) == nil)
        #expect(attribution([once], [], besides: [claim]).unclaimed(operation) == nil)
    }

    @Test func anExecutionUnderOneNonceIsNotCountedForWhatWasAskedForUnderAnother() throws {
        let first = try execution([1], nonce: 3, block: 10)
        func asked(_ id: Int64, _ name: String, in batch: Hash, nonce: UInt64) -> Proposal {
            Proposal(
                id: id, intent: self.asked(id, name, 1, batch: "").intent, nonce: nonce, counted: 9,
                batchHash: batch, state: .open, createdAt: Timestamp(milliseconds: 0))
        }
        let second = try execution([1], nonce: 4, block: 11)
        let one = asked(1, "one", in: first.hash, nonce: 3)
        let two = asked(2, "two", in: second.hash, nonce: 4)
        let alone = attribution([first], [one, two])
        #expect(alone.done(one)?.execution == first && alone.done(two) == nil)
        let other = attribution([second], [one, two])
        #expect(other.done(one) == nil && other.done(two)?.execution == second)
        let both = attribution([first, second], [two, one])
        #expect(both.done(one)?.execution == first && both.done(two)?.execution == second)
    }

    /// Two calls that differ by their value alone, executed as one batch.
    private func payments(_ first: Wei, _ second: Wei) throws -> SafeHistory.Execution {
        let calls = [first, second].map { SafeBatch.Call(to: target, value: $0, data: [1]) }
        let paying = try #require(SafeBatch(calls)).transaction(nonce: 5, multiSend: target)
        let hash = paying.hashes(of: safe, on: chain).transaction
        return SafeHistory.Execution(
            hash: hash, transaction: self.hash("in"), block: 10, succeeded: true,
            content: SafeExecution(in: paying.execution, of: hash, by: safe, on: chain, nonces: [5]),
            receipt: nil)
    }

    private func claim(_ name: String, _ value: Wei?) -> SafeAttribution.Claim {
        SafeAttribution.Claim(
            name: name, address: target, callDataHash: Keccak256.hash([1]), transaction: hash("in"),
            value: value)
    }

    private func operation(_ value: Wei) -> SafeAttribution.Operation {
        SafeAttribution.Operation(to: target, value: value, payloadHash: Keccak256.hash([1]))
    }

    @Test func aClaimOfOneCallLeavesAnotherThatSentAnotherValue() throws {
        let both = try payments(Wei(1_000), Wei(2_000))
        for (claimed, other) in [(Wei(1_000), Wei(2_000)), (Wei(2_000), Wei(1_000))] {
            let found = attribution([both], [], besides: [claim("fund", claimed)])
            #expect(found.unclaimed(operation(claimed)) == nil)
            #expect(found.unclaimed(operation(other)) == 0)
            #expect(!found.isUnsure(of: operation(other)))
        }
    }

    @Test func aClaimWithoutItsValueIsOfTheOneCallThatIsLeft() throws {
        let both = try payments(Wei(1_000), Wei(2_000))
        let all = attribution([both], [], besides: [claim("one", nil), claim("two", Wei(1_000))])
        #expect(all.unclaimed(operation(Wei(1_000))) == nil)
        #expect(all.unclaimed(operation(Wei(2_000))) == nil)
        // A value that the manifest has by now, and that nothing sent.
        let changed = attribution([both], [], besides: [claim("one", Wei(7)), claim("two", nil)])
        #expect(changed.unclaimed(operation(Wei(1_000))) == nil)
        #expect(changed.unclaimed(operation(Wei(2_000))) == nil)
        let equal = attribution([try payments(Wei(3), Wei(3))], [], besides: [claim("one", nil)])
        #expect(equal.unclaimed(operation(Wei(3))) == 0 && !equal.isUnsure(of: operation(Wei(3))))
        // Which of the two it was nobody knows.
        let unsure = attribution([both], [], besides: [claim("one", nil)])
        #expect(unsure.isUnsure(of: operation(Wei(1_000))) && unsure.isUnsure(of: operation(Wei(2_000))))
    }
}
