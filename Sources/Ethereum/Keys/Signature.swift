package import EthereumTypes

/// A signature that tells who signed.
package struct Signature: Hashable, Sendable {
    /// Half the order of the curve; s is at most this (EIP-2).
    private static let halfOrder: [UInt8] =
        [0x7f] + [UInt8](repeating: 0xff, count: 15) + [
            0x5d, 0x57, 0x6e, 0x73, 0x57, 0xa4, 0x50, 0x1d, 0xdf, 0xe9, 0x2f, 0x46, 0x68, 0x1b, 0x20, 0xa0,
        ]

    /// 32 bytes.
    package let r: [UInt8]
    /// 32 bytes.
    package let s: [UInt8]
    /// Which of the two points with this r is meant.
    package let yIsOdd: Bool

    /// Creates a signature from 32 bytes each; nil for other counts and for a high s.
    package init?(r: [UInt8], s: [UInt8], yIsOdd: Bool) {
        guard r.count == 32, s.count == 32 else { return nil }
        guard !Self.halfOrder.lexicographicallyPrecedes(s) else { return nil }
        self.r = r
        self.s = s
        self.yIsOdd = yIsOdd
    }

    init?(_ compact: Secp256k1.Compact) {
        guard compact.recoveryID == 0 || compact.recoveryID == 1 else { return nil }
        self.init(
            r: Array(compact.bytes.prefix(32)),
            s: Array(compact.bytes.suffix(32)),
            yIsOdd: compact.recoveryID == 1
        )
    }

    /// r, s and 27 or 28, as contracts take a signature.
    package var bytes: [UInt8] { r + s + [yIsOdd ? 28 : 27] }

    /// The key that signed `hash`; nil where no key can have.
    package func signer(of hash: Hash) -> PublicKey? {
        Secp256k1.recover(hash, .init(bytes: r + s, recoveryID: yIsOdd ? 1 : 0)).flatMap(
            PublicKey.init(point:))
    }
}
