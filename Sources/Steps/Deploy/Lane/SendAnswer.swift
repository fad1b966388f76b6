import Ethereum

/// What a node's answer to a transaction that was handed to it means.
enum SendAnswer: Hashable, Sendable {
    /// It has it now, or had it.
    case taken
    /// Nothing is proved: it may have it.
    case unknown
    /// Something has used the nonce, perhaps this transaction.
    case nonceUsed
    /// Another attempt of the operation waits with the nonce, for all that is known.
    case nonceHeld
    /// The transaction that waits with the nonce is none of the operation's.
    case nonceHeldByOthers
    /// It pays too little.
    case underpriced(String)
    /// Not taken; it may be, a little later.
    case notNow(String, after: Duration?)
    /// Not taken, and will not be.
    case refused(String)

    /// Whether the node has it for all that is known.
    var mayHaveIt: Bool {
        switch self {
        case .taken, .unknown, .nonceUsed: true
        case .nonceHeld, .nonceHeldByOthers, .underpriced, .notNow, .refused: false
        }
    }

    /// An answer that came without an error is ``taken``.
    init(_ failure: RPCFailure) {
        if case .node(let fault) = failure {
            switch fault.kind {
            case .alreadyKnown: self = .taken
            case .nonceTooLow: self = .nonceUsed
            case .replacementUnderpriced: self = .nonceHeld
            case .underpriced: self = .underpriced("\(failure)")
            case .nonceTooHigh: self = .notNow("\(failure)", after: nil)
            case .rateLimited, .notReady, .missingBlock, .poolFull: self = .notNow("\(failure)", after: nil)
            case .timedOut, .other: self = .unknown
            case .insufficientFunds, .feeCapExceeded, .gasLimitTooHigh, .intrinsicGasTooLow,
                .wrongChain, .reverted, .methodNotFound, .unsupportedType, .initCodeTooLarge:
                self = .refused("\(failure)")
            }
            return
        }
        if failure.mayHaveTakenEffect {
            self = .unknown
        } else if failure.mayPass, failure.isWorthWaiting {
            self = .notNow("\(failure)", after: failure.retryAfter)
        } else {
            self = .refused("\(failure)")
        }
    }
}
