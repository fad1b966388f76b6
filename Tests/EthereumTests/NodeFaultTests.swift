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
