import Crypto
import CryptoExtras
import EthereumTypes
import Foundation

extension Keystore {
    /// Puts a key behind a password; `initialCounter` is 16 bytes that no other file has.
    @concurrent
    package static func closing(
        _ key: PrivateKey,
        password: String,
        derivation: KeyDerivation,
        initialCounter: [UInt8]
    ) async throws(KeystoreError) -> Keystore {
        let derived = try derivation.key(of: password)
        let ciphertext = crypted(key.copyOfBytes(), derived, initialCounter)
        return Keystore(
            address: key.address,
            derivation: derivation,
            initialCounter: initialCounter,
            ciphertext: ciphertext,
            mac: code(of: ciphertext, derived).bytes
        )
    }

    /// The key, once the password is known to be right and the key to be that of the address that the file names.
    @concurrent
    package func key(password: String) async throws(KeystoreError) -> PrivateKey {
        let derived = try derivation.key(of: password)
        guard Self.areEqual(Self.code(of: ciphertext, derived).bytes, mac) else { throw .wrongPassword }
        let secret = Self.crypted(ciphertext, derived, initialCounter)
        // Some programs lose the leading zeros of a key before they encrypt it.
        let padding = [UInt8](repeating: 0, count: 32 - secret.count)
        let key: PrivateKey
        do {
            key = try PrivateKey(bytes: padding + secret)
        } catch {
            throw .noKey
        }
        if let address, address != key.address { throw .otherAddress(named: address, found: key.address) }
        return key
    }

    /// Keccak-256 of the second half of the derived key and the ciphertext.
    private static func code(of ciphertext: [UInt8], _ derived: SymmetricKey) -> Hash {
        Keccak256.hash(unsafe derived.withUnsafeBytes { unsafe Array($0[16..<32]) } + ciphertext)
    }

    /// The same both ways: AES-128 in counter mode with the first half of the derived key.
    private static func crypted(_ text: [UInt8], _ derived: SymmetricKey, _ counter: [UInt8]) -> [UInt8] {
        let half = SymmetricKey(data: unsafe derived.withUnsafeBytes { unsafe Array($0[..<16]) })
        guard let nonce = try? AES._CTR.Nonce(nonceBytes: counter),
            let result = try? AES._CTR.encrypt(text, using: half, nonce: nonce)
        else { preconditionFailure("a key of 16 bytes and a counter of 16 bytes are what AES-128 takes") }
        return Array(result)
    }

    /// In a time that does not depend on where they differ.
    private static func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        left.count == right.count && zip(left, right).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
