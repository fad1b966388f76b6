import Testing

@testable import EthereumTypes

@Suite struct Keccak256Tests {
    /// The test vectors of the Keccak team for the original submission.
    @Test(arguments: [
        ("", "0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"),
        ("abc", "0x4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45"),
    ])
    func agreesWithPublishedVectors(_ message: String, _ expected: String) {
        #expect(Keccak256.hash(message.utf8).description == expected)
    }

    @Test func isIndifferentToHowAMessageIsCut() {
        let message = (0..<1_000).map { UInt8(truncatingIfNeeded: $0 * 31 + 7) }
        let whole = Keccak256.hash(message)
        for width in [1, 3, 7, 8, 9, 135, 136, 137, 500] {
            var keccak = Keccak256()
            for start in stride(from: 0, to: message.count, by: width) {
                keccak.update(message[start..<min(start + width, message.count)])
            }
            #expect(keccak.finalize() == whole, "cut every \(width) bytes")
        }
    }

    /// The known answer of Keccak-f[1600] on the zero state, first and last lane.
    @Test func permutesTheZeroStateAsTheReferenceDoes() {
        var state = [UInt64](repeating: 0, count: 25)
        KeccakPermutation.permute(&state)
        #expect(state[0] == 0xf125_8f79_40e1_dde7)
        #expect(state[24] == 0xeaf1_ff7b_5cec_a249)
    }
}
