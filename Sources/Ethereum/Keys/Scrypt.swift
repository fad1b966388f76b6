import Crypto
import CryptoExtras
import EthereumTypes
import Foundation

/// scrypt (RFC 7914) for an n that is too large for its r by that RFC, which swift-crypto refuses.
///
/// Programs have written keystores with n = 262144 and r = 1, and one of the definition's own examples is such a file.
enum Scrypt {
    /// 32 bytes.
    static func key(of password: [UInt8], salt: [UInt8], n: Int, r: Int, p: Int) throws -> SymmetricKey {
        let first = try KDF.Insecure.PBKDF2.deriveKey(
            from: password, salt: salt, using: .sha256, outputByteCount: 128 * r * p, unsafeUncheckedRounds: 1
        )
        var words = unsafe first.withUnsafeBytes { bytes in
            (0..<(32 * r * p)).map {
                unsafe UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self))
            }
        }
        var table = [UInt32](repeating: 0, count: 32 * r * n)
        for lane in 0..<p {
            unsafe words.withUnsafeMutableBufferPointer { words in
                unsafe table.withUnsafeMutableBufferPointer { table in
                    let block = unsafe UnsafeMutableBufferPointer(
                        rebasing: words[(32 * r * lane)..<(32 * r * (lane + 1))])
                    unsafe mix(block, table, n: n)
                }
            }
        }
        let mixed = words.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) } }
        return try KDF.Insecure.PBKDF2.deriveKey(
            from: password, salt: mixed, using: .sha256, outputByteCount: 32, unsafeUncheckedRounds: 1)
    }

    /// scryptROMix on a block of 2 r pieces of 16 words.
    private static func mix(
        _ block: UnsafeMutableBufferPointer<UInt32>,
        _ table: UnsafeMutableBufferPointer<UInt32>,
        n: Int
    ) {
        let count = block.count
        var scratch = [UInt32](repeating: 0, count: count)
        for row in 0..<n {
            for index in 0..<count { unsafe table[row * count + index] = block[index] }
            unsafe mix(block, &scratch)
        }
        for _ in 0..<n {
            let row = unsafe Int(block[count - 16]) & (n - 1)
            for index in 0..<count { unsafe block[index] ^= table[row * count + index] }
            unsafe mix(block, &scratch)
        }
    }

    /// scryptBlockMix: the even pieces come first, then the odd ones.
    private static func mix(_ block: UnsafeMutableBufferPointer<UInt32>, _ scratch: inout [UInt32]) {
        let count = block.count
        var piece = SIMD16<UInt32>()
        for index in 0..<16 { piece[index] = unsafe block[count - 16 + index] }
        for number in 0..<(count / 16) {
            var next = SIMD16<UInt32>()
            for index in 0..<16 { next[index] = unsafe block[16 * number + index] }
            piece = salsa(piece ^ next)
            let place = 16 * (number / 2 + (number.isMultiple(of: 2) ? 0 : count / 32))
            for index in 0..<16 { scratch[place + index] = piece[index] }
        }
        for index in 0..<count { unsafe block[index] = scratch[index] }
    }

    /// Salsa20/8, on diagonals: each round is four operations on four words at once.
    private static func salsa(_ input: SIMD16<UInt32>) -> SIMD16<UInt32> {
        typealias Four = SIMD4<UInt32>
        var a = Four(input[0], input[5], input[10], input[15])
        var b = Four(input[4], input[9], input[14], input[3])
        var c = Four(input[8], input[13], input[2], input[7])
        var d = Four(input[12], input[1], input[6], input[11])
        for _ in 0..<8 {
            b ^= rotated(a &+ d, 7)
            c ^= rotated(b &+ a, 9)
            d ^= rotated(c &+ b, 13)
            a ^= rotated(d &+ c, 18)
            // Rows become columns, and the other way about.
            (b, d) = (Four(d[1], d[2], d[3], d[0]), Four(b[3], b[0], b[1], b[2]))
            c = Four(c[2], c[3], c[0], c[1])
        }
        let mixed = SIMD16<UInt32>(
            a[0], d[1], c[2], b[3], b[0], a[1], d[2], c[3], c[0], b[1], a[2], d[3], d[0], c[1], b[2], a[3])
        return input &+ mixed
    }

    private static func rotated(_ words: SIMD4<UInt32>, _ count: UInt32) -> SIMD4<UInt32> {
        words &<< count | words &>> (32 - count)
    }
}
