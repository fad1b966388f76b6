/// The CBOR that Solidity appends to code: a small map, then its length in two bytes.
///
/// See "Encoding of the Metadata Hash in the Bytecode" in Solidity's documentation.
package enum MetadataTail {
    private static let keys: Set<String> = ["ipfs", "bzzr0", "bzzr1", "solc", "experimental"]

    /// The code without its metadata; all of it where what the end says is not credible.
    package static func body(of code: [UInt8]) -> ArraySlice<UInt8> {
        guard code.count >= 2 else { return code[...] }
        let length = Int(code[code.count - 2]) << 8 | Int(code[code.count - 1])
        let start = code.count - 2 - length
        guard length > 0, start >= 0, isMetadata(code[start..<code.count - 2]) else { return code[...] }
        return code[..<start]
    }

    /// Whether the bytes are exactly one map of the keys that Solidity writes.
    private static func isMetadata(_ bytes: ArraySlice<UInt8>) -> Bool {
        var rest = bytes
        guard let head = rest.popFirst(), (0xa1...0xa5).contains(head) else { return false }
        for _ in 0..<(head - 0xa0) {
            guard let key = string(ofType: 0x60, from: &rest),
                keys.contains(String(decoding: key, as: UTF8.self))
            else { return false }
            guard skipValue(&rest) else { return false }
        }
        return rest.isEmpty
    }

    /// A hash and a release are bytes, a version text is text, a flag is true.
    private static func skipValue(_ rest: inout ArraySlice<UInt8>) -> Bool {
        guard let first = rest.first else { return false }
        switch first {
        case 0xf4, 0xf5:
            rest.removeFirst()
            return true
        case 0x40...0x5f:
            return string(ofType: 0x40, from: &rest) != nil
        case 0x60...0x7f:
            return string(ofType: 0x60, from: &rest) != nil
        default:
            return false
        }
    }

    /// The content of a short byte string (0x40) or text (0x60).
    private static func string(ofType type: UInt8, from rest: inout ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        guard let head = rest.popFirst(), head & 0xe0 == type else { return nil }
        var count = Int(head & 0x1f)
        if count == 24 {
            guard let next = rest.popFirst() else { return nil }
            count = Int(next)
        }
        guard count <= rest.count, head & 0x1f <= 24 else { return nil }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }
}
