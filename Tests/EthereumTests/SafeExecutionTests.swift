import BigInt
import EthereumTypes
import Support
import Testing

@testable import Ethereum

@Suite struct SafeExecutionTests {
    private let safe = Address.created(by: .zero, nonce: 1)
    private let other = Address.created(by: .zero, nonce: 2)
    private let chain: ChainID

    init() throws { chain = try #require(ChainID(1)) }

    private func call(_ byte: UInt8, _ count: Int = 5) -> SafeBatch.Call {
        SafeBatch.Call(
            to: Address.created(by: .zero, nonce: UInt64(byte)), value: Wei(UInt128(byte)),
            data: [UInt8](repeating: byte, count: count))
    }

    private func executed(
        _ transaction: SafeTransaction,
        in input: [UInt8]? = nil,
        nonces: [UInt64] = [4, 3, 5]
    ) -> SafeExecution? {
        SafeExecution(
            in: input ?? transaction.execution, of: transaction.hashes(of: safe, on: chain).transaction,
            by: safe, on: chain, nonces: nonces)
    }

    @Test func callsAreReadOutOfWhatTheOwnersSigned() throws {
        for calls in [[call(7)], [call(7), call(8, 0), call(9, 70), call(7)]] {
            let transaction = try #require(SafeBatch(calls)).transaction(nonce: 3, multiSend: other)
            let execution = try #require(executed(transaction))
            #expect(execution.transaction == transaction && execution.calls == calls && execution.isWhole)
            // The nonce is what the hash proves.
            #expect(executed(transaction, nonces: [4, 5]) == nil)
        }
    }

    @Test func theCallToTheSafeMayBeWithinAnother() throws {
        let transaction = try #require(SafeBatch([call(7), call(8)])).transaction(
            nonce: 4, multiSend: other)
        let decoy = SafeTransaction(to: other, value: .zero, data: [], operation: .call, nonce: 4)
        for before in [[], [1, 2, 3], decoy.execution] {
            let execution = try #require(executed(transaction, in: before + transaction.execution + [0, 0]))
            #expect(execution.calls == [call(7), call(8)])
        }
        #expect(executed(transaction, in: decoy.execution) == nil)
        #expect(executed(transaction, in: Array(transaction.execution.dropLast(100))) == nil)
    }

    @Test func whatPaysForGasHasAnotherHash() throws {
        var terms = SafeTransaction.noTerms
        terms[31] = 9
        let transaction = SafeTransaction(
            to: other, value: .zero, data: [1], operation: .call, nonce: 4, terms: terms)
        #expect(try #require(executed(transaction)).transaction.terms == terms)
        let plain = SafeTransaction(to: other, value: .zero, data: [1], operation: .call, nonce: 4)
        #expect(transaction.hashes(of: safe, on: chain) != plain.hashes(of: safe, on: chain))
    }

    @Test func whatADelegateDoesIsToldOnlyByMultiSend() throws {
        func delegating(_ data: [UInt8]) throws -> SafeExecution {
            try #require(
                executed(
                    SafeTransaction(
                        to: other, value: .zero, data: data, operation: .delegateCall, nonce: 4)))
        }
        #expect(try !delegating([1, 2, 3, 4]).isWhole)
        let inner = try #require(SafeBatch([call(7), call(8)])).multiSendData
        // MultiSend may delegate once more: to itself, which tells, or to other code.
        for (data, isWhole) in [(inner, true), ([9, 9], false)] {
            var packed: [UInt8] = [1]
            packed += other.bytes
            packed += BigUInt(0).word
            packed += BigUInt(data.count).word
            packed += data
            var outer = Selector.of("multiSend(bytes)")
            outer += BigUInt(32).word
            outer += BigUInt(packed.count).word
            outer += packed
            let execution = try delegating(outer)
            #expect(execution.isWhole == isWhole)
            #expect(execution.calls == (isWhole ? [call(7), call(8)] : []))
        }
        // MultiSend knows no other operation than to call and to delegate.
        var unknown = try #require(SafeBatch([call(7), call(8)])).multiSendData
        unknown[68] = 2
        #expect(try !delegating(unknown).isWhole)
        // Cut off: what is read of it is not all.
        var cut = inner
        cut[67] -= 3
        #expect(try !delegating(cut).isWhole)
    }
}
