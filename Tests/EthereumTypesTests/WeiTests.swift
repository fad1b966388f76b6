import Testing

@testable import EthereumTypes

@Suite struct WeiTests {
    @Test(arguments: [
        ("0 ether", UInt128(0)),
        ("0.05 ether", 50_000_000_000_000_000),
        ("30 gwei", 30_000_000_000),
        ("0.000000001 gwei", 1),
        ("100 wei", 100),
        ("340282366920938463463374607431768211455 wei", .max),
    ])
    func readsAmounts(_ text: String, _ value: UInt128) throws {
        #expect(try Wei(text).value == value)
    }

    @Test(arguments: [
        ("", Wei.Fault.malformed), ("5", .malformed), ("5 ether now", .malformed), ("-1 wei", .malformed),
        ("1. ether", .malformed), (".5 ether", .malformed), ("1.2.3 ether", .malformed),
        ("1e18 wei", .malformed),
        ("٣ wei", .malformed), ("1 Ether", .unknownUnit("Ether")), ("0.5 wei", .tooPrecise),
        ("1.0000000000000000001 ether", .tooPrecise),
        ("340282366920938463463374607431768211456 wei", .tooLarge),
        ("999999999999999999999999999999 ether", .tooLarge),
    ])
    func refusesOtherTexts(_ text: String, _ fault: Wei.Fault) {
        #expect(throws: fault) { try Wei(text) }
    }

    @Test func holdsSumsAndProductsAtTheLargestAmount() {
        #expect(Wei(.max) + Wei(1) == Wei(.max))
        #expect(Wei(.max) * 2 == Wei(.max))
        #expect(Wei(2) + Wei(3) == Wei(5))
        #expect(Wei(2) * 3 == Wei(6))
    }

    @Test(arguments: [
        (UInt128(0), 18, "0"), (1, 18, "0.000000000000000001"), (1_500_000_000_000_000_000, 18, "1.5"),
        (1_999_999_000_000_000_000, 3, "1.999"), (10_000_000_000_000_000_000, 4, "10"),
    ])
    func spellsWholeCoins(_ value: UInt128, _ places: Int, _ text: String) {
        #expect(Wei(value).ether(places: places) == text)
    }
}
