import CSecp256k1
import Crypto
import EthereumTypes
import Foundation

/// The only code that speaks to libsecp256k1.
///
/// Its functions take pointers to buffers whose sizes its documentation fixes; every array that is handed to one
/// of them here has that size.
enum Secp256k1 {
    /// A signature as the curve's arithmetic gives it, before a chain's rules.
    struct Compact {
        /// r and s, 32 bytes each.
        let bytes: [UInt8]
        let recoveryID: Int32
    }

    /// Made once, blinded with randomness of its own against side channels, and only read afterwards.
    private nonisolated(unsafe) static let context: OpaquePointer = {
        guard let context = unsafe secp256k1_context_create(UInt32(SECP256K1_CONTEXT_NONE)) else {
            preconditionFailure("libsecp256k1 could not make a context")
        }
        var generator = SystemRandomNumberGenerator()
        let seed = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        precondition(
            unsafe secp256k1_context_randomize(context, seed) == 1, "libsecp256k1 refused to be blinded")
        return unsafe context
    }()

    /// Whether 32 bytes are a number from 1 to the order of the curve less one.
    static func isValid(_ secret: SymmetricKey) -> Bool {
        unsafe secret.withUnsafeBytes { buffer in
            guard buffer.count == 32 else { return false }
            return unsafe secp256k1_ec_seckey_verify(context, pointer(buffer)) == 1
        }
    }

    /// The point of a secret: x and y, 32 bytes each.
    static func publicKey(of secret: SymmetricKey) -> [UInt8]? {
        var key = secp256k1_pubkey()
        let made = unsafe secret.withUnsafeBytes { buffer in
            unsafe secp256k1_ec_pubkey_create(context, &key, pointer(buffer))
        }
        return made == 1 ? serialized(&key) : nil
    }

    /// Signs 32 bytes with the nonce of RFC 6979; s is the low one of the two.
    static func sign(_ hash: Hash, secret: SymmetricKey) -> Compact? {
        var signature = secp256k1_ecdsa_recoverable_signature()
        let made = unsafe secret.withUnsafeBytes { buffer in
            unsafe secp256k1_ecdsa_sign_recoverable(
                context, &signature, hash.bytes, pointer(buffer), nil, nil)
        }
        guard made == 1 else { return nil }
        var bytes = [UInt8](repeating: 0, count: 64)
        var recoveryID: Int32 = 0
        unsafe secp256k1_ecdsa_recoverable_signature_serialize_compact(
            context, &bytes, &recoveryID, &signature)
        return Compact(bytes: bytes, recoveryID: recoveryID)
    }

    /// The point whose secret signed `hash`; nil where the signature is none.
    static func recover(_ hash: Hash, _ compact: Compact) -> [UInt8]? {
        guard compact.bytes.count == 64, (0...3).contains(compact.recoveryID) else { return nil }
        var signature = secp256k1_ecdsa_recoverable_signature()
        guard
            unsafe secp256k1_ecdsa_recoverable_signature_parse_compact(
                context,
                &signature,
                compact.bytes,
                compact.recoveryID
            ) == 1
        else { return nil }
        var key = secp256k1_pubkey()
        guard unsafe secp256k1_ecdsa_recover(context, &key, &signature, hash.bytes) == 1 else { return nil }
        return serialized(&key)
    }

    /// The uncompressed form without the byte 0x04 that says so.
    private static func serialized(_ key: inout secp256k1_pubkey) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 65)
        var count = bytes.count
        unsafe secp256k1_ec_pubkey_serialize(context, &bytes, &count, &key, UInt32(SECP256K1_EC_UNCOMPRESSED))
        return Array(bytes.dropFirst())
    }

    private static func pointer(_ secret: UnsafeRawBufferPointer) -> UnsafePointer<UInt8> {
        guard let base = secret.baseAddress, secret.count == 32 else {
            preconditionFailure("a secret is 32 bytes")
        }
        return unsafe base.assumingMemoryBound(to: UInt8.self)
    }
}
