import EthereumTypes
import Testing

@testable import Ethereum

@Suite struct CodeComparisonTests {
    private let body = (0..<60).map { UInt8($0) }

    /// As solc 0.8 ends code: {"ipfs": 34 bytes, "solc": 3 bytes}, 51 bytes.
    private func tail(_ seed: UInt8, release: UInt8 = 29) -> [UInt8] {
        [0xa2, 0x64] + Array("ipfs".utf8) + [0x58, 0x22, 0x12, 0x20] + [UInt8](repeating: seed, count: 32)
            + [0x64] + Array("solc".utf8) + [0x43, 0, 8, release, 0x00, 0x33]
    }

    /// As pre-releases end it: the version as a text.
    private func nightly(_ text: String) -> [UInt8] {
        let map = [0xa1, 0x64] + Array("solc".utf8) + [0x78, UInt8(text.utf8.count)] + Array(text.utf8)
        return map + [0x00, UInt8(map.count)]
    }

    @Test func theSameCodeIsIdentical() {
        #expect(CodeComparison(onChain: body + tail(1), artifact: body + tail(1)) == .identical)
    }

    @Test func noCodeIsAbsent() {
        #expect(CodeComparison(onChain: [], artifact: body) == .absent)
        #expect(CodeComparison(onChain: [], artifact: []) == .absent)
    }

    @Test func namesTheFirstByteThatDiffers() {
        var changed = body
        changed[17] ^= 1
        #expect(CodeComparison(onChain: changed, artifact: body) == .different(firstOffset: 17))
        #expect(CodeComparison(onChain: body + [1], artifact: body) == .different(firstOffset: 60))
        #expect(CodeComparison(onChain: body, artifact: []) == .different(firstOffset: 0))
        #expect(
            CodeComparison(onChain: changed + tail(1), artifact: body + tail(2))
                == .different(firstOffset: 17))
    }

    @Test func leavesOutImmutablesAndLibraries() {
        var onChain = body
        for index in 10..<20 { onChain[index] = 0xee }
        #expect(CodeComparison(onChain: onChain, artifact: body, masked: [10..<20]) == .identical)
        #expect(
            CodeComparison(onChain: onChain, artifact: body, masked: [10..<19]) == .different(firstOffset: 19)
        )
        #expect(CodeComparison(onChain: body, artifact: body, masked: [50..<500, 900..<901]) == .identical)
    }

    @Test func leavesOutTheAddressThatALibraryGuardsItselfWith() {
        let artifact = [0x73] + [UInt8](repeating: 0, count: 20) + [0x30, 0x14] + body
        let onChain = [0x73] + [UInt8](repeating: 0xab, count: 20) + [0x30, 0x14] + body
        #expect(CodeComparison(onChain: onChain, artifact: artifact) == .identical)
        let plain = [0x73] + [UInt8](repeating: 0, count: 20) + [0x31, 0x14] + body
        #expect(CodeComparison(onChain: onChain, artifact: plain) == .different(firstOffset: 1))
    }

    @Test func metadataIsLookedAtSecond() {
        #expect(CodeComparison(onChain: body + tail(1), artifact: body + tail(2)) == .identicalButMetadata)
        #expect(CodeComparison(onChain: body + tail(1), artifact: body) == .identicalButMetadata)
        let nightlies = (nightly("0.8.29-develop.2024.11.15"), nightly("0.8.29-nightly.2025.1.1+commit.00"))
        #expect(
            CodeComparison(onChain: body + nightlies.0, artifact: body + nightlies.1) == .identicalButMetadata
        )
    }

    /// A tail that only claims a length must not hide a difference.
    @Test func aTailThatIsNotMetadataHidesNothing() {
        let claim: [UInt8] = [0xa1, 0x64, 0x66, 0x61, 0x6b, 0x65, 0x41, 0x00, 0x00, 0x08]
        var other = claim
        other[7] = 0xff
        #expect(CodeComparison(onChain: body + other, artifact: body + claim) == .different(firstOffset: 67))
        let long: [UInt8] = [1, 2, 3, 0xff, 0xff]
        #expect(MetadataTail.body(of: long).count == 5)
        #expect(MetadataTail.body(of: [0]).count == 1)
        #expect(MetadataTail.body(of: body + [0, 0]).count == 62)
        // One byte more than the map has.
        var padded = tail(1)
        padded.insert(0, at: padded.count - 2)
        padded[padded.count - 1] += 1
        #expect(MetadataTail.body(of: body + padded).count == 60 + padded.count)
        #expect(MetadataTail.body(of: body + tail(1)).count == 60)
    }
}
