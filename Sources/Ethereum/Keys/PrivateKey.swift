import Crypto
package import EthereumTypes

/// The secret that signs for an account.
///
/// Its bytes are kept in memory that is wiped on release, and it prints as `<redacted>`.
package struct PrivateKey: Sendable {
    /// Why bytes or a text are no key; the faults never repeat what was given.
    package enum Fault: Error, Hashable, Sendable {
        case notHexadecimal
        case wrongLength(bytes: Int)
        /// Zero, or not below the order of the curve.
        case outOfRange
    }

    private let secret: SymmetricKey
    /// The account that the key signs for.
    package let address: Address
    package let publicKey: PublicKey

    /// Takes a copy of 32 bytes; wiping what was given is up to the caller.
    package init(bytes: [UInt8]) throws(Fault) {
        guard bytes.count == 32 else { throw .wrongLength(bytes: bytes.count) }
        let secret = SymmetricKey(data: bytes)
        guard Secp256k1.isValid(secret),
            let publicKey = Secp256k1.publicKey(of: secret).flatMap(PublicKey.init)
        else { throw .outOfRange }
        self.secret = secret
        self.publicKey = publicKey
        address = publicKey.address
    }

    /// Reads 64 hexadecimal digits, with or without `0x`.
    package init(hex text: String) throws(Fault) {
        guard let bytes = Hex.decode(text) else { throw .notHexadecimal }
        try self.init(bytes: bytes)
    }

    /// A copy of the 32 bytes, for putting them behind a password; it is not to be kept.
    func copyOfBytes() -> [UInt8] { unsafe secret.withUnsafeBytes { unsafe Array($0) } }

    /// Signs a hash: deterministic (RFC 6979), with low s (EIP-2).
    package func sign(_ hash: Hash) -> Signature {
        guard let signature = Secp256k1.sign(hash, secret: secret).flatMap(Signature.init) else {
            // r would have to exceed the order of the curve: one case in 2^127.
            preconditionFailure("libsecp256k1 gave no signature that a transaction can carry")
        }
        return signature
    }
}

extension PrivateKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "<redacted>" }
    package var debugDescription: String { "<redacted>" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
