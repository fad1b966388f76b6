/// Why a call of a node gave no result.
package enum RPCFailure: Error, Hashable, Sendable {
    case transport(TransportFailure)
    /// The node answered with an error.
    case node(NodeFault)
    /// The node answered with something that the protocol does not know.
    case malformed(method: String, String)

    /// Whether what was sent may have taken effect although no result says so.
    ///
    /// Only a refusal that can be understood is proof that it did not. A nonce that is too low may have been used by
    /// the very transaction, and an answer that cannot be understood proves nothing.
    package var mayHaveTakenEffect: Bool {
        switch self {
        case .transport(.notSent): false
        case .transport(.unknown): true
        case .transport(.status(let code, _, _)): !(400...499).contains(code) || code == 408
        case .node(let fault): fault.kind.mayHaveTakenEffect
        case .malformed: true
        }
    }

    /// Whether the node asked for fewer requests.
    package var isRateLimit: Bool {
        switch self {
        case .transport(.status(let code, _, _)): code == 429 || code == 402
        case .node(let fault): fault.kind == .rateLimited
        case .transport, .malformed: false
        }
    }

    /// Whether the node is at fault and not the question: another node may have an answer.
    package var isTheNodes: Bool {
        switch self {
        case .transport, .malformed: true
        case .node(let fault):
            switch fault.kind {
            case .rateLimited, .notReady, .missingBlock, .timedOut: true
            default: false
            }
        }
    }

    /// Whether the node could not be spoken to at all; an HTTP status that refuses the very request is none of it.
    var isOfTheWay: Bool {
        guard case .transport(let failure) = self else { return false }
        switch failure {
        case .notSent, .unknown: return true
        case .status(let code, _, _): return ![400, 404, 405, 413, 415, 422, 501].contains(code)
        }
    }

    /// Whether each question of a batch that failed so may do well alone: many a node takes no batches.
    package var mayBeOfTheBatch: Bool {
        switch self {
        case .transport: !isOfTheWay
        case .node: !isTheNodes
        case .malformed: true
        }
    }

    /// How long the node asked to wait.
    package var retryAfter: Duration? {
        guard case .transport(.status(_, let retryAfter, _)) = self else { return nil }
        return retryAfter
    }
}

extension RPCFailure: CustomStringConvertible {
    package var description: String {
        switch self {
        case .transport(let failure): failure.description
        case .node(let fault): fault.description
        case .malformed(let method, let reason): "\(method): the node's answer is malformed: \(reason)"
        }
    }
}

/// An error that a node answered with.
package struct NodeFault: Error, Hashable, Sendable {
    package let method: String
    package let code: Int64
    package let message: String
    /// What the contract reverted with, where the call ran and the node passes it on.
    package let revertData: [UInt8]?

    package var kind: NodeFaultKind { NodeFaultKind(code: code, message: message) }

    /// Whether a contract did not take the call.
    package var isRevert: Bool { revertData != nil || kind == .reverted }
}

extension NodeFault: CustomStringConvertible {
    package var description: String { "\(method): \(message) (code \(code))" }
}
