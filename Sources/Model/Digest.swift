import Crypto
package import Foundation

/// SHA-256 of content: what the cache and every file of hyperkit name bytes by.
///
/// Never a chain's hash, which is another type.
package struct Digest: Hashable, Comparable, Sendable {
    /// Sixty-four lower-case hexadecimal digits.
    package let hex: String

    /// The digest of `bytes`.
    package init(of bytes: some DataProtocol) {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        text.reserveCapacity(64)
        for byte in SHA256.hash(data: bytes) {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        hex = String(decoding: text, as: UTF8.self)
    }

    /// Reads `sha256:<hex>`; nil for any other text.
    package init?(_ text: some StringProtocol) {
        guard text.hasPrefix("sha256:") else { return nil }
        self.init(hex: String(text.dropFirst(7)))
    }

    /// Takes 64 lower-case hexadecimal digits; nil for any other text.
    package init?(hex: String) {
        let isDigest =
            hex.utf8.count == 64
            && hex.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
        guard isDigest else { return nil }
        self.hex = hex
    }

    package static func < (left: Digest, right: Digest) -> Bool { left.hex < right.hex }

    /// The first eight digits, for people.
    package var short: String { String(hex.prefix(8)) }
}

extension Digest: CustomStringConvertible {
    package var description: String { "sha256:" + hex }
}

extension Digest: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let digest = Digest(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "'\(text)' is no digest")
        }
        self = digest
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

/// A SHA-256 that is made piece by piece, as its 32 bytes, for files that are not text.
package struct RunningDigest {
    private var hash = SHA256()

    package init() {}

    package mutating func add(_ bytes: Data) { hash.update(data: bytes) }

    package var finished: Data { Data(hash.finalize()) }
}
