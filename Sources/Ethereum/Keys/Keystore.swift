package import EthereumTypes
package import Foundation

/// A private key behind a password: a file of the Web3 Secret Storage Definition, version 3.
package struct Keystore: Sendable {
    /// The largest file that is read, in bytes.
    package static let mostBytes = 1 << 16

    /// The account that the file names; only ``key(password:)`` shows whether the key is its own.
    package let address: Address?
    package let derivation: KeyDerivation
    let initialCounter: [UInt8]
    let ciphertext: [UInt8]
    let mac: [UInt8]

    init(
        address: Address?,
        derivation: KeyDerivation,
        initialCounter: [UInt8],
        ciphertext: [UInt8],
        mac: [UInt8]
    ) {
        self.address = address
        self.derivation = derivation
        self.initialCounter = initialCounter
        self.ciphertext = ciphertext
        self.mac = mac
    }

    /// Reads a file's bytes.
    ///
    /// - Throws: ``KeystoreError``, also where opening the file would take more time or memory than any honest one.
    package init(json: Data) throws(KeystoreError) {
        guard json.count <= Self.mostBytes else { throw .notAKeystore }
        let decoder = JSONDecoder()
        // Some programs write "Crypto".
        decoder.keyDecodingStrategy = .custom { LowerCaseKey($0[$0.count - 1].stringValue) }
        let file: KeystoreFile
        do {
            file = try decoder.decode(KeystoreFile.self, from: json)
        } catch {
            throw .notAKeystore
        }
        try self.init(file)
    }

    private init(_ file: KeystoreFile) throws(KeystoreError) {
        guard file.version == 3 else { throw .unsupported("version \(file.version)") }
        let crypto = file.crypto
        guard crypto.cipher == "aes-128-ctr" else { throw .unsupported("cipher '\(crypto.cipher)'") }
        derivation = try KeyDerivation(crypto.kdf, crypto.kdfparams)
        initialCounter = try Self.bytes(crypto.cipherparams.iv, "iv", 16...16)
        ciphertext = try Self.bytes(crypto.ciphertext, "ciphertext", 1...32)
        mac = try Self.bytes(crypto.mac, "mac", 32...32)
        guard let text = file.address, !text.isEmpty else {
            address = nil
            return
        }
        guard let address = Hex.decode(text).flatMap({ Address(bytes: $0) }) else {
            throw .malformed(field: "address")
        }
        self.address = address
    }

    static func bytes(
        _ text: String,
        _ field: String,
        _ count: ClosedRange<Int>
    ) throws(KeystoreError) -> [UInt8] {
        guard let bytes = Hex.decode(text), count.contains(bytes.count) else {
            throw .malformed(field: field)
        }
        return bytes
    }

    /// As a file, with sorted keys and a line break at its end.
    ///
    /// `id` is 16 bytes that name the file, of which six bits are not free (UUID, version 4).
    package func json(id: [UInt8]) -> Data {
        let crypto = KeystoreFile.Crypto(
            cipher: "aes-128-ctr",
            cipherparams: .init(iv: Hex.encode(initialCounter)),
            ciphertext: Hex.encode(ciphertext),
            kdf: derivation.name,
            kdfparams: derivation.parameters,
            mac: Hex.encode(mac)
        )
        let file = KeystoreFile(
            version: 3,
            id: Self.identifier(id),
            address: address.map { Hex.encode($0.bytes) },
            crypto: crypto
        )
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        guard let data = try? encoder.encode(file) else {
            preconditionFailure("a keystore holds texts and whole numbers")
        }
        return data + [UInt8(ascii: "\n")]
    }

    private static func identifier(_ bytes: [UInt8]) -> String {
        precondition(bytes.count == 16, "an id has 16 bytes")
        var bytes = bytes
        bytes[6] = bytes[6] & 0x0f | 0x40
        bytes[8] = bytes[8] & 0x3f | 0x80
        let digits = Array(Hex.encode(bytes))
        return [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(digits[$0]) }.joined(separator: "-")
    }
}

/// Why a keystore does not give its key; never with anything of the key or the password.
package enum KeystoreError: Error, Hashable, Sendable {
    case notAKeystore
    case malformed(field: String)
    /// A version, cipher or way to derive a key that is not known.
    case unsupported(String)
    /// Opening it would take more time or memory than is given to it.
    case tooExpensive(String)
    case wrongPassword
    /// What it holds is no private key.
    case noKey
    case otherAddress(named: Address, found: Address)
}

extension KeystoreError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notAKeystore: "it is no keystore (Web3 Secret Storage, version 3)"
        case .malformed(let field): "its '\(field)' is malformed"
        case .unsupported(let what): "its \(what) is not supported"
        case .tooExpensive(let what): "opening it would take too much: \(what)"
        case .wrongPassword: "the password is not its password, or the file is damaged"
        case .noKey: "what it holds is no private key"
        case .otherAddress(let named, let found): "it names \(named) and holds the key of \(found)"
        }
    }
}

/// The file's own spelling.
struct KeystoreFile: Codable {
    struct Crypto: Codable {
        struct Cipher: Codable {
            var iv: String
        }

        var cipher: String
        var cipherparams: Cipher
        var ciphertext: String
        var kdf: String
        var kdfparams: KeystoreParameters
        var mac: String
    }

    var version: Int
    var id: String?
    var address: String?
    var crypto: Crypto
}

/// What either way to derive a key is told.
struct KeystoreParameters: Codable {
    var dklen: Int
    var salt: String
    var n: Int?
    var r: Int?
    var p: Int?
    var c: Int?
    var prf: String?
}

private struct LowerCaseKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(_ text: String) { stringValue = text.lowercased() }
    init?(stringValue: String) { self.init(stringValue) }
    init?(intValue: Int) { nil }
}
