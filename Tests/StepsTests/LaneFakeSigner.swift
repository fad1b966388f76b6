import EthereumTypes
import Model

@testable import Ethereum
@testable import Steps

/// Makes signatures without cryptography: all of them are one that is valid for something else.
///
/// The bytes can be read back, and whoever recovers the signer finds a stranger; nobody does in a simulation.
struct LaneFakeSigner: TransactionSigner {
    static let address = Address(bytes: [UInt8](repeating: 0x5e, count: 20)) ?? .zero

    static let addressText = address.description

    private static let signature: Signature? = {
        let key = try? PrivateKey(bytes: [UInt8](repeating: 1, count: 32))
        return key?.sign(Keccak256.hash("a fake".utf8))
    }()

    var address: Address { Self.address }

    func sign(_ transaction: Transaction) async throws(StepFailure) -> SignedTransaction {
        Self.signed(transaction)
    }

    func sign(
        _ transaction: SafeTransaction,
        of safe: Address,
        on chainID: ChainID
    ) async throws(StepFailure) -> Signature {
        guard let signature = Self.signature else { preconditionFailure("a constant key signs") }
        return signature
    }

    static func signed(_ transaction: Transaction) -> SignedTransaction {
        guard let signature else { preconditionFailure("a constant key signs") }
        return SignedTransaction(transaction: transaction, signature: signature, sender: address)
    }
}
