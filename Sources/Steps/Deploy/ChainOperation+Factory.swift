import Ethereum
import EthereumTypes
import Ledger

extension ChainOperation {
    /// The factory that what was signed for it asks; nil where it asks none.
    var factory: Create2Factory? {
        attempts.last.flatMap { try? SignedTransaction(raw: $0.rawTransaction) }?.transaction.factory
    }
}
