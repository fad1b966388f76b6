import Ethereum
import EthereumTypes
import Foundation
import Model

/// An address alone: what it would sign is written down for whoever holds its key.
struct UnsignedSigner: TransactionSigner {
    let name: String
    let address: Address
    /// Where transactions are written, as an absolute path.
    let folder: String
    let files: FileAccess

    /// - Throws: Always, of the kind `blocked` and coded `unsigned` once the transaction is written down.
    func sign(_ transaction: Transaction) async throws(StepFailure) -> SignedTransaction {
        var members = transaction.members
        members["from"] = address.description
        let chain = transaction.chainID?.description ?? "any"
        // Two steps may be given the same nonce, since neither is sent.
        let digest = transaction.signingHash.description.dropFirst(2).prefix(8)
        let file = "\(chain)-\(transaction.nonce)-\(digest).json"
        let bytes = try WireJSON.encode(members) + [UInt8(ascii: "\n")]
        do throws(FileError) {
            try files.write("\(folder)/\(file)", bytes, true)
        } catch {
            throw StepFailure(.environment, code: "unusable-path", "\(error)")
        }
        throw StepFailure(
            .blocked,
            code: "unsigned",
            "signer '\(name)' is an address alone; its transaction is unsigned/\(file) beside the report",
            hint: "have it signed and sent with the key of \(address); nothing was sent"
        )
    }
}
