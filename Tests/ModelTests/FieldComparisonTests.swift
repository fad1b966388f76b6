import Foundation
import Model
import Testing

@Suite struct FieldComparisonTests {
    private static func digest(_ text: String) -> String { Digest(of: Data(text.utf8)).description }

    private static func change(_ before: String?, _ after: String?) -> String {
        FieldComparison(label: "l", before: before, after: after).change
    }

    @Test func digestsAreShownByTheirFirstDigits() {
        #expect(Self.change(Self.digest("a"), Self.digest("b")) == "sha256:ca97… → sha256:3e23…")
        #expect(Self.change("0.8.29 \(Self.digest("a"))", "0.8.30 x") == "0.8.29 sha256:ca97… → 0.8.30 x")
    }

    @Test func whatIsAlikeAsFarAsItIsShownIsShownFromWhereItParts() {
        let long = String(repeating: "a", count: 70)
        #expect(Self.change(long + "b", long + "c") == "…b → …c")
        let alike = "sha256:1a2b" + String(repeating: "0", count: 59)
        #expect(Self.change(alike + "0", alike + "1") == "…0 → …1")
        #expect(Self.change(long, nil) == "is gone")
        #expect(Self.change(nil, long) == "is new")
        #expect(Self.change("", "cancun") == "(empty) → cancun")
        #expect(Self.change(long, long) == String(repeating: "a", count: 59) + "…")
    }

    @Test func fieldsWithOneLabelAreComparedInTheirOrder() {
        let before = FingerprintTests.fingerprint([("a", "1"), ("a", "2"), ("b", "x")])
        let after = FingerprintTests.fingerprint([("a", "1"), ("a", "3"), ("a", "4")])
        #expect(after.differences(from: before) == ["a 2 → 3", "a is new", "b is gone"])
    }

    @Test func aReasonNamesFiveDifferencesAndCountsTheRest() {
        func numbered(_ count: Int, _ value: String) -> Fingerprint {
            FingerprintTests.fingerprint((1...count).map { ("f\($0)", value) })
        }
        #expect(numbered(2, "x").reason(since: numbered(2, "y")) == "f1 y → x, f2 y → x")
        #expect(
            numbered(6, "x").reason(since: numbered(6, "y")).hasSuffix(", f5 y → x, f6 y → x"),
            "the name of one more is not longer than its count")
        #expect(numbered(9, "x").reason(since: numbered(9, "y")).hasSuffix("f5 y → x and 4 more"))
        let (one, two) = ([("a", "1"), ("b", "2")], [("b", "2"), ("a", "1")])
        #expect(
            FingerprintTests.fingerprint(one).reason(since: FingerprintTests.fingerprint(two))
                == "the order of its inputs changed")
    }
}
