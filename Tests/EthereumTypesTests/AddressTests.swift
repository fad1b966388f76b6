import Testing

@testable import EthereumTypes

@Suite struct AddressTests {
    /// The examples of EIP-55.
    @Test(arguments: [
        "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
        "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
        "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
        "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
        "0x52908400098527886E0F7030069857D2E4169EE7",
        "0xde709f2102306220921060314715629080e2fb77",
    ])
    func readsTheExamplesOfEIP55(_ text: String) throws {
        let address = try Address(text)
        #expect(try Address("0x" + text.dropFirst(2).lowercased()) == address)
        #expect(try Address("0x" + text.dropFirst(2).uppercased()) == address)
        #expect(try Address(address.description) == address)
        #expect(address.description == text || text == text.lowercased())
    }

    @Test func namesTheSpellingThatAWrongChecksumShouldHave() {
        #expect(throws: Address.Fault.wrongChecksum(expected: "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed")) {
            try Address("0x5aaeb6053F3E94C9b9A09f33669435E7Ef1BeAed")
        }
    }

    @Test(arguments: [
        ("5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", Address.Fault.notHexadecimal),
        ("0X5aaeb6053f3e94c9b9a09f33669435e7ef1beaed", .notHexadecimal),
        ("0x5aaeb6053f3e94c9b9a09f33669435e7ef1beae", .wrongLength(digits: 39)),
        ("0x", .wrongLength(digits: 0)),
        ("0x0x5aaeb6053f3e94c9b9a09f33669435e7ef1bea", .notHexadecimal),
        ("0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaeg", .notHexadecimal),
        // Full-width digits are hexadecimal to Unicode and nothing to a chain.
        ("0x５aaeb6053f3e94c9b9a09f33669435e7ef1beaed", .notHexadecimal),
    ])
    func refusesWhatIsNotAnAddress(_ text: String, _ fault: Address.Fault) {
        #expect(throws: fault) { try Address(text) }
    }

    @Test(arguments: [0, 19, 21, 32])
    func isTwentyBytes(_ count: Int) {
        #expect(Address(bytes: [UInt8](repeating: 1, count: count)) == nil)
        #expect(Address(bytes: [UInt8](repeating: 1, count: 20)) != nil)
    }
}
