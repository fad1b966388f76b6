import Support
import Testing

@testable import Steps

/// The blocks that used nonces, found by how many transactions an account had at others.
@Suite struct CountSearchTests {
    /// A chain by the block of each nonce, and a node that keeps the states of so many blocks.
    private struct Chain {
        var uses: [UInt64]
        var head: UInt64
        var kept = UInt64.max

        func count(at block: UInt64) -> UInt64? {
            head - block < kept ? UInt64(uses.count { $0 <= block }) : nil
        }

        func search(for nonces: [UInt64]) -> (search: CountSearch, rounds: Int, questions: Int) {
            var search = CountSearch(nonces, by: head, count: count(at: head) ?? 0)
            var (rounds, questions) = (0, 0)
            while rounds < 200 {
                let blocks = search.next()
                guard !blocks.isEmpty else { break }
                rounds += 1
                questions += blocks.count
                for block in blocks { search.note(count(at: block), at: block) }
            }
            return (search, rounds, questions)
        }
    }

    @Test func eachIsFoundInTheBlockThatHasIt() {
        var random = SeededRandom(seed: 7)
        for _ in 0..<300 {
            let head = UInt64.random(in: 0...5_000_000, using: &random)
            let uses = (0..<Int.random(in: 0...40, using: &random)).map { _ in
                head == 0 ? 0 : UInt64.random(in: 1...head, using: &random)
            }.sorted()
            let chain = Chain(uses: uses, head: head)
            let (search, rounds, _) = chain.search(for: Array(0..<UInt64(uses.count + 2)))
            for (nonce, block) in uses.enumerated() where head > 0 {
                #expect(search.place(of: UInt64(nonce)) == .block(block))
            }
            if head > 0 { #expect(search.place(of: UInt64(uses.count)) == .open) }
            #expect(rounds < 40)
        }
    }

    @Test func whatTheFirstBlockHasNoTransactionUsed() {
        var search = CountSearch([0, 2], by: 0, count: 2)
        #expect(search.next().isEmpty)
        #expect(search.place(of: 0) == .unknown && search.place(of: 2) == .open)
    }

    @Test func whatIsNearIsFoundInFewQuestions() {
        let chain = Chain(uses: [3, 9_999_990, 9_999_999], head: 10_000_000)
        let (search, rounds, questions) = chain.search(for: [1, 2])
        #expect(search.place(of: 1) == .block(9_999_990) && search.place(of: 2) == .block(9_999_999))
        #expect(rounds <= 4 && questions <= 12)
    }

    @Test func allAreSearchedForInTheSameRounds() {
        let chain = Chain(uses: (1...64).map { $0 * 100_000 }, head: 10_000_000)
        let (search, rounds, _) = chain.search(for: Array(0..<64))
        #expect((0..<64).allSatisfy { search.place(of: $0) == .block(($0 + 1) * 100_000) })
        #expect(rounds < 30)
    }

    @Test func whatANodeForgotIsUnknownAndTheRestIsFound() {
        let chain = Chain(uses: [10, 9_950, 9_990], head: 10_000, kept: 128)
        let (search, _, _) = chain.search(for: [0, 1, 2])
        #expect(search.place(of: 0) == .unknown)
        #expect(search.place(of: 1) == .block(9_950) && search.place(of: 2) == .block(9_990))
    }
}
