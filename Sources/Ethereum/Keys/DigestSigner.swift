import BigInt
package import EthereumTypes

/// A service that signs hashes and knows nothing of chains, as those that keep keys in hardware do.
package protocol DigestSigner: Sendable {
    /// The account of its key.
    var address: Address { get }

    /// A signature of a hash: r and s in DER (RFC 3279), with either of the two s that are valid.
    func signature(of digest: Hash) async throws -> [UInt8]
}

extension Signature {
    /// What a chain takes of a signature in DER, known to be that of `signer`.
    ///
    /// nil where the bytes are not the one encoding of two numbers, or `signer` did not sign `hash` with them.
    package init?(der: [UInt8], of hash: Hash, by signer: Address) {
        guard let (r, s) = Self.numbers(der) else { return nil }
        self.init(r: r, anyS: s, of: hash, by: signer)
    }

    /// Takes the low one of the two s (EIP-2) and finds out which point was meant.
    ///
    /// nil unless `signer` signed `hash` with r and s, 32 bytes each.
    package init?(r: [UInt8], anyS s: [UInt8], of hash: Hash, by signer: Address) {
        guard r.count == 32, s.count == 32 else { return nil }
        let order = BigUInt(bigEndian: Self.order)
        let given = BigUInt(bigEndian: s)
        guard given < order else { return nil }
        let low = min(given, order - given).word
        for yIsOdd in [false, true] {
            guard let signature = Signature(r: r, s: low, yIsOdd: yIsOdd),
                signature.signer(of: hash)?.address == signer
            else { continue }
            self = signature
            return
        }
        return nil
    }

    private static let order: [UInt8] =
        [UInt8](repeating: 0xff, count: 15) + [
            0xfe, 0xba, 0xae, 0xdc, 0xe6, 0xaf, 0x48, 0xa0, 0x3b, 0xbf, 0xd2, 0x5e, 0x8c, 0xd0, 0x36, 0x41,
            0x41,
        ]

    /// The two whole numbers of a sequence, 32 bytes each.
    private static func numbers(_ der: [UInt8]) -> (r: [UInt8], s: [UInt8])? {
        // Of 72 bytes at most, so every length has one byte.
        guard der.count >= 2, der[0] == 0x30, Int(der[1]) == der.count - 2, der[1] < 0x80 else { return nil }
        var rest = der.dropFirst(2)
        guard let r = number(&rest), let s = number(&rest), rest.isEmpty else { return nil }
        return (r, s)
    }

    private static func number(_ rest: inout ArraySlice<UInt8>) -> [UInt8]? {
        guard rest.popFirst() == 0x02, let length = rest.popFirst(), (1...33).contains(length),
            rest.count >= Int(length)
        else { return nil }
        var bytes = rest.prefix(Int(length))
        rest = rest.dropFirst(Int(length))
        guard let first = bytes.first, first < 0x80 else { return nil }
        if first == 0, bytes.count > 1 {
            // A zero in front says that the number is not negative, and is nowhere else.
            bytes = bytes.dropFirst()
            guard let next = bytes.first, next >= 0x80 else { return nil }
        }
        guard bytes.count <= 32 else { return nil }
        return [UInt8](repeating: 0, count: 32 - bytes.count) + bytes
    }
}
