import EthereumTypes
import Model
import Testing

@Suite struct SaltTests {
    let sender = Address(bytes: [UInt8](repeating: 0xab, count: 20))

    @Test func aTextIsItsHash() throws {
        let salt = try Salt("treasury-v1")
        let hash = Keccak256.hash("treasury-v1".utf8).bytes
        #expect(salt.bytes(for: .deterministicProxy, sender: nil) == hash)
        let guarded = try #require(salt.bytes(for: .createX, sender: sender))
        #expect(guarded == [UInt8](repeating: 0xab, count: 20) + [0] + hash.prefix(11))
        #expect(salt.bytes(for: .createX, sender: nil) == nil)
    }

    @Test func thirtyTwoBytesAreTakenAsTheyAre() throws {
        let salt = try Salt("0x" + String(repeating: "0A", count: 32))
        #expect(salt == .literal([UInt8](repeating: 10, count: 32)))
        for factory in Create2Factory.allCases {
            #expect(salt.bytes(for: factory, sender: nil) == [UInt8](repeating: 10, count: 32))
        }
        #expect(try Salt("0xyz") == .text("0xyz"))
    }

    @Test(arguments: [
        ("", "the salt is empty"), ("0x", "the salt '0x' has 0 digits"),
        ("0x01", "the salt '0x01' has 2 digits"),
        (
            "0x" + String(repeating: "0", count: 65),
            "the salt '0x\(String(repeating: "0", count: 65))' has 65 digits"
        ),
    ])
    func hexadecimalOfAnotherLengthIsRefused(_ text: String, _ message: String) {
        let fault = #expect(throws: Salt.Fault.self) { try Salt(text) }
        #expect(fault?.message == message)
    }

    @Test func whatIsAsLongAsASaltInHexadecimalAndIsNoneIsRefused() throws {
        let typo = "0xzz" + String(repeating: "0", count: 62)
        let fault = #expect(throws: Salt.Fault.self) { try Salt(typo) }
        #expect(fault?.message == "the salt '\(typo)' has a 'z' among its digits")
        #expect(try Salt(String(typo.dropLast())) == .text(String(typo.dropLast())))
        #expect(try Salt("zz" + typo.dropFirst(2)) == .text("zz" + typo.dropFirst(2)))
    }
}
