/// Thirty-two bytes of Keccak-256 that name something on a chain.
///
/// A transaction, a block and code are each named by one.
package struct Hash: Hashable, Sendable {
    package let bytes: [UInt8]

    /// Creates a hash of exactly 32 bytes; nil for any other count.
    package init?(bytes: [UInt8]) {
        guard bytes.count == 32 else { return nil }
        self.bytes = bytes
    }

    /// Reads 64 hexadecimal digits behind `0x`.
    package init?(_ text: String) {
        guard text.hasPrefix("0x"), let bytes = Hex.decode(text) else { return nil }
        self.init(bytes: bytes)
    }

    init(unchecked bytes: [UInt8]) { self.bytes = bytes }
}

extension Hash: CustomStringConvertible {
    package var description: String { Hex.prefixed(bytes) }
}
