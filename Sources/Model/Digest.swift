import Crypto
package import Foundation

/// SHA-256 of content: what the cache and every file of hyperkit name bytes by.
///
/// Never a chain's hash, which is another type.
package struct Digest: Hashable, Comparable, Sendable {
    // Eight bytes each, the first the most significant, so that digests are ordered as their digits are.
    private let first: UInt64
    private let second: UInt64
    private let third: UInt64
    private let fourth: UInt64

    /// The digest of `bytes`.
    package init(of bytes: Data) {
        var hash = SHA256()
        hash.update(data: bytes)
        self.init(hash)
    }

    /// The digest of `bytes`.
    package init(of bytes: [UInt8]) {
        var hash = SHA256()
        unsafe bytes.withUnsafeBytes { unsafe hash.update(bufferPointer: $0) }
        self.init(hash)
    }

    /// The digest of `bytes`.
    package init(of bytes: ArraySlice<UInt8>) {
        var hash = SHA256()
        unsafe bytes.withUnsafeBytes { unsafe hash.update(bufferPointer: $0) }
        self.init(hash)
    }

    fileprivate init(_ hash: SHA256) {
        let digest = hash.finalize()
        (first, second, third, fourth) = unsafe digest.withUnsafeBytes { unsafe Self.words($0) }
    }

    private static func words(_ bytes: UnsafeRawBufferPointer) -> (UInt64, UInt64, UInt64, UInt64) {
        func word(_ place: Int) -> UInt64 {
            UInt64(bigEndian: unsafe bytes.loadUnaligned(fromByteOffset: 8 * place, as: UInt64.self))
        }
        return (word(0), word(1), word(2), word(3))
    }

    /// Reads `sha256:<hex>`; nil for any other text.
    package init?(_ text: some StringProtocol) {
        guard text.hasPrefix("sha256:") else { return nil }
        self.init(hex: String(text.dropFirst(7)))
    }

    /// Takes 64 lower-case hexadecimal digits; nil for any other text.
    package init?(hex: String) {
        guard hex.utf8.count == 64 else { return nil }
        var words: [UInt64] = []
        var word: UInt64 = 0
        for (place, digit) in hex.utf8.enumerated() {
            switch digit {
            case 48...57: word = word << 4 | UInt64(digit - 48)
            case 97...102: word = word << 4 | UInt64(digit - 87)
            default: return nil
            }
            if place % 16 == 15 { words.append(word) }
        }
        (first, second, third, fourth) = (words[0], words[1], words[2], words[3])
    }

    /// Takes its 32 bytes; nil for any other number of them.
    package init?(bytes: ArraySlice<UInt8>) {
        guard bytes.count == 32 else { return nil }
        (first, second, third, fourth) = unsafe bytes.withUnsafeBytes { unsafe Self.words($0) }
    }

    /// Sixty-four lower-case hexadecimal digits.
    package var hex: String { text(behind: "") }

    /// The 32 bytes.
    package var bytes: [UInt8] {
        [first, second, third, fourth].flatMap { word in
            (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64(56 - 8 * $0)) }
        }
    }

    /// Where something with this digest is below a folder: `FOLDER/1a/2b…`, all digits behind the first two in one name.
    package func path(in folder: String) -> String {
        var folder = folder
        let length = folder.utf8.count
        return folder.withUTF8 { folder in
            unsafe String(unsafeUninitializedCapacity: length + 66) { text in
                _ = unsafe text.initialize(fromContentsOf: folder)
                // The digits go one place further than they belong, so that the first two can be moved up.
                let start = length + 2
                unsafe writeDigits(to: UnsafeMutableBufferPointer(rebasing: text[start...]))
                unsafe text[length] = 47
                unsafe text[length + 1] = unsafe text[start]
                unsafe text[length + 2] = unsafe text[start + 1]
                unsafe text[length + 3] = 47
                return length + 66
            }
        }
    }

    package static func < (left: Digest, right: Digest) -> Bool {
        if left.first != right.first { return left.first < right.first }
        if left.second != right.second { return left.second < right.second }
        if left.third != right.third { return left.third < right.third }
        return left.fourth < right.fourth
    }

    /// Any eight bytes tell digests apart as well as all of them.
    package func hash(into hasher: inout Hasher) { hasher.combine(first) }

    /// The first eight digits, for people.
    package var short: String { String(hex.prefix(8)) }

    private func text(behind prefix: StaticString) -> String {
        let length = prefix.utf8CodeUnitCount
        return unsafe String(unsafeUninitializedCapacity: length + 64) { text in
            for place in 0..<length { unsafe text[place] = unsafe prefix.utf8Start[place] }
            unsafe writeDigits(to: UnsafeMutableBufferPointer(rebasing: text[length...]))
            return length + 64
        }
    }

    private func writeDigits(to text: UnsafeMutableBufferPointer<UInt8>) {
        unsafe Self.write(first, to: text, at: 0)
        unsafe Self.write(second, to: text, at: 16)
        unsafe Self.write(third, to: text, at: 32)
        unsafe Self.write(fourth, to: text, at: 48)
    }

    private static func write(_ word: UInt64, to text: UnsafeMutableBufferPointer<UInt8>, at start: Int) {
        for place in 0..<16 {
            let digit = UInt8(truncatingIfNeeded: word &>> UInt64(60 - 4 * place) & 15)
            unsafe text[start + place] = digit < 10 ? 48 + digit : 87 + digit
        }
    }
}

extension Digest: CustomStringConvertible {
    package var description: String { text(behind: "sha256:") }
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

/// A SHA-256 that is made piece by piece.
package struct RunningDigest {
    private var hash = SHA256()

    package init() {}

    package mutating func add(_ bytes: Data) { hash.update(data: bytes) }

    package mutating func add(_ bytes: UnsafeRawBufferPointer) { unsafe hash.update(bufferPointer: bytes) }

    /// As its 32 bytes, for files that are not text.
    package var finished: Data { Data(hash.finalize()) }

    package var digest: Digest { Digest(hash) }
}
