package import EthereumTypes

/// A transaction with its signature, its bytes and its hash.
package struct SignedTransaction: Hashable, Sendable {
    package let transaction: Transaction
    package let signature: Signature
    package let sender: Address
    /// What `eth_sendRawTransaction` takes.
    package let raw: [UInt8]
    /// The name of the transaction on the chain.
    package let hash: Hash

    init(transaction: Transaction, signature: Signature, sender: Address) {
        self.transaction = transaction
        self.signature = signature
        self.sender = sender
        raw = transaction.raw(with: signature)
        hash = Keccak256.hash(raw)
    }

    /// The contract that the transaction creates; nil where it calls one.
    package var createdAddress: Address? {
        transaction.to == nil ? Address.created(by: sender, nonce: transaction.nonce) : nil
    }
}
