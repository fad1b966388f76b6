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
}
