import BigInt
import EthereumTypes
import Testing

@testable import Ethereum

@Suite struct RLPTests {
    private struct ItemRow: Decodable {
        let item: Tree
        let rlp: String
    }

    private struct NumberRow: Decodable {
        let number: String
        let rlp: String
    }

    @Test func agreesWithTheRLPPackageBothWays() throws {
        for row in try VectorFile.rows("rlp.jsonl", as: ItemRow.self, count: 775) {
            let item = try item(row.item)
            #expect(Hex.prefixed(RLP.encode(item)) == row.rlp)
            #expect(try RLP.decode(try #require(Hex.decode(row.rlp))) == item)
        }
    }

    @Test func spellsNumbersAsTheRLPPackageDoes() throws {
        for row in try VectorFile.rows("rlp-integers.jsonl", as: NumberRow.self, count: 210) {
            let number = try #require(BigUInt(row.number))
            #expect(Hex.prefixed(RLP.encode(.integer(number))) == row.rlp)
            guard case .bytes(let bytes) = try RLP.decode(try #require(Hex.decode(row.rlp))) else {
                Issue.record("\(row.rlp) is not a string of bytes")
                continue
            }
            #expect(BigUInt(bigEndian: bytes) == number)
        }
    }

    @Test(arguments: [
        ("", RLP.Fault.truncated(offset: 0)),
        ("8361", .truncated(offset: 1)),
        ("c20102ff", .trailing(offset: 3)),
        ("8100", .notCanonical(offset: 0)),
        ("817f", .notCanonical(offset: 0)),
        ("b80161", .notCanonical(offset: 1)),
        ("b90038" + String(repeating: "61", count: 56), .notCanonical(offset: 1)),
        ("f800", .notCanonical(offset: 1)),
        ("c28361", .truncated(offset: 2)),
        ("bfffffffffffffffff", .truncated(offset: 1)),
        ("ffffffffffffffffff", .truncated(offset: 1)),
    ])
    func refusesWhatIsNotTheOneEncoding(_ text: String, _ fault: RLP.Fault) throws {
        let bytes = try #require(Hex.decode(text))
        #expect(throws: fault) { try RLP.decode(bytes) }
    }

    @Test func refusesNestingThatWouldExhaustTheStack() {
        var bytes: [UInt8] = []
        for _ in 0..<54 { bytes = [0xc0 + UInt8(bytes.count)] + bytes }
        #expect(throws: Never.self) { try RLP.decode(bytes) }
        var item = RLP.Item.list([])
        for _ in 0..<RLP.deepest { item = .list([item]) }
        #expect(throws: RLP.Fault.self) { try RLP.decode(RLP.encode(item)) }
    }

    private func item(_ tree: Tree) throws -> RLP.Item {
        switch tree {
        case .text(let text): .bytes(try #require(Hex.decode(text)))
        case .list(let trees): .list(try trees.map { try item($0) })
        }
    }
}
