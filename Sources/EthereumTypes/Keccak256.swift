/// Keccak-256 as Ethereum uses it: the padding of the original submission (0x01), not of SHA-3 (0x06).
///
/// The permutation is Keccak-f[1600] of the Keccak reference, version 3.0.
package struct Keccak256 {
    private static let rate = 136
    private static let roundConstants: [UInt64] = [
        0x0000_0000_0000_0001, 0x0000_0000_0000_8082, 0x8000_0000_0000_808a, 0x8000_0000_8000_8000,
        0x0000_0000_0000_808b, 0x0000_0000_8000_0001, 0x8000_0000_8000_8081, 0x8000_0000_0000_8009,
        0x0000_0000_0000_008a, 0x0000_0000_0000_0088, 0x0000_0000_8000_8009, 0x0000_0000_8000_000a,
        0x0000_0000_8000_808b, 0x8000_0000_0000_008b, 0x8000_0000_0000_8089, 0x8000_0000_0000_8003,
        0x8000_0000_0000_8002, 0x8000_0000_0000_0080, 0x0000_0000_0000_800a, 0x8000_0000_8000_000a,
        0x8000_0000_8000_8081, 0x8000_0000_0000_8080, 0x0000_0000_8000_0001, 0x8000_0000_8000_8008,
    ]
    private static let rotations: [UInt64] = [
        1, 3, 6, 10, 15, 21, 28, 36, 45, 55, 2, 14, 27, 41, 56, 8, 25, 43, 62, 18, 39, 61, 20, 44,
    ]
    private static let lanes = [
        10, 7, 11, 17, 18, 3, 5, 16, 8, 21, 24, 4, 15, 23, 19, 13, 12, 2, 20, 14, 22, 9, 6, 1,
    ]

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
    package mutating func update(_ bytes: some Sequence<UInt8>) {
        for byte in bytes { absorb(byte) }
    }

    /// Pads the message and squeezes its hash; the value is spent afterwards.
    package consuming func finalize() -> Hash {
        state[position / 8] ^= 0x01 << UInt64(8 * (position % 8))
        state[(Self.rate - 1) / 8] ^= 0x80 << UInt64(8 * ((Self.rate - 1) % 8))
        permute()
        return Hash(
            unchecked: (0..<32).map { UInt8(truncatingIfNeeded: state[$0 / 8] >> UInt64(8 * ($0 % 8))) }
        )
    }

    private mutating func absorb(_ byte: UInt8) {
        state[position / 8] ^= UInt64(byte) << UInt64(8 * (position % 8))
        position += 1
        if position == Self.rate {
            permute()
            position = 0
        }
    }

    private mutating func permute() {
        var column: [UInt64] = [0, 0, 0, 0, 0]
        for round in 0..<24 {
            for x in 0..<5 {
                column[x] = state[x] ^ state[x + 5] ^ state[x + 10] ^ state[x + 15] ^ state[x + 20]
            }
            for x in 0..<5 {
                let mixed = column[(x + 4) % 5] ^ Self.rotated(column[(x + 1) % 5], by: 1)
                for y in stride(from: 0, to: 25, by: 5) { state[x + y] ^= mixed }
            }
            var carried = state[1]
            for step in 0..<24 {
                let lane = Self.lanes[step]
                let next = state[lane]
                state[lane] = Self.rotated(carried, by: Self.rotations[step])
                carried = next
            }
            for y in stride(from: 0, to: 25, by: 5) {
                for x in 0..<5 { column[x] = state[y + x] }
                for x in 0..<5 { state[y + x] = column[x] ^ (~column[(x + 1) % 5] & column[(x + 2) % 5]) }
            }
            state[0] ^= Self.roundConstants[round]
        }
    }

    private static func rotated(_ lane: UInt64, by count: UInt64) -> UInt64 {
        lane << count | lane >> (64 - count)
    }
}
