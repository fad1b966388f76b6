import EthereumTypes
import Testing

@Suite struct KeccakVectorTests {
    private struct Row: Decodable {
        let length: Int
        let seed: Int
        let hash: String
    }

    @Test func agreesWithPycryptodomeAroundEveryBlockBoundary() throws {
        for row in try VectorFile.rows("keccak.jsonl", as: Row.self, count: 309) {
            let message = (0..<row.length).map { UInt8(truncatingIfNeeded: row.seed + 7 * $0) }
            #expect(Keccak256.hash(message).description == row.hash, "\(row.length) bytes")
        }
    }
}
