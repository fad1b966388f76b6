import EthereumTypes
import Foundation
import Ledger
import Model
import Testing

@testable import Ethereum
@testable import Steps

/// What a lane decides when a node answers a transaction: the same for the same fault, whoever words it.
@Suite struct LaneAnswerTests {
    /// What becomes of a transaction after an answer.
    enum Decision: Hashable, Sendable {
        /// It counts as sent; blocks are looked at.
        case waits
        /// It counts as sent, and it is looked into who used the nonce.
        case doubts
        /// The same nonce is signed again for a higher price.
        case paysMore
        /// The same bytes are offered again a little later.
        case offersAgain
        /// The step is told; the bytes are kept for the next run.
        case stops
    }

    /// An answer in a client's words.
    struct Answer: Sendable, CustomTestStringConvertible {
        var client: String
        var failure: RPCFailure

        init(_ client: String, _ code: Int64, _ message: String) {
            self.client = client
            failure = .node(
                NodeFault(
                    method: "eth_sendRawTransaction", code: code, message: message, revertData: nil))
        }

        init(_ client: String, _ failure: RPCFailure) {
            self.client = client
            self.failure = failure
        }

        var testDescription: String { "\(client): \(failure)" }
    }

    static func decision(after answer: Answer) -> Decision? {
        var bench = LaneBench()
        let ticket = bench.submit()
        let send = bench.nextSend()
        guard case .send(let first) = send else { return nil }
        bench.answer(send, LaneBench.sent(SendAnswer(answer.failure), for: send))
        let start = bench.now
        while bench.now < start + .seconds(40) {
            let move = bench.next()
            if bench.failures(of: ticket) != [] { return .stops }
            let operation = bench.journal.operations[0]
            guard bench.journal.operations.count == 1, operation.nonce == 0 else { return nil }
            if operation.attempts.count > 1 { return operation.state == .signed ? .paysMore : nil }
            switch move {
            case .ask: bench.answer(move, LaneBench.account(gwei: 9))
            case .look(_, _, let count, _):
                guard operation.state == .sent else { return nil }
                return count ? .doubts : .waits
            case .send(let again): return again == first && bench.now > start ? .offersAgain : nil
            case .rest(let until): bench.now = until ?? .seconds(1_000)
            default: return nil
            }
        }
        return nil
    }

    // MARK: By fault

    @Test(arguments: [
        Answer("geth", -32_000, "already known"), Answer("erigon", -32_000, "existing txn with same hash"),
        Answer("nethermind", -32_010, "already known"), Answer("besu", -32_000, "Known transaction"),
        Answer("reth", -32_003, "already known"), Answer("anvil", -32_003, "transaction already imported"),
    ])
    func alreadyKnownIsSent(_ answer: Answer) { #expect(Self.decision(after: answer) == .waits) }

    @Test(arguments: [
        Answer("geth", -32_000, "nonce too low: next nonce 1, tx nonce 0"),
        Answer("erigon", -32_000, "nonce too low"), Answer("nethermind", -32_010, "nonce too low"),
        Answer("besu", -32_001, "Nonce too low"),
        Answer("reth", -32_003, "nonce too low: next nonce 1, tx nonce 0"),
        Answer("anvil", -32_003, "nonce too low"),
    ])
    func nonceTooLowIsLookedIntoAndNoOtherNonceIsTaken(_ answer: Answer) {
        #expect(Self.decision(after: answer) == .doubts)
    }

    @Test(arguments: [
        Answer("geth", -32_000, "replacement transaction underpriced"),
        Answer("erigon", -32_000, "could not replace existing tx"),
        Answer("nethermind", -32_010, "replacement transaction underpriced"),
        Answer("besu", -32_000, "Replacement transaction underpriced"),
        Answer("reth", -32_003, "replacement transaction underpriced"),
        Answer("anvil", -32_003, "replacement transaction underpriced"),
    ])
    func replacementUnderpricedPaysMoreAtTheSameNonce(_ answer: Answer) {
        #expect(Self.decision(after: answer) == .paysMore)
    }

    @Test(arguments: [
        Answer("geth", -32_000, "transaction underpriced"), Answer("erigon", -32_000, "underpriced"),
        Answer("nethermind", -32_010, "transaction underpriced"),
        Answer("besu", -32_009, "Gas price below configured minimum gas price"),
        Answer("reth", -32_003, "transaction underpriced"),
        Answer("anvil", -32_003, "max fee per gas less than block base fee"),
    ])
    func underpricedPaysMoreAtTheSameNonce(_ answer: Answer) {
        #expect(Self.decision(after: answer) == .paysMore)
    }

    @Test(arguments: [
        Answer("geth", -32_000, "txpool is full"), Answer("bor", -32_000, "account limit exceeded"),
        Answer("erigon", -32_000, "txpool is full"), Answer("reth", -32_003, "txpool is full"),
        Answer("bsc", -32_000, "txpool is full: pool limit exceeded"),
    ])
    func aFullPoolIsOfferedTheSameBytesAgain(_ answer: Answer) {
        #expect(Self.decision(after: answer) == .offersAgain)
    }

    @Test(arguments: [
        Answer("geth", -32_000, "nonce too high"), Answer("nethermind", -32_010, "nonce too far in future"),
        Answer("besu", -32_006, "Nonce too high"), Answer("reth", -32_003, "nonce too high"),
        Answer("bsc", -32_000, "nonce too high: address 0x5e, tx: 9 state: 1"),
    ])
    func nonceTooHighIsOfferedAgain(_ answer: Answer) {
        #expect(Self.decision(after: answer) == .offersAgain)
    }

    @Test(arguments: [
        Answer("geth", -32_002, "request timed out"), Answer("erigon", -32_000, "request timed out"),
        Answer("besu", -32_000, "Timeout expired"), Answer("reth", -32_002, "the request timed out"),
        Answer("a proxy", .transport(.status(504, retryAfter: nil, body: Data()))),
        Answer("nobody", .transport(.unknown("the connection broke"))),
        Answer("a proxy", .malformed(method: "eth_sendRawTransaction", "no JSON")),
        Answer("somebody", -32_000, "the moon is full"),
    ])
    func whatProvesNothingCountsAsSent(_ answer: Answer) { #expect(Self.decision(after: answer) == .waits) }

    @Test(arguments: [
        Answer("a proxy", .transport(.status(429, retryAfter: .seconds(7), body: Data()))),
        Answer("infura", -32_005, "daily request count exceeded, request rate limited"),
        Answer("alchemy", 429, "Your app has exceeded its compute units per second capacity"),
        Answer("quicknode", -32_005, "limit exceeded"), Answer("geth", -32_000, "too many requests"),
    ])
    func aRateLimitIsWaitedForAndTheSameBytesAreOffered(_ answer: Answer) {
        #expect(Self.decision(after: answer) == .offersAgain)
    }

    @Test(arguments: [
        Answer("geth", -32_000, "header not found"),
        Answer("geth", -32_000, "transaction indexing is in progress"),
        Answer("besu", -32_008, "the node is syncing"), Answer("erigon", -32_000, "unknown block"),
        Answer("nobody", .transport(.notSent("connection refused"))),
    ])
    func aNodeThatIsNotReadyIsOfferedTheSameBytesAgain(_ answer: Answer) {
        #expect(Self.decision(after: answer) == .offersAgain)
    }

    @Test(arguments: [
        Answer("geth", -32_000, "insufficient funds for gas * price + value: balance 0, tx cost 1"),
        Answer("erigon", -32_000, "insufficient funds for gas * price + value"),
        Answer("nethermind", -32_010, "insufficient funds for gas * price + value"),
        Answer("besu", -32_004, "Upfront cost exceeds account balance"),
        Answer("reth", -32_003, "insufficient funds for gas * price + value"),
    ])
    func insufficientFundsStopsAndKeepsTheBytes(_ answer: Answer) {
        #expect(Self.decision(after: answer) == .stops)
    }

    @Test(arguments: [
        Answer("geth", -32_000, "tx fee (1.20 ether) exceeds the configured cap (1.00 ether)"),
        Answer("geth", -32_000, "exceeds block gas limit"),
        Answer("besu", -32_005, "Transaction gas limit exceeds block gas limit"),
        Answer("geth", -32_000, "intrinsic gas too low: have 1, want 2"),
        Answer("erigon", -32_000, "invalid chain id, expected 1 got 5"),
        Answer("besu", -32_000, "Wrong chainId"),
        Answer("a proxy", .transport(.status(402, retryAfter: nil, body: Data()))),
        Answer("a proxy", .transport(.status(401, retryAfter: nil, body: Data()))),
        Answer("a proxy", .transport(.status(429, retryAfter: .seconds(3_600), body: Data()))),
        Answer("a proxy", -32_601, "the method does not exist/is not available"),
    ])
    func aPlainRefusalStopsAndKeepsTheBytes(_ answer: Answer) {
        #expect(Self.decision(after: answer) == .stops)
    }

    // MARK: Once it was sent

    @Test(arguments: [
        SendAnswer.refused("no"), .notNow("later", after: nil), .taken, .unknown, .nonceUsed,
    ])
    func aSecondAnswerTakesNothingBack(_ answer: SendAnswer) {
        var bench = LaneBench()
        let ticket = bench.submit()
        bench.sendOne()
        var sends = 0
        while bench.now < .seconds(40) {
            let move = bench.next()
            switch move {
            case .ask: bench.answer(move, LaneBench.account())
            case .look: bench.answer(move, LaneBench.nothing())
            case .send:
                sends += 1
                bench.answer(move, LaneBench.sent(answer, for: move))
            case .rest(let until): bench.now = until ?? .seconds(1_000)
            default:
                Issue.record("\(move) was not expected")
                return
            }
        }
        #expect(sends >= 2)
        #expect(bench.failures(of: ticket) == [])
        #expect(bench.journal.operations.map(\.state) == [.sent])
        #expect(bench.journal.operations[0].attempts.count == 1)
    }
}
