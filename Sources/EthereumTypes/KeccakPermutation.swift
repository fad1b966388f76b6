/// Keccak-f[1600], the permutation of the Keccak reference, version 3.0.
///
/// Unrolled over a round, with every lane in a variable of its own: the loops over arrays cost twenty times as much.
enum KeccakPermutation {
    private static let roundConstants: [UInt64] = [
        0x0000_0000_0000_0001, 0x0000_0000_0000_8082, 0x8000_0000_0000_808a, 0x8000_0000_8000_8000,
        0x0000_0000_0000_808b, 0x0000_0000_8000_0001, 0x8000_0000_8000_8081, 0x8000_0000_0000_8009,
        0x0000_0000_0000_008a, 0x0000_0000_0000_0088, 0x0000_0000_8000_8009, 0x0000_0000_8000_000a,
        0x0000_0000_8000_808b, 0x8000_0000_0000_008b, 0x8000_0000_0000_8089, 0x8000_0000_0000_8003,
        0x8000_0000_0000_8002, 0x8000_0000_0000_0080, 0x0000_0000_0000_800a, 0x8000_0000_8000_000a,
        0x8000_0000_8000_8081, 0x8000_0000_0000_8080, 0x0000_0000_8000_0001, 0x8000_0000_8000_8008,
    ]

    /// Permutes 25 lanes in place; lane x + 5y is the one at column x of row y.
    static func permute(_ state: inout [UInt64]) {
        var (a0, a1, a2, a3, a4) = (state[0], state[1], state[2], state[3], state[4])
        var (a5, a6, a7, a8, a9) = (state[5], state[6], state[7], state[8], state[9])
        var (a10, a11, a12, a13, a14) = (state[10], state[11], state[12], state[13], state[14])
        var (a15, a16, a17, a18, a19) = (state[15], state[16], state[17], state[18], state[19])
        var (a20, a21, a22, a23, a24) = (state[20], state[21], state[22], state[23], state[24])
        for constant in roundConstants {
            let c0 = a0 ^ a5 ^ a10 ^ a15 ^ a20
            let c1 = a1 ^ a6 ^ a11 ^ a16 ^ a21
            let c2 = a2 ^ a7 ^ a12 ^ a17 ^ a22
            let c3 = a3 ^ a8 ^ a13 ^ a18 ^ a23
            let c4 = a4 ^ a9 ^ a14 ^ a19 ^ a24
            let d0 = c4 ^ rotated(c1, by: 1)
            let d1 = c0 ^ rotated(c2, by: 1)
            let d2 = c1 ^ rotated(c3, by: 1)
            let d3 = c2 ^ rotated(c4, by: 1)
            let d4 = c3 ^ rotated(c0, by: 1)
            let b0 = a0 ^ d0
            let b1 = rotated(a6 ^ d1, by: 44)
            let b2 = rotated(a12 ^ d2, by: 43)
            let b3 = rotated(a18 ^ d3, by: 21)
            let b4 = rotated(a24 ^ d4, by: 14)
            let b5 = rotated(a3 ^ d3, by: 28)
            let b6 = rotated(a9 ^ d4, by: 20)
            let b7 = rotated(a10 ^ d0, by: 3)
            let b8 = rotated(a16 ^ d1, by: 45)
            let b9 = rotated(a22 ^ d2, by: 61)
            let b10 = rotated(a1 ^ d1, by: 1)
            let b11 = rotated(a7 ^ d2, by: 6)
            let b12 = rotated(a13 ^ d3, by: 25)
            let b13 = rotated(a19 ^ d4, by: 8)
            let b14 = rotated(a20 ^ d0, by: 18)
            let b15 = rotated(a4 ^ d4, by: 27)
            let b16 = rotated(a5 ^ d0, by: 36)
            let b17 = rotated(a11 ^ d1, by: 10)
            let b18 = rotated(a17 ^ d2, by: 15)
            let b19 = rotated(a23 ^ d3, by: 56)
            let b20 = rotated(a2 ^ d2, by: 62)
            let b21 = rotated(a8 ^ d3, by: 55)
            let b22 = rotated(a14 ^ d4, by: 39)
            let b23 = rotated(a15 ^ d0, by: 41)
            let b24 = rotated(a21 ^ d1, by: 2)
            a0 = b0 ^ (~b1 & b2) ^ constant
            a1 = b1 ^ (~b2 & b3)
            a2 = b2 ^ (~b3 & b4)
            a3 = b3 ^ (~b4 & b0)
            a4 = b4 ^ (~b0 & b1)
            a5 = b5 ^ (~b6 & b7)
            a6 = b6 ^ (~b7 & b8)
            a7 = b7 ^ (~b8 & b9)
            a8 = b8 ^ (~b9 & b5)
            a9 = b9 ^ (~b5 & b6)
            a10 = b10 ^ (~b11 & b12)
            a11 = b11 ^ (~b12 & b13)
            a12 = b12 ^ (~b13 & b14)
            a13 = b13 ^ (~b14 & b10)
            a14 = b14 ^ (~b10 & b11)
            a15 = b15 ^ (~b16 & b17)
            a16 = b16 ^ (~b17 & b18)
            a17 = b17 ^ (~b18 & b19)
            a18 = b18 ^ (~b19 & b15)
            a19 = b19 ^ (~b15 & b16)
            a20 = b20 ^ (~b21 & b22)
            a21 = b21 ^ (~b22 & b23)
            a22 = b22 ^ (~b23 & b24)
            a23 = b23 ^ (~b24 & b20)
            a24 = b24 ^ (~b20 & b21)
        }
        (state[0], state[1], state[2], state[3], state[4]) = (a0, a1, a2, a3, a4)
        (state[5], state[6], state[7], state[8], state[9]) = (a5, a6, a7, a8, a9)
        (state[10], state[11], state[12], state[13], state[14]) = (a10, a11, a12, a13, a14)
        (state[15], state[16], state[17], state[18], state[19]) = (a15, a16, a17, a18, a19)
        (state[20], state[21], state[22], state[23], state[24]) = (a20, a21, a22, a23, a24)
    }

    private static func rotated(_ lane: UInt64, by count: UInt64) -> UInt64 {
        lane &<< count | lane &>> (64 &- count)
    }
}
