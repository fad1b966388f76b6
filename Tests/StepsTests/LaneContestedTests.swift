import EthereumTypes
import Ledger
import Model
import Testing

@testable import Ethereum
@testable import Steps

/// Somebody else takes a nonce of the lane's before what it was given to has gone out.
@Suite struct LaneContestedTests {
    private static let second = Array("second".utf8)

    @Test func aNonceThatIsUsedBeforeItIsSignedForIsGivenBack() throws {
        let stranger = LaneStranger(0, data: Array("token".utf8))
        var bench = LaneBench(LaneRules(patience: .seconds(300)))
        bench.strangers = [stranger]
        bench.waiting = [0]
        _ = bench.submit()
        bench.answer(bench.next(), LaneBench.account(latest: 0))
        for _ in 0..<10 where bench.journal.operations.first?.nonce == nil {
            bench.write(bench.lane.next(at: bench.now))
        }
        // What is known of the account is old by now, and the pool has another's.
        bench.now += .seconds(3)
        var move = bench.next()
        for _ in 0..<100 {
            if case .ask = move {
                let isMined = bench.now > .seconds(8)
                if isMined { bench.waiting = [] }
                bench.answer(move, LaneBench.account(latest: isMined ? 1 : 0, pending: 1))
            } else if case .rest(let until?) = move {
                bench.now = until
            } else {
                break
            }
            move = bench.next()
        }
        guard case .look(let hashes, _, _, _) = move else { return #expect(Bool(false), "\(move)") }
        #expect(hashes == [stranger.hash], "a block has it, and nothing is sent")
        #expect(bench.journal.operations.map(\.state) == [.withdrawn, .sent])
    }

    /// Two are signed and the node takes them one by one; another has the first one's nonce.
    ///
    /// - Returns: What goes out with the second nonce, and what the node had said till then of the first.
    private func behind(
        _ stranger: LaneStranger,
        _ answer: SendAnswer
    ) throws -> (bench: LaneBench, ticket: LaneTicket, sent: Transaction?, isProven: Bool) {
        var rules = LaneRules(patience: .seconds(300))
        rules.together = 1
        var bench = LaneBench(rules)
        bench.strangers = [stranger]
        _ = bench.submit("first")
        let ticket = bench.submit("second")
        var count: UInt64 = 0
        var isProven = false
        for _ in 0..<500 {
            let move = bench.next()
            switch move {
            case .ask: bench.answer(move, LaneBench.account(latest: count))
            case .look: bench.answer(move, LaneBench.nothing(head: 50, count: count))
            case .prove:
                isProven = true
                bench.answer(move, .proof(.usedBy(stranger.hash)))
            case .rest(let until?): bench.now = until
            case .send(let offers):
                let signed = try SignedTransaction(raw: offers[0].attempt.rawTransaction).transaction
                guard signed.nonce == 0 else { return (bench, ticket, signed, isProven) }
                count = 1
                bench.answer(move, .sent([answer]))
            default: return (bench, ticket, nil, isProven)
            }
        }
        return (bench, ticket, nil, isProven)
    }

    @Test(arguments: [SendAnswer.nonceUsed, .nonceHeldByOthers])
    func whatComesBehindOneThatOthersMayHaveIsHeldAgainstWhatTheyDid(_ answer: SendAnswer) throws {
        let (bench, ticket, sent, isProven) = try behind(LaneStranger(0, data: Self.second), answer)
        #expect(isProven, "nothing goes out before it is known who has the nonce ahead")
        let void = try #require(sent)
        #expect(void.isVoid(of: LaneFakeSigner.address) && void.nonce == 1)
        let told = bench.told.filter { $0.ticket == ticket }.map { "\($0.notice)" }
        #expect(
            told.contains { $0.contains("which another machine sent, does what deploy:second@sim is to do") })
    }

    @Test func whatOthersDidNotDoGoesOutBehindIt() throws {
        let (_, _, sent, isProven) = try behind(.other(0), .nonceUsed)
        #expect(isProven && sent?.data == Self.second)
    }
}
