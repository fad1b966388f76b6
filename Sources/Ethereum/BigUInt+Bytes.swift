package import BigInt

extension BigUInt {
    /// The bytes of the number, highest first, without leading zeros; none for zero.
    package var bigEndian: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(words.count * 8)
        for word in words.reversed() {
            for shift in stride(from: UInt.bitWidth - 8, through: 0, by: -8) {
                let byte = UInt8(truncatingIfNeeded: word >> UInt(shift))
                if byte != 0 || !bytes.isEmpty { bytes.append(byte) }
            }
        }
        return bytes
    }

    /// The number in 32 bytes, highest first.
    ///
    /// - Precondition: The number is below 2^256.
    package var word: [UInt8] {
        let bytes = bigEndian
        precondition(bytes.count <= 32, "a word holds 256 bits")
        return [UInt8](repeating: 0, count: 32 - bytes.count) + bytes
    }

    /// The number that `bytes` spell, highest first.
    package init(bigEndian bytes: some BidirectionalCollection<UInt8>) {
        var words: [Word] = []
        var word: Word = 0
        var filled = 0
        for byte in bytes.reversed() {
            word |= Word(byte) << Word(filled)
            filled += 8
            if filled == Word.bitWidth {
                words.append(word)
                word = 0
                filled = 0
            }
        }
        words.append(word)
        self.init(words: words)
    }
}
