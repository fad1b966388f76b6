import Model
import Testing

@Suite struct FingerprintTests {
    static func fingerprint(_ fields: [(String, String)]) -> Fingerprint {
        var fingerprint = Fingerprint(schema: 1, kind: .compile)
        for (label, value) in fields { fingerprint.add(label, value) }
        return fingerprint
    }

    @Test func fieldBoundariesChangeTheDigest() {
        #expect(Self.fingerprint([("a", "bc")]).digest != Self.fingerprint([("ab", "c")]).digest)
        #expect(
            Self.fingerprint([("a", "b"), ("c", "")]).digest
                != Self.fingerprint([("a", ""), ("b", "c")]).digest)
    }

    @Test func saysWhatDiffers() {
        let before = Self.fingerprint([("solc", "0.8.28"), ("source A.sol", "x"), ("viaIR", "false")])
        let after = Self.fingerprint([("solc", "0.8.29"), ("source B.sol", "y"), ("viaIR", "false")])
        #expect(
            after.differences(from: before) == [
                "solc 0.8.28 → 0.8.29", "source B.sol is new", "source A.sol is gone",
            ]
        )
        #expect(after.differences(from: after).isEmpty)
    }

    @Test func fieldsAreReadBackFromTheirBytes() throws {
        let fingerprint = Self.fingerprint([("solc", "0.8.28"), ("ä", ""), ("", "x\ny")])
        #expect(fingerprint.fields.map(\.label) == ["schema", "step", "solc", "ä", ""])
        #expect(fingerprint.fields.map(\.value) == ["1", "compile", "0.8.28", "", "x\ny"])
        let back = try #require(Fingerprint(bytes: fingerprint.bytes))
        #expect(back == fingerprint)
        #expect(back.fields == fingerprint.fields)
        #expect(back.digest == fingerprint.digest)
    }

    /// The digest names what is stored: another way to make it makes all of that useless.
    @Test func theDigestIsThatOfLengthsAndTexts() {
        var bytes: [UInt8] = []
        for part in ["schema", "1", "step", "compile"] {
            bytes += [UInt8(part.utf8.count), 0, 0, 0, 0, 0, 0, 0] + Array(part.utf8)
        }
        #expect(Fingerprint(schema: 1, kind: .compile).digest == Digest(of: bytes))
    }

    @Test func bytesThatAreNoFieldsAreNone() {
        let bytes = Self.fingerprint([("a", "b")]).bytes
        for count in 1..<9 { #expect(Fingerprint(bytes: Array(bytes.dropLast(count))) == nil) }
        #expect(Fingerprint(bytes: bytes + [1, 0, 0, 0, 0, 0, 0, 0]) == nil)
        #expect(Fingerprint(bytes: bytes + [UInt8](repeating: 255, count: 8)) == nil)
        #expect(Fingerprint(bytes: bytes + [1, 0, 0, 0, 0, 0, 0, 0, 97]) == nil, "a label alone")
    }
}
