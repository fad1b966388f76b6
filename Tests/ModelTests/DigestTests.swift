import Foundation
import Model
import Testing

@Suite struct DigestTests {
    /// FIPS 180-2, appendix B.1.
    private static let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

    @Test func isTheSHA256OfTheBytes() {
        #expect(Digest(of: Data("abc".utf8)).hex == Self.abc)
        #expect(Digest(of: Array("abc".utf8)).description == "sha256:" + Self.abc)
        #expect(Digest(of: Array("xabc".utf8).dropFirst()).hex == Self.abc)
        var running = RunningDigest()
        running.add(Data("a".utf8))
        running.add(Data("bc".utf8))
        #expect(running.digest.hex == Self.abc)
        #expect(Digest(of: Data("xabc".utf8).dropFirst()).hex == Self.abc)
    }

    @Test func isReadBackFromTextAndBytes() {
        let digest = Digest(of: Data("abc".utf8))
        #expect(Digest("sha256:" + Self.abc) == digest)
        #expect(Digest(hex: Self.abc) == digest)
        #expect(Digest(bytes: digest.bytes[...]) == digest)
        #expect(Digest(bytes: ([0] + digest.bytes).dropFirst()) == digest)
    }

    @Test(arguments: ["", "/s", "/ein Ordner/mit ä"])
    func isAPathBelowAFolder(_ folder: String) {
        let path = Digest(of: Data("abc".utf8)).path(in: folder)
        #expect(path == "\(folder)/\(Self.abc.prefix(2))/\(Self.abc.dropFirst(2))")
    }

    @Test(arguments: [
        "", abc.uppercased(), String(abc.dropLast()), abc + "0", "g" + abc.dropFirst(),
        "ä" + abc.dropFirst(2), "/" + abc.dropFirst(), ":" + abc.dropFirst(),
    ])
    func otherTextIsNone(_ text: String) {
        #expect(Digest(hex: text) == nil)
        #expect(Digest("sha256:" + text) == nil)
        #expect(Digest(bytes: Array(text.utf8)[...]) == nil)
    }

    @Test func isOrderedAsItsDigits() {
        let digests = (0..<200).map { Digest(of: [UInt8($0)]) }
        #expect(digests.sorted().map(\.hex) == digests.map(\.hex).sorted())
        let close = ["", "1", "10000000000000000", "100000000000000000000000000000000"]
            .flatMap { tail in ["0", "1", "f"].map { $0 + tail } }
            .compactMap { Digest(hex: String(repeating: "7", count: 64 - $0.count) + $0) }
        #expect(close.sorted().map(\.hex) == close.map(\.hex).sorted())
    }
}
