import EthereumTypes
import Testing

@testable import Ethereum

@Suite struct KeyTests {
    private struct AddressRow: Decodable {
        let key: String
        let `public`: String
        let address: String
    }

    private struct SignatureRow: Decodable {
        let key: String
        let hash: String
        let r: String
        let s: String
        let recovery: Int
        let address: String
    }

    private static let order = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141"

    @Test func agreesWithEthKeysOnAddresses() throws {
        for row in try VectorFile.rows("addresses.jsonl", as: AddressRow.self, count: 407) {
            let key = try PrivateKey(hex: row.key)
            #expect(Hex.prefixed(key.publicKey.bytes) == row.public)
            #expect(key.address.description == row.address)
            #expect(try Address(row.address) == key.address)
        }
    }

    @Test func signsAsRFC6979SaysAndRecoversTheSigner() throws {
        for row in try VectorFile.rows("signatures.jsonl", as: SignatureRow.self, count: 150) {
            let hash = try #require(Hash(row.hash))
            let signature = try PrivateKey(hex: row.key).sign(hash)
            #expect(Hex.prefixed(signature.r) == row.r)
            #expect(Hex.prefixed(signature.s) == row.s)
            #expect(signature.yIsOdd == (row.recovery == 1))
            #expect(signature.signer(of: hash)?.address.description == row.address)
        }
    }

    private struct DigestRow: Decodable {
        let hash: String
        let der: String
        let isHigh: Bool
        let r: String
        let s: String
        let recovery: Int
        let address: String
    }

    @Test func makesWhatAChainTakesOfWhatServicesSign() throws {
        let rows = try VectorFile.rows("digest-signatures.jsonl", as: DigestRow.self, count: 200)
        #expect(rows.contains(where: \.isHigh) && rows.contains { !$0.isHigh })
        for (row, other) in zip(rows, rows.dropFirst() + [rows[0]]) {
            let hash = try #require(Hash(row.hash))
            let der = try #require(Hex.decode(row.der))
            let address = try Address(row.address)
            let signature = try #require(Signature(der: der, of: hash, by: address))
            #expect(Hex.prefixed(signature.r) == row.r)
            #expect(Hex.prefixed(signature.s) == row.s)
            #expect(signature.yIsOdd == (row.recovery == 1))
            #expect(Signature(der: der, of: try #require(Hash(other.hash)), by: address) == nil)
            #expect(Signature(der: der, of: hash, by: try Address(other.address)) == nil)
        }
    }

    /// Bytes that stricter and laxer readers would take for different numbers.
    @Test func readsTheOneEncodingOfASignatureAlone() throws {
        let rows = try VectorFile.rows("digest-signatures.jsonl", as: DigestRow.self, count: 200)
        for row in rows {
            let hash = try #require(Hash(row.hash))
            let address = try Address(row.address)
            let der = try #require(Hex.decode(row.der))
            let inner = Array(der.dropFirst(2))
            let longer = [0x30, UInt8(inner.count + 1), 0x02, inner[1] + 1, 0x00] + inner.dropFirst(2)
            let wrong: [[UInt8]] = [
                [], [0x30], Array(der.dropLast()), der + [0], longer, [0x31] + der.dropFirst(),
                [0x30, 0x81, UInt8(inner.count)] + inner, [0x30, 0x00], [0x30, 0x02, 0x02, 0x00],
                [0x30, 0x06, 0x02, 0x01, 0x80, 0x02, 0x01, 0x01],
            ]
            for bytes in wrong { #expect(Signature(der: bytes, of: hash, by: address) == nil) }
        }
    }

    @Test(arguments: [
        ("", PrivateKey.Fault.wrongLength(bytes: 0)),
        ("0x01", .wrongLength(bytes: 1)),
        ("zz", .notHexadecimal),
        (String(repeating: "00", count: 32), .outOfRange),
        (order, .outOfRange),
        (String(repeating: "ff", count: 32), .outOfRange),
        (String(repeating: "01", count: 33), .wrongLength(bytes: 33)),
    ])
    func refusesWhatIsNoKey(_ text: String, _ fault: PrivateKey.Fault) {
        #expect(throws: fault) { try PrivateKey(hex: text) }
    }

    @Test func neverPrintsItsSecret() throws {
        let secret = String(repeating: "a7", count: 32)
        let key = try PrivateKey(hex: secret)
        var dumped = ""
        dump(key, to: &dumped)
        var nested = ""
        dump([key], to: &nested)
        for text in [
            "\(key)", String(reflecting: key), dumped, nested, "\([key])", "\(Optional(key) as Any)",
        ] {
            #expect(text.contains("redacted"))
            #expect(!text.lowercased().contains("a7a7") && !text.contains("167"))
        }
    }

    @Test func refusesTheHighOneOfTwoSignatures() throws {
        let half = try #require(
            Hex.decode("7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0"))
        let above = try #require(
            Hex.decode("7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a1"))
        #expect(Signature(r: half, s: half, yIsOdd: false) != nil)
        #expect(Signature(r: half, s: above, yIsOdd: false) == nil)
        #expect(Signature(r: half, s: Array(half.dropFirst()), yIsOdd: false) == nil)
    }

    @Test func noKeySignedWithoutNumbers() throws {
        let zeros = [UInt8](repeating: 0, count: 32)
        let hash = try #require(Hash(bytes: zeros))
        #expect(try #require(Signature(r: zeros, s: zeros, yIsOdd: false)).signer(of: hash) == nil)
    }
}
