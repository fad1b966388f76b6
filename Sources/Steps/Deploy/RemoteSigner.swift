import Ethereum
import EthereumTypes
import Model

/// A service that holds a key and signs with it.
struct RemoteSigner: TransactionSigner {
    /// How long it may take to sign: a person may have to say yes.
    static let deadline = Duration.seconds(120)

    let name: String
    let address: Address
    let rpc: EthereumRPC

    func sign(_ transaction: Transaction) async throws(StepFailure) -> SignedTransaction {
        do throws(EthereumRPC.SigningRefusal) {
            return try await rpc.signTransaction(transaction, from: address)
        } catch {
            guard !Task.isCancelled else { throw .cancelled }
            throw failure(error)
        }
    }

    func sign(
        _ transaction: SafeTransaction,
        of safe: Address,
        on chainID: ChainID
    ) async throws(StepFailure) -> Signature {
        do throws(EthereumRPC.SigningRefusal) {
            return try await rpc.sign(transaction, of: safe, on: chainID, as: address)
        } catch {
            guard !Task.isCancelled else { throw .cancelled }
            throw failure(error)
        }
    }

    private func failure(_ refusal: EthereumRPC.SigningRefusal) -> StepFailure {
        switch refusal {
        case .rpc(.transport(let transport)):
            StepFailure(
                .environment,
                code: "signer-unavailable",
                "the service of signer '\(name)' cannot be used: \(transport)",
                hint: "check 'rpc' of signer '\(name)' and that its service is up; nothing was sent"
            )
        case .rpc(let failure):
            StepFailure(
                .blocked,
                code: "signer-refused",
                "the service of signer '\(name)' did not sign: \(failure)",
                hint: "see what it asks for; nothing was sent"
            )
        case .unreadable, .otherTransaction, .otherSigner, .noSignature:
            StepFailure(
                .blocked,
                code: "signer-answer",
                "signer '\(name)': \(refusal)",
                hint:
                    "its service is not what it should be, or does not know this kind of transaction; nothing was sent"
            )
        }
    }
}
