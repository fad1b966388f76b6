import Testing

@testable import EthereumTypes

@Suite struct HexTests {
    @Test(
        arguments: [
            ("", []), ("0x", []), ("00ff", [0, 255]), ("0x00FF", [0, 255]), ("0Xab", [171]),
        ] as [(String, [UInt8])])
    func readsDigitsWithOrWithoutPrefix(_ text: String, _ bytes: [UInt8]) {
        #expect(Hex.decode(text) == bytes)
    }

    @Test(arguments: ["0", "0x0", "0xg0", "x0", "0x 0", "é", "0x0x"])
    func refusesOtherTexts(_ text: String) {
        #expect(Hex.decode(text) == nil)
    }

    @Test func spellsEveryByteInLowerCase() {
        let all = (0...255).map { UInt8($0) }
        let text = Hex.prefixed(all)
        #expect(text.hasPrefix("0x000102"))
        #expect(text.hasSuffix("fdfeff"))
        #expect(Hex.decode(text) == all)
    }

    @Test func aHashIsThirtyTwoBytesBehindItsPrefix() {
        let digits = String(repeating: "ab", count: 32)
        #expect(Hash("0x" + digits)?.description == "0x" + digits)
        #expect(Hash(digits) == nil)
        #expect(Hash("0x" + digits.dropLast(2)) == nil)
        #expect(Hash("0x" + digits + "00") == nil)
    }

    @Test func aChainIsNeverNumberedZero() {
        #expect(ChainID(0) == nil)
        #expect(ChainID(1)?.description == "1")
    }
}
