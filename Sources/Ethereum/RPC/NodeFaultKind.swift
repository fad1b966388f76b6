/// What a node's error means, whichever client wrote it.
///
/// Clients use the same codes for different things, so the message decides and the code helps only where a
/// client has no words of its own.
package enum NodeFaultKind: Hashable, Sendable {
    /// The very transaction is in the node's pool.
    case alreadyKnown
    /// The nonce is used; `next` where the node says which one is free.
    case nonceTooLow(next: UInt64?)
    /// The nonce leaves a gap that the node does not keep.
    case nonceTooHigh
    /// Another transaction holds the nonce and this one does not pay enough more.
    case replacementUnderpriced
    /// The fee is below what the pool or the base fee asks for.
    case underpriced
    case insufficientFunds
    /// The pool has no room, in all or for this sender.
    case poolFull
    /// The fee exceeds the cap that the node's operator set.
    case feeCapExceeded
    /// The gas limit exceeds the block's or the chain's.
    case gasLimitTooHigh
    /// The gas limit does not cover what the transaction costs before its code runs.
    case intrinsicGasTooLow
    case wrongChain
    /// The node takes no transaction of this type.
    case unsupportedType
    /// The init code is larger than the chain takes.
    case initCodeTooLarge
    /// The code ran and reverted, or ran out of gas.
    case reverted
    /// The node lacks the block: it lags or has pruned it.
    case missingBlock
    /// The node is not ready: it synchronises, or builds an index.
    case notReady
    case rateLimited
    /// The node gave up; whether the request took effect is not known.
    case timedOut
    case methodNotFound
    case other

    package init(code: Int64, message: String) {
        let text = message.lowercased()
        if let rule = Self.rules.first(where: { text.contains($0.phrase) }) {
            self = rule.kind == .nonceTooLow(next: nil) ? .nonceTooLow(next: Self.next(in: text)) : rule.kind
        } else {
            self =
                switch code {
                case 3: .reverted
                case -32_601: .methodNotFound
                // Alone, without Besu's words for a gas limit: what the others mean by it.
                case -32_005, 429: .rateLimited
                case -32_002: .timedOut
                // Besu alone; others have no use for this number.
                case -32_008: .notReady
                default: .other
                }
        }
    }

    /// Whether a transaction that was answered so may be in the pool or on the chain nevertheless.
    var mayHaveTakenEffect: Bool {
        switch self {
        case .alreadyKnown, .nonceTooLow, .timedOut, .other: true
        case .nonceTooHigh, .replacementUnderpriced, .underpriced, .insufficientFunds, .poolFull,
            .feeCapExceeded, .gasLimitTooHigh, .intrinsicGasTooLow, .wrongChain, .unsupportedType,
            .initCodeTooLarge, .reverted, .missingBlock, .notReady, .rateLimited, .methodNotFound:
            false
        }
    }

    /// The first phrase that a message contains decides, so the more special ones come first.
    private static let rules: [(phrase: String, kind: NodeFaultKind)] = [
        ("transaction type not supported", .unsupportedType),
        ("invalid transaction type", .unsupportedType),
        ("unsupported transaction type", .unsupportedType),
        ("invalidtxtype", .unsupportedType),
        ("initcode size exceeded", .initCodeTooLarge),
        ("initcode too large", .initCodeTooLarge),
        ("init code size exceeds", .initCodeTooLarge),
        ("already known", .alreadyKnown),
        ("alreadyknown", .alreadyKnown),
        // It holds the words of the next rule and says the opposite.
        ("unknown transaction", .other),
        ("known transaction", .alreadyKnown),
        ("already imported", .alreadyKnown),
        ("existing txn with same hash", .alreadyKnown),
        ("replacement transaction underpriced", .replacementUnderpriced),
        ("replacement underpriced", .replacementUnderpriced),
        ("could not replace existing tx", .replacementUnderpriced),
        ("replacementnotallowed", .replacementUnderpriced),
        ("nonce too low", .nonceTooLow(next: nil)),
        ("oldnonce", .nonceTooLow(next: nil)),
        ("nonce too high", .nonceTooHigh),
        ("nonce too far in future", .nonceTooHigh),
        ("noncegap", .nonceTooHigh),
        ("insufficient funds", .insufficientFunds),
        ("insufficientfunds", .insufficientFunds),
        ("insufficient balance", .insufficientFunds),
        ("upfront cost exceeds", .insufficientFunds),
        ("configured cap", .feeCapExceeded),
        ("fee cap exceeded", .feeCapExceeded),
        ("txpool is full", .poolFull),
        ("account limit exceeded", .poolFull),
        ("underpriced", .underpriced),
        ("max fee per gas less than block base fee", .underpriced),
        ("gas price below", .underpriced),
        ("fee too low", .underpriced),
        ("feetoolow", .underpriced),
        ("intrinsic gas too low", .intrinsicGasTooLow),
        ("intrinsic gas exceeds gas limit", .intrinsicGasTooLow),
        ("exceeds block gas limit", .gasLimitTooHigh),
        ("gas limit exceeds block", .gasLimitTooHigh),
        ("gas limit too high", .gasLimitTooHigh),
        ("gas limit is too high", .gasLimitTooHigh),
        ("gas limit exceeded", .gasLimitTooHigh),
        ("intrinsic gas too high", .gasLimitTooHigh),
        ("invalid chain id", .wrongChain),
        ("wrong chainid", .wrongChain),
        ("wrong chain id", .wrongChain),
        ("invalid sender", .wrongChain),
        ("execution reverted", .reverted),
        ("vm execution error", .reverted),
        ("out of gas", .reverted),
        ("gas required exceeds allowance", .reverted),
        ("header not found", .missingBlock),
        ("unknown block", .missingBlock),
        ("block not found", .missingBlock),
        ("missing trie node", .missingBlock),
        ("resource not found", .missingBlock),
        ("indexing is in progress", .notReady),
        ("sync is still in progress", .notReady),
        ("syncing", .notReady),
        ("rate limit", .rateLimited),
        ("too many requests", .rateLimited),
        ("request limit", .rateLimited),
        ("quota", .rateLimited),
        ("limit exceeded", .rateLimited),
        ("timed out", .timedOut),
        ("timeout", .timedOut),
        ("deadline exceeded", .timedOut),
        ("method not found", .methodNotFound),
        ("does not exist/is not available", .methodNotFound),
    ]

    /// The number behind `next nonce`, as geth and its kin say it.
    private static func next(in text: String) -> UInt64? {
        guard let range = text.firstRange(of: "next nonce ") else { return nil }
        return UInt64(text[range.upperBound...].prefix { $0.isASCII && $0.isNumber })
    }
}
