import EthereumTypes
import Testing

@testable import Ethereum

@Suite struct SafeTransactionTests {
    private struct Row: Decodable {
        struct Call: Decodable {
            let to: String
            let value: String
            let data: String
        }

        let safe: String
        let multiSend: String
        let chainId: String
        let nonce: String
        let calls: [Call]
        let data: String
        let domain: String
        let message: String
        let hash: String
    }

    @Test func batchesAndHashesAreThoseOfAnotherImplementation() throws {
        for row in try VectorFile.rows("safe.jsonl", as: Row.self, count: 150) {
            let calls = try row.calls.map { call in
                SafeBatch.Call(
                    to: try Address(call.to),
                    value: Wei(try #require(UInt128(call.value))),
                    data: try #require(Hex.decode(call.data))
                )
            }
            let transaction = try #require(SafeBatch(calls)).transaction(
                nonce: try #require(UInt64(row.nonce)), multiSend: try Address(row.multiSend))
            #expect(Hex.prefixed(transaction.data) == row.data)
            #expect(transaction.operation == (calls.count == 1 ? .call : .delegateCall))
            let chain = try #require(UInt64(row.chainId).flatMap { ChainID($0) })
            let hashes = transaction.hashes(of: try Address(row.safe), on: chain)
            #expect(hashes.domain.description == row.domain)
            #expect(hashes.message.description == row.message)
            #expect(hashes.transaction.description == row.hash)
        }
        #expect(SafeBatch([]) == nil)
    }
}
