import Ethereum
import EthereumTypes
import Foundation
import Ledger
import Model

/// A batch that the owners of a Safe are asked to sign and execute.
struct SafeProposal: Hashable, Sendable {
    /// What it does for one step.
    struct StepCall: Hashable, Sendable {
        let step: StepID
        let call: SafeBatch.Call
    }

    /// MultiSendCallOnly 1.4.1, at the address that it has on every chain where it was deployed by Safe's factory.
    static let multiSend: Address = {
        guard let address = try? Address("0x9641d764fc13c8B624c04430C7356C1C7C8102e2") else {
            preconditionFailure("the address is well-formed")
        }
        return address
    }()

    /// Of the runtime code of MultiSendCallOnly 1.4.1 and 1.5.0.
    static let multiSendCodeHashes: Set<Hash> = Set(
        [
            "0xecd5bd14a08c5d2122379900b2f272bdf107a7e92423c10dd5fe3254386c9939",
            "0xcdbdcec38d2f1c7d961b0029ff8416b7e86e9974d6f0e9c9580c7d17fcfb6663",
        ].compactMap { Hash($0) })

    let lane: ChainOperation.Lane
    /// The network's name.
    let network: String
    /// The Safe's next nonce.
    let nonce: UInt64
    /// The newest block when the batch was begun.
    let head: UInt64
    let multiSend: Address
    /// In the order in which they are made.
    var calls: [StepCall] = []

    /// What the Safe is to execute; nil without calls.
    var transaction: SafeTransaction? {
        SafeBatch(calls.map(\.call))?.transaction(nonce: nonce, multiSend: multiSend)
    }

    var hashes: SafeTransaction.Hashes? { transaction?.hashes(of: lane.sender, on: lane.chainID) }

    /// Where it is written, without the extension: the same for the same Safe and nonce.
    var file: String {
        "safe/\(lane.chainID)-\(lane.sender.description.dropFirst(2).prefix(8).lowercased())-\(nonce)"
    }

    /// A signature of it, and who has it.
    struct Confirmation: Hashable, Sendable {
        let proposer: Address
        /// 65 bytes.
        let signature: [UInt8]
        /// The service that has it, in words that hold no key; nil where none has.
        var service: String?
    }

    /// What whoever signs compares, with each call by its step.
    func document(with confirmation: Confirmation? = nil) throws(StepFailure) -> Data {
        guard let transaction, let hashes else { return Data() }
        let wire = SafeProposalV1(
            version: 1,
            chainId: lane.chainID.description,
            safe: lane.sender.description,
            to: transaction.to.description,
            value: transaction.value.description,
            data: Hex.prefixed(transaction.data),
            operation: transaction.operation.rawValue,
            nonce: nonce,
            domainHash: hashes.domain.description,
            messageHash: hashes.message.description,
            safeTxHash: hashes.transaction.description,
            calls: calls.map { part in
                SafeProposalV1.Call(
                    step: part.step.rawValue,
                    to: part.call.to.description,
                    value: part.call.value.description,
                    data: Hex.prefixed(part.call.data)
                )
            },
            proposer: confirmation?.proposer.description,
            signature: confirmation.map { Hex.prefixed($0.signature) },
            service: confirmation?.service
        )
        return try WireJSON.encode(wire) + [UInt8(ascii: "\n")]
    }

    /// The same calls for the Safe's Transaction Builder, which makes a transaction of them itself.
    func builderFile(at time: Timestamp) throws(StepFailure) -> Data {
        let wire = SafeBuilderFile(
            version: "1.0",
            chainId: lane.chainID.description,
            createdAt: time.milliseconds,
            meta: SafeBuilderFile.Meta(
                name: "hyperkit: \(network)",
                description: calls.map(\.step.rawValue).joined(separator: ", "),
                createdFromSafeAddress: lane.sender.description
            ),
            transactions: calls.map { part in
                SafeBuilderFile.Transaction(
                    to: part.call.to.description,
                    value: part.call.value.description,
                    data: Hex.prefixed(part.call.data)
                )
            }
        )
        return try WireJSON.encode(wire) + [UInt8(ascii: "\n")]
    }
}

/// A proposal as it is written; value in wei, in decimal.
private struct SafeProposalV1: Encodable {
    struct Call: Encodable {
        let step: String
        let to: String
        let value: String
        let data: String
    }

    let version: Int
    let chainId: String
    let safe: String
    let to: String
    let value: String
    let data: String
    let operation: UInt8
    let nonce: UInt64
    let domainHash: String
    let messageHash: String
    let safeTxHash: String
    let calls: [Call]
    /// Who signed it already, and that signature.
    let proposer: String?
    let signature: String?
    /// The service that was handed it.
    let service: String?
}

/// What the Transaction Builder of a Safe's web interface reads.
private struct SafeBuilderFile: Encodable {
    struct Meta: Encodable {
        let name: String
        let description: String
        let createdFromSafeAddress: String
    }

    struct Transaction: Encodable {
        let to: String
        let value: String
        let data: String
    }

    let version: String
    let chainId: String
    let createdAt: Int64
    let meta: Meta
    let transactions: [Transaction]
}
