import Crypto
import CryptoExtras
import EthereumTypes
import Foundation

/// How a keystore makes a key of a password: costly on purpose, and bounded, since the file says how costly.
package enum KeyDerivation: Hashable, Sendable {
    /// RFC 7914: memory of 128 · n · r bytes.
    case scrypt(n: Int, r: Int, p: Int, salt: [UInt8])
    /// RFC 8018 with HMAC-SHA-256, c times.
    case pbkdf2(c: Int, salt: [UInt8])

    /// What geth and others take where nothing is said: a quarter of a gibibyte and about a second.
    package static func usual(salt: [UInt8]) -> KeyDerivation { .scrypt(n: 262_144, r: 8, p: 1, salt: salt) }

    /// The most of n · r · p: four times of what is usual, and 1 GiB at p = 1.
    static let mostScrypt = 1 << 23
    static let mostRounds = 10_000_000
    private static let mostSalt = 1_024

    init(_ kdf: String, _ parameters: KeystoreParameters) throws(KeystoreError) {
        let salt = try Keystore.bytes(parameters.salt, "salt", 0...Self.mostSalt)
        // Of a longer key the first 32 bytes are the same and the only ones that are used.
        guard parameters.dklen >= 32 else { throw .malformed(field: "dklen") }
        switch kdf {
        case "scrypt":
            guard let n = parameters.n, let r = parameters.r, let p = parameters.p else {
                throw .malformed(field: "kdfparams")
            }
            guard n > 1, n & (n - 1) == 0 else { throw .malformed(field: "n") }
            guard r > 0 else { throw .malformed(field: "r") }
            guard p > 0 else { throw .malformed(field: "p") }
            let (first, overflows) = n.multipliedReportingOverflow(by: r)
            let (cost, overflowsToo) = first.multipliedReportingOverflow(by: p)
            guard !overflows, !overflowsToo, cost <= Self.mostScrypt else {
                throw .tooExpensive("scrypt with n \(n), r \(r), p \(p)")
            }
            self = .scrypt(n: n, r: r, p: p, salt: salt)
        case "pbkdf2":
            guard let c = parameters.c, c > 0 else { throw .malformed(field: "c") }
            guard c <= Self.mostRounds else { throw .tooExpensive("pbkdf2 with c \(c)") }
            let prf = parameters.prf ?? "hmac-sha256"
            guard prf == "hmac-sha256" else { throw .unsupported("prf '\(prf)'") }
            self = .pbkdf2(c: c, salt: salt)
        default: throw .unsupported("kdf '\(kdf)'")
        }
    }

    package var name: String {
        switch self {
        case .scrypt: "scrypt"
        case .pbkdf2: "pbkdf2"
        }
    }

    var parameters: KeystoreParameters {
        switch self {
        case .scrypt(let n, let r, let p, let salt):
            KeystoreParameters(dklen: 32, salt: Hex.encode(salt), n: n, r: r, p: p)
        case .pbkdf2(let c, let salt):
            KeystoreParameters(dklen: 32, salt: Hex.encode(salt), c: c, prf: "hmac-sha256")
        }
    }

    /// The key of a password, 32 bytes.
    func key(of password: String) throws(KeystoreError) -> SymmetricKey {
        let password = Array(password.utf8)
        do {
            switch self {
            case .scrypt(let n, let r, let p, let salt):
                if r < 4, n >= 1 << (16 * r) {
                    return try Scrypt.key(of: password, salt: salt, n: n, r: r, p: p)
                }
                return try KDF.Scrypt.deriveKey(
                    from: password, salt: salt, outputByteCount: 32, rounds: n, blockSize: r, parallelism: p)
            case .pbkdf2(let c, let salt):
                return try KDF.Insecure.PBKDF2.deriveKey(
                    from: password, salt: salt, using: .sha256, outputByteCount: 32, unsafeUncheckedRounds: c)
            }
        } catch {
            throw .unsupported("set of parameters for \(name)")
        }
    }
}
