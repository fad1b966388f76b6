import Ethereum
import Model

extension RPCFailure {
    /// Whether the same question may be answered a little later.
    var mayPass: Bool {
        switch self {
        case .transport(.status(let code, _, _)): return code == 429 || code == 408 || code >= 500
        case .transport(.notSent), .transport(.unknown): return true
        case .malformed: return false
        case .node(let fault):
            switch fault.kind {
            case .rateLimited, .notReady, .missingBlock, .timedOut: return true
            default: return false
            }
        }
    }

    /// Whether the wait that the node asks for is one that a step can take.
    var isWorthWaiting: Bool { (retryAfter ?? .zero) <= NodeDoor.longestHold }
}

extension StepFailure {
    /// The code of the failure of a node that has not got the block that it was asked about.
    static let missingBlock = "missing-block"

    /// What a node's failure means for the step that asked.
    init(_ failure: RPCFailure, on network: NetworkSpec) {
        guard !Task.isCancelled else {
            self = .cancelled
            return
        }
        switch failure {
        case .transport(let transport):
            self.init(
                code: "network-unavailable",
                "network '\(network.name)' cannot be used: \(transport)",
                hint: "check 'rpc' of network '\(network.name)' and that its node is up"
            )
        case .node(let fault) where fault.kind == .missingBlock:
            self.init(code: Self.missingBlock, "network '\(network.name)': \(failure)")
        case .node, .malformed:
            self.init(code: "node-refused", "network '\(network.name)': \(failure)")
        }
    }
}
