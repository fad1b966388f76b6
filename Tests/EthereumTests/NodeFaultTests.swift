import Foundation
import Testing

@testable import Ethereum

@Suite struct NodeFaultTests {
    /// What clients really write, by client; the codes collide on purpose.
    @Test(
        arguments: [
            // geth, bor, bsc
            (-32_000, "already known", NodeFaultKind.alreadyKnown),
            (-32_000, "nonce too low: next nonce 12, tx nonce 11", .nonceTooLow(next: 12)),
            (-32_000, "nonce too low: address 0xab, tx: 5 state: 6", .nonceTooLow(next: nil)),
            (-32_000, "nonce too high: address 0xab, tx: 9 state: 6", .nonceTooHigh),
            (-32_000, "replacement transaction underpriced", .replacementUnderpriced),
            (
                -32_000, "replacement transaction underpriced: new tx gas fee cap 1 <= 2 queued",
                .replacementUnderpriced
            ),
            (-32_000, "transaction underpriced: tip needed 25000000000, tip permitted 1", .underpriced),
            (-32_000, "txpool is full", .poolFull),
            (-32_000, "account limit exceeded: pooled 16 txs", .poolFull),
            (-32_000, "insufficient funds for gas * price + value: balance 1, tx cost 2", .insufficientFunds),
            (-32_000, "header not found", .missingBlock),
            (-32_000, "tx fee (1.20 ether) exceeds the configured cap (1.00 ether)", .feeCapExceeded),
            (-32_000, "transaction indexing is in progress", .notReady),
            (-32_000, "intrinsic gas too low: gas 20000, minimum needed 21000", .intrinsicGasTooLow),
            (-32_000, "exceeds block gas limit", .gasLimitTooHigh),
            (-32_000, "max fee per gas less than block base fee: maxFeePerGas: 1, baseFee: 7", .underpriced),
            (-32_002, "request timed out", .timedOut),
            (-32_002, "", .timedOut),
            (3, "execution reverted: not the owner", .reverted),
            (3, "", .reverted),
            // erigon
            (-32_000, "existing txn with same hash", .alreadyKnown),
            (-32_000, "could not replace existing tx", .replacementUnderpriced),
            (-32_000, "underpriced", .underpriced),
            (-32_000, "invalid chain id, expected 1 got 137", .wrongChain),
            // nethermind
            (-32_010, "nonce too far in future", .nonceTooHigh),
            // besu
            (-32_000, "Known transaction", .alreadyKnown),
            (-32_000, "Wrong chainId", .wrongChain),
            (-32_001, "Nonce too low", .nonceTooLow(next: nil)),
            (-32_004, "Upfront cost exceeds account balance", .insufficientFunds),
            (-32_005, "Transaction gas limit exceeds block gas limit", .gasLimitTooHigh),
            (-32_006, "Nonce too high", .nonceTooHigh),
            (-32_008, "Initial sync is still in progress; syncing", .notReady),
            // reth and anvil
            (-32_003, "nonce too low", .nonceTooLow(next: nil)),
            (-32_003, "transaction already imported", .alreadyKnown),
            (-32_003, "replacement transaction underpriced", .replacementUnderpriced),
            (-32_003, "Insufficient funds for gas * price + value", .insufficientFunds),
            // gateways
            (-32_005, "daily request count exceeded", .rateLimited),
            (-32_005, "project ID request rate exceeded; rate limit", .rateLimited),
            (429, "Your app has exceeded its compute units", .rateLimited),
            (-32_000, "Too Many Requests", .rateLimited),
            (-32_601, "the method eth_feeHistory does not exist/is not available", .methodNotFound),
            (-32_601, "no such thing", .methodNotFound),
            (-32_603, "Internal error", .other),
            (-32_000, "", .other),
        ] as [(Int64, String, NodeFaultKind)])
    func readsWhatClientsWrite(_ code: Int64, _ message: String, _ kind: NodeFaultKind) {
        #expect(NodeFaultKind(code: code, message: message) == kind)
    }

    private func node(_ code: Int64, _ message: String) -> RPCFailure {
        .node(NodeFault(method: "eth_sendRawTransaction", code: code, message: message, revertData: nil))
    }

    @Test func onlyAClearRefusalProvesThatNothingWasSent() {
        #expect(!node(-32_000, "insufficient funds for gas").mayHaveTakenEffect)
        #expect(!node(-32_000, "replacement transaction underpriced").mayHaveTakenEffect)
        #expect(!RPCFailure.transport(.notSent("no such host")).mayHaveTakenEffect)
        #expect(!RPCFailure.transport(.status(401, retryAfter: nil, body: .init())).mayHaveTakenEffect)
        #expect(!RPCFailure.transport(.status(429, retryAfter: nil, body: .init())).mayHaveTakenEffect)
        #expect(node(-32_000, "already known").mayHaveTakenEffect)
        #expect(node(-32_000, "nonce too low").mayHaveTakenEffect)
        #expect(node(-32_002, "request timed out").mayHaveTakenEffect)
        #expect(node(-32_603, "Internal error").mayHaveTakenEffect)
        #expect(RPCFailure.transport(.unknown("deadline")).mayHaveTakenEffect)
        #expect(RPCFailure.transport(.status(502, retryAfter: nil, body: .init())).mayHaveTakenEffect)
        #expect(RPCFailure.transport(.status(408, retryAfter: nil, body: .init())).mayHaveTakenEffect)
        #expect(RPCFailure.malformed(method: "m", "it is not JSON").mayHaveTakenEffect)
    }

    @Test func knowsALimitOfTheRateByStatusAndByWords() {
        let limited = RPCFailure.transport(.status(429, retryAfter: .seconds(7), body: .init()))
        #expect(limited.isRateLimit)
        #expect(limited.retryAfter == .seconds(7))
        #expect(RPCFailure.transport(.status(402, retryAfter: nil, body: .init())).isRateLimit)
        #expect(node(-32_005, "limit exceeded").isRateLimit)
        #expect(!node(-32_005, "gas limit exceeds block gas limit").isRateLimit)
        #expect(!RPCFailure.transport(.status(500, retryAfter: nil, body: .init())).isRateLimit)
    }
}

/// One refusal, as each client words it: whichever answers, the same is done.
@Suite struct NodeFaultDecisionTests {
    struct Wording: Sendable, CustomTestStringConvertible {
        let client: String
        let code: Int64
        let message: String

        init(_ client: String, _ code: Int64, _ message: String) {
            self.client = client
            self.code = code
            self.message = message
        }

        var testDescription: String { "\(client): \(message)" }
    }

    private func check(
        _ wording: Wording,
        _ kind: NodeFaultKind,
        mayHaveTakenEffect: Bool,
        isTheNodes: Bool = false
    ) {
        let fault = NodeFault(
            method: "eth_sendRawTransaction", code: wording.code, message: wording.message, revertData: nil)
        #expect(fault.kind == kind)
        #expect(RPCFailure.node(fault).mayHaveTakenEffect == mayHaveTakenEffect)
        #expect(RPCFailure.node(fault).isTheNodes == isTheNodes)
    }

    @Test(arguments: [
        Wording("geth", -32_000, "already known"), Wording("erigon", -32_000, "existing txn with same hash"),
        Wording("nethermind", -32_010, "AlreadyKnown"), Wording("besu", -32_000, "Known transaction"),
        Wording("reth", -32_003, "already known"), Wording("anvil", -32_003, "transaction already imported"),
    ])
    func aTransactionThatThePoolHasIsSent(_ wording: Wording) {
        check(wording, .alreadyKnown, mayHaveTakenEffect: true)
    }

    @Test(arguments: [
        Wording("geth", -32_000, "nonce too low: address 0x5B38, tx: 4 state: 5"),
        Wording("erigon", -32_000, "nonce too low"),
        Wording("nethermind", -32_010, "OldNonce, Current nonce: 5, nonce of rejected tx: 4"),
        Wording("besu", -32_001, "Nonce too low"), Wording("reth", -32_003, "nonce too low"),
        Wording("anvil", -32_003, "nonce too low"),
    ])
    func aNonceThatIsUsedMayBeOurOwn(_ wording: Wording) {
        check(wording, .nonceTooLow(next: nil), mayHaveTakenEffect: true)
    }

    @Test(arguments: [
        Wording("geth", -32_000, "nonce too high: address 0x5B38, tx: 9 state: 5"),
        Wording("nethermind", -32_010, "nonce too far in future"),
        Wording("nethermind", -32_010, "NonceGap, Future nonce. Expected nonce: 5"),
        Wording("besu", -32_006, "Nonce too high"), Wording("reth", -32_003, "nonce too high"),
        Wording("anvil", -32_003, "nonce too high"),
    ])
    func aGapIsNotKept(_ wording: Wording) { check(wording, .nonceTooHigh, mayHaveTakenEffect: false) }

    @Test(arguments: [
        Wording("geth", -32_000, "replacement transaction underpriced"),
        Wording("erigon", -32_000, "could not replace existing tx"),
        Wording("nethermind", -32_010, "ReplacementNotAllowed"),
        Wording("besu", -32_000, "Replacement transaction underpriced"),
        Wording("reth", -32_003, "replacement transaction underpriced"),
        Wording("anvil", -32_003, "replacement transaction underpriced"),
    ])
    func anotherAttemptHoldsTheNonce(_ wording: Wording) {
        check(wording, .replacementUnderpriced, mayHaveTakenEffect: false)
    }

    @Test(arguments: [
        Wording("geth", -32_000, "transaction underpriced"),
        Wording("bor", -32_000, "transaction underpriced: gas tip cap 1, minimum needed 25000000000"),
        Wording("erigon", -32_000, "fee too low"), Wording("nethermind", -32_010, "FeeTooLow"),
        Wording("besu", -32_009, "Gas price below configured minimum gas price"),
        Wording("reth", -32_003, "transaction underpriced"),
        Wording("anvil", -32_003, "max fee per gas less than block base fee"),
    ])
    func aFeeIsTooSmall(_ wording: Wording) { check(wording, .underpriced, mayHaveTakenEffect: false) }

    @Test(arguments: [
        Wording("geth", -32_000, "insufficient funds for gas * price + value: balance 1, tx cost 2"),
        Wording("erigon", -32_000, "insufficient funds"),
        Wording("nethermind", -32_010, "InsufficientFunds, Account balance: 1, cumulative cost: 2"),
        Wording("besu", -32_004, "Upfront cost exceeds account balance"),
        Wording("reth", -32_003, "insufficient funds for gas * price + value: have 1 want 2"),
        Wording("anvil", -32_003, "Insufficient funds for gas * price + value"),
    ])
    func fundsDoNotReach(_ wording: Wording) { check(wording, .insufficientFunds, mayHaveTakenEffect: false) }

    @Test(arguments: [
        Wording("geth", -32_000, "invalid chain id for signer: have 1 want 137"),
        Wording("erigon", -32_000, "invalid chain id, expected 1 got 137"),
        Wording("besu", -32_000, "Wrong chainId"), Wording("reth", -32_000, "invalid chain ID"),
        Wording("anvil", -32_003, "invalid chain id for signer"),
    ])
    func itIsAnotherChain(_ wording: Wording) { check(wording, .wrongChain, mayHaveTakenEffect: false) }

    @Test(arguments: [
        Wording("geth", -32_000, "exceeds block gas limit"),
        Wording("erigon", -32_000, "gas limit is too high"),
        Wording("besu", -32_005, "Transaction gas limit exceeds block gas limit"),
        Wording("besu", -32_005, "gas limit exceeds block limit"),
        Wording("reth", -32_003, "exceeds block gas limit"),
        Wording("anvil", -32_003, "intrinsic gas too high"),
    ])
    func theGasLimitIsTooLarge(_ wording: Wording) {
        check(wording, .gasLimitTooHigh, mayHaveTakenEffect: false)
    }

    @Test(arguments: [
        Wording("geth", -32_000, "txpool is full"), Wording("geth", -32_000, "account limit exceeded"),
        Wording("reth", -32_003, "txpool is full"),
    ])
    func thereIsNoRoom(_ wording: Wording) { check(wording, .poolFull, mayHaveTakenEffect: false) }

    @Test(arguments: [
        Wording("geth", -32_000, "tx fee (1.20 ether) exceeds the configured cap (1.00 ether)"),
        Wording("besu", -32_000, "Transaction fee cap exceeded"),
        Wording("reth", -32_003, "tx fee (1.20 ether) exceeds the configured cap (1.00 ether)"),
    ])
    func theOperatorHasACap(_ wording: Wording) { check(wording, .feeCapExceeded, mayHaveTakenEffect: false) }

    @Test(arguments: [
        Wording("geth", -32_000, "transaction type not supported"),
        Wording("nethermind", -32_010, "InvalidTxType"), Wording("besu", -32_000, "Invalid transaction type"),
        Wording("erigon", -32_000, "transaction type not supported"),
    ])
    func theTypeIsNotTaken(_ wording: Wording) { check(wording, .unsupportedType, mayHaveTakenEffect: false) }

    @Test(arguments: [
        Wording("geth", -32_000, "max initcode size exceeded: code size 50000, limit 49152"),
        Wording("erigon", -32_000, "initcode too large"),
    ])
    func theInitCodeIsTooLarge(_ wording: Wording) {
        check(wording, .initCodeTooLarge, mayHaveTakenEffect: false)
    }

    @Test(arguments: [
        Wording("geth", -32_000, "header not found"), Wording("anvil", -32_001, "Resource not found"),
        Wording("nethermind", -32_001, "Block not found"), Wording("erigon", -32_000, "unknown block"),
    ])
    func aNodeLags(_ wording: Wording) {
        check(wording, .missingBlock, mayHaveTakenEffect: false, isTheNodes: true)
    }

    @Test(arguments: [
        Wording("geth", -32_000, "transaction indexing is in progress"),
        Wording("besu", -32_008, "Initial sync is still in progress"), Wording("besu", -32_008, ""),
    ])
    func aNodeIsNotReady(_ wording: Wording) {
        check(wording, .notReady, mayHaveTakenEffect: false, isTheNodes: true)
    }

    @Test(arguments: [
        Wording("geth", -32_002, "request timed out"), Wording("geth", -32_002, ""),
        Wording("erigon", -32_000, "context deadline exceeded"),
    ])
    func nobodyKnowsWhereANodeGaveUp(_ wording: Wording) {
        check(wording, .timedOut, mayHaveTakenEffect: true, isTheNodes: true)
    }

    @Test(arguments: [
        Wording("gateway", -32_005, "daily request count exceeded, request rate limited"),
        Wording("gateway", -32_005, ""), Wording("gateway", 429, "compute units per second exceeded"),
        Wording("gateway", -32_029, "Too Many Requests"),
    ])
    func aGatewayLimitsTheRate(_ wording: Wording) {
        check(wording, .rateLimited, mayHaveTakenEffect: false, isTheNodes: true)
    }

    /// Words that nobody has met prove nothing, whatever the code.
    @Test(arguments: [
        Wording("?", -32_000, "unknown transaction"), Wording("?", -32_603, "Internal error"),
        Wording("?", -32_000, ""), Wording("?", -32_003, "Transaction rejected"),
        Wording("?", -32_010, "Invalid"),
    ])
    func whatIsNotUnderstoodProvesNothing(_ wording: Wording) {
        check(wording, .other, mayHaveTakenEffect: true)
    }
}
