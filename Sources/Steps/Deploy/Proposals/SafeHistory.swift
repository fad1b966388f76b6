import Ethereum
import EthereumTypes

/// What a Safe executed in some blocks, as one endpoint says it at one block.
///
/// That no event is there proves nothing: nodes lag, leave out and forget. Only where each nonce that the Safe has used since
/// is accounted for by an execution whose hash proves that nonce is it known what was not done.
struct SafeHistory: Hashable, Sendable {
    /// One that an event tells of.
    struct Execution: Hashable, Sendable {
        /// The Safe's `safeTxHash`.
        let hash: Hash
        let transaction: Hash
        let block: UInt64
        /// What it did is undone where it failed; its nonce is used all the same.
        let succeeded: Bool
        /// What it did; nil where the transaction does not tell.
        let content: SafeExecution?
        /// Of the transaction; nil where the node does not have it.
        let receipt: TransactionReceipt?
    }

    /// How the Safe used a nonce and those behind it.
    enum Use: Hashable, Sendable {
        /// What each did is known.
        case told
        /// Of one it is not.
        case untold(Hash)
        /// The events are not all there.
        case missing
    }

    /// The block at which the Safe had the nonce.
    let head: UInt64
    /// Of what it executes next.
    let nonce: UInt64
    /// Whether modules may act as the Safe, which takes no nonce.
    let hasModules: Bool
    /// The first block whose events were read; behind `head` where none were.
    var start: UInt64
    /// In the order of the chain.
    var executions: [Execution] = []
    /// Where a module acted as the Safe, which takes no nonce.
    var modules: [Module] = []

    struct Module: Hashable, Sendable {
        let transaction: Hash
        let block: UInt64
    }

    init(nonce: UInt64, at head: UInt64, hasModules: Bool = false) {
        self.nonce = nonce
        self.head = head
        self.hasModules = hasModules
        start = head + 1
    }

    /// The execution that used a nonce, by its place before the newest; nil where the events are not there.
    func execution(under nonce: UInt64) -> Execution? {
        guard nonce < self.nonce, let behind = Int(exactly: self.nonce - nonce), behind <= executions.count
        else {
            return nil
        }
        return executions[executions.count - behind]
    }

    /// What is known of all that was executed from a nonce on, and of what modules did behind a block.
    func use(from first: UInt64, since block: UInt64) -> Use {
        guard first <= nonce, let count = Int(exactly: nonce - first), count <= executions.count else {
            return .missing
        }
        if let module = modules.first(where: { $0.block > block }) { return .untold(module.transaction) }
        for (place, execution) in executions.suffix(count).enumerated() {
            if let content = execution.content {
                // An event that is missing before or behind it shifts the others.
                guard content.transaction.nonce == first + UInt64(place) else { return .missing }
                guard content.isWhole || !execution.succeeded else { return .untold(execution.transaction) }
            } else if execution.succeeded {
                return .untold(execution.transaction)
            }
        }
        return .told
    }
}
