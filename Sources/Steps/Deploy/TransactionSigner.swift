import Ethereum
import EthereumTypes
import Model

/// Whoever can sign for one address: a key at hand, or a service that holds one.
protocol TransactionSigner: Sendable {
    var address: Address { get }

    /// Signs; the result is from ``address``.
    ///
    /// - Throws: ``StepFailure`` where it cannot or will not; nothing was signed then that anyone knows of.
    func sign(_ transaction: Transaction) async throws(StepFailure) -> SignedTransaction

    /// Signs what a Safe is asked for, as one of its owners or for them; the result is from ``address``.
    ///
    /// - Throws: As the other.
    func sign(
        _ transaction: SafeTransaction,
        of safe: Address,
        on chainID: ChainID
    ) async throws(StepFailure) -> Signature
}

/// A private key in memory.
struct KeySigner: TransactionSigner {
    private let key: PrivateKey

    init(_ key: PrivateKey) { self.key = key }

    var address: Address { key.address }

    func sign(_ transaction: Transaction) async throws(StepFailure) -> SignedTransaction {
        transaction.signed(by: key)
    }

    func sign(
        _ transaction: SafeTransaction,
        of safe: Address,
        on chainID: ChainID
    ) async throws(StepFailure) -> Signature {
        key.sign(transaction.hashes(of: safe, on: chainID).transaction)
    }
}
