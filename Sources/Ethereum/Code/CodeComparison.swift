/// What is at an address, held against an artifact's runtime code.
package enum CodeComparison: Hashable, Sendable {
    case identical
    /// The same but for the hash of the metadata: comments, names or settings without effect differ.
    case identicalButMetadata
    /// Not the same from this byte on.
    case different(firstOffset: Int)
    /// There is no code at the address.
    case absent

    /// Compares code from a chain with an artifact's.
    ///
    /// Bytes in `masked` are left out: what the constructor writes into immutables and what the linker writes for
    /// libraries, at the places that the compiler names. A library's own address behind its first byte is left out
    /// too, where the artifact has the call protection that Solidity gives libraries. Nothing is known of the
    /// metadata of contracts within the code; where those differ the code is different.
    package init(onChain: [UInt8], artifact: [UInt8], masked: [Range<Int>] = []) {
        guard !onChain.isEmpty else {
            self = .absent
            return
        }
        let masks = masked + Self.libraryAddress(of: artifact)
        let left = Self.blank(masks, in: onChain)
        let right = Self.blank(masks, in: artifact)
        guard let whole = Self.firstDifference(left[...], right[...]) else {
            self = .identical
            return
        }
        let bodies = (MetadataTail.body(of: left), MetadataTail.body(of: right))
        let hasTail = bodies.0.count < left.count || bodies.1.count < right.count
        if hasTail, Self.firstDifference(bodies.0, bodies.1) == nil {
            self = .identicalButMetadata
        } else {
            self = .different(firstOffset: whole)
        }
    }

    /// `PUSH20 0 ADDRESS EQ` at the start: the deployed code has the library's address in place of the zeros.
    private static func libraryAddress(of artifact: [UInt8]) -> [Range<Int>] {
        let guardCode = [0x73] + [UInt8](repeating: 0, count: 20) + [0x30, 0x14]
        return artifact.starts(with: guardCode) ? [1..<21] : []
    }

    private static func blank(_ masks: [Range<Int>], in code: [UInt8]) -> [UInt8] {
        var code = code
        for mask in masks {
            for index in mask.clamped(to: 0..<code.count) { code[index] = 0 }
        }
        return code
    }

    private static func firstDifference(_ left: ArraySlice<UInt8>, _ right: ArraySlice<UInt8>) -> Int? {
        for (offset, pair) in zip(left, right).enumerated() where pair.0 != pair.1 { return offset }
        return left.count == right.count ? nil : min(left.count, right.count)
    }
}
