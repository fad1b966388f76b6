import BigInt
import EthereumTypes
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

    /// Call data of `execTransaction`, without signatures.
    private func input(_ transaction: SafeTransaction) -> [UInt8] {
        let data = transaction.data
        let end = 320 + 32 + data.count + (32 - data.count % 32) % 32
        var input = Selector.of(
            "execTransaction(address,uint256,bytes,uint8,uint256,uint256,uint256,address,address,bytes)")
        input += [UInt8](repeating: 0, count: 12)
        input += transaction.to.bytes
        input += BigUInt(transaction.value.value).word
        input += BigUInt(320).word
        input += BigUInt(transaction.operation.rawValue).word
        input += transaction.terms
        input += BigUInt(end).word
        input += BigUInt(data.count).word
        input += data
        // No signatures.
        input += [UInt8](repeating: 0, count: (32 - data.count % 32) % 32 + 32)
        return input
    }

    private func executed(
        _ transaction: SafeTransaction,
        in input: [UInt8]? = nil,
        nonces: [UInt64] = [4, 3, 5]
    ) -> SafeExecution? {
        SafeExecution(
            in: input ?? self.input(transaction), of: transaction.hashes(of: safe, on: chain).transaction,
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
        for before in [[], [1, 2, 3], input(decoy)] {
            let execution = try #require(executed(transaction, in: before + input(transaction) + [0, 0]))
            #expect(execution.calls == [call(7), call(8)])
        }
        #expect(executed(transaction, in: input(decoy)) == nil)
        #expect(executed(transaction, in: Array(input(transaction).dropLast(100))) == nil)
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
        // Cut off: what is read of it is not all.
        var cut = inner
        cut[67] -= 3
        #expect(try !delegating(cut).isWhole)
    }
}
