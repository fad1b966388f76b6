/// Keccak-256 as Ethereum uses it: the padding of the original submission (0x01), not of SHA-3 (0x06).
package struct Keccak256 {
    /// Bytes absorbed between two permutations.
    private static let rate = 136

    private var state = [UInt64](repeating: 0, count: 25)
    private var position = 0

    package init() {}

    /// The hash of one message.
    package static func hash(_ bytes: some Sequence<UInt8>) -> Hash {
        var keccak = Keccak256()
        keccak.update(bytes)
        return keccak.finalize()
    }

    /// Absorbs more of the message.
    package mutating func update(_ bytes: some Sequence<UInt8>) { absorb(Array(bytes)) }

    /// Pads the message and squeezes its hash; the value is spent afterwards.
    package consuming func finalize() -> Hash {
        state[position / 8] ^= 0x01 << UInt64(8 * (position % 8))
        state[(Self.rate - 1) / 8] ^= 0x80 << UInt64(8 * ((Self.rate - 1) % 8))
        KeccakPermutation.permute(&state)
        return Hash(
            unchecked: (0..<32).map { UInt8(truncatingIfNeeded: state[$0 / 8] >> UInt64(8 * ($0 % 8))) }
        )
    }

    private mutating func absorb(_ bytes: [UInt8]) {
        var next = 0
        while next < bytes.count {
            if position.isMultiple(of: 8) && next + 8 <= bytes.count {
                state[position / 8] ^= Self.lane(of: bytes, at: next)
                next += 8
                position += 8
            } else {
                state[position / 8] ^= UInt64(bytes[next]) << UInt64(8 * (position % 8))
                next += 1
                position += 1
            }
            if position == Self.rate {
                KeccakPermutation.permute(&state)
                position = 0
            }
        }
    }

    /// Eight bytes as one lane, the first of them lowest.
    private static func lane(of bytes: [UInt8], at start: Int) -> UInt64 {
        let low =
            UInt64(bytes[start]) | UInt64(bytes[start + 1]) << 8 | UInt64(bytes[start + 2]) << 16
            | UInt64(bytes[start + 3]) << 24
        let high =
            UInt64(bytes[start + 4]) | UInt64(bytes[start + 5]) << 8 | UInt64(bytes[start + 6]) << 16
            | UInt64(bytes[start + 7]) << 24
        return low | high << 32
    }
}
