/// The 20 bytes that name an account.
package struct Address: Hashable, Sendable {
    /// Why a text is not an address.
    package enum Fault: Error, Hashable, Sendable {
        case notHexadecimal
        case wrongLength(digits: Int)
        /// Mixed case that does not agree with EIP-55, with the spelling that would.
        case wrongChecksum(expected: String)
    }

    package static let zero = Address(unchecked: [UInt8](repeating: 0, count: 20))

    package let bytes: [UInt8]

    /// Creates an address of exactly 20 bytes; nil for any other count.
    package init?(bytes: [UInt8]) {
        guard bytes.count == 20 else { return nil }
        self.bytes = bytes
    }

    /// Reads 40 hexadecimal digits behind `0x`; mixed case must carry the checksum of EIP-55.
    ///
    /// - Throws: ``Fault`` that says what is wrong with the text.
    package init(_ text: String) throws(Fault) {
        guard text.hasPrefix("0x") else { throw .notHexadecimal }
        let digits = text.dropFirst(2).utf8
        guard digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }) else { throw .notHexadecimal }
        guard digits.count == 40, let bytes = Hex.decode(text) else {
            throw .wrongLength(digits: digits.count)
        }
        self.bytes = bytes
        let letters = digits.filter { $0 > UInt8(ascii: "9") }
        let isMixed =
            letters.contains { $0 < UInt8(ascii: "a") } && letters.contains { $0 >= UInt8(ascii: "a") }
        if isMixed && description != text { throw .wrongChecksum(expected: description) }
    }

    init(unchecked bytes: [UInt8]) { self.bytes = bytes }
}

extension Address: CustomStringConvertible {
    /// The spelling of EIP-55.
    package var description: String {
        let plain = Array(Hex.encode(bytes).utf8)
        let hash = Keccak256.hash(plain).bytes
        let cased = plain.enumerated().map { index, digit in
            let nibble = index.isMultiple(of: 2) ? hash[index / 2] >> 4 : hash[index / 2] & 15
            return digit >= UInt8(ascii: "a") && nibble >= 8 ? digit - 32 : digit
        }
        return "0x" + String(decoding: cased, as: UTF8.self)
    }
}
