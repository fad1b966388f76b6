package import EthereumTypes

/// A point of the curve.
package struct PublicKey: Hashable, Sendable {
    /// x and y, 32 bytes each.
    package let bytes: [UInt8]

    /// Creates a key from a point that libsecp256k1 gave.
    init?(point: [UInt8]) {
        guard point.count == 64 else { return nil }
        bytes = point
    }

    /// The last 20 bytes of the point's hash (yellow paper, appendix F).
    package var address: Address { Address(hashTail: Keccak256.hash(bytes)) }
}

extension Address {
    /// The last 20 bytes of a hash, which is how every address is made.
    init(hashTail hash: Hash) {
        guard let address = Address(bytes: Array(hash.bytes.suffix(20))) else {
            preconditionFailure("a hash has 32 bytes")
        }
        self = address
    }
}
