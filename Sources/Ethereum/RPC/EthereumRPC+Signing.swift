package import EthereumTypes

/// Signing by a service that holds the keys (Web3Signer, Clef, a node with accounts).
extension EthereumRPC {
    /// Why a service's answer is not taken.
    package enum SigningRefusal: Error, Hashable, Sendable {
        case rpc(RPCFailure)
        /// Its answer is no signed transaction; a high s is refused here too (EIP-2).
        case unreadable(TransactionError)
        /// It signed something else.
        case otherTransaction(differences: [String])
        case otherSigner(Address)
        /// Its answer is no signature.
        case noSignature
    }

    /// Asks once for a signature, and takes exactly what was asked for, signed by exactly this account.
    ///
    /// The answer is the bytes as a text, or an object that has them as `raw`; whatever else it says is not read.
    package func signTransaction(
        _ transaction: Transaction,
        from sender: Address
    ) async throws(SigningRefusal) -> SignedTransaction {
        let method = "eth_signTransaction"
        var members = transaction.members.mapValues(JSONValue.string)
        members["from"] = .string(sender.description)
        if !transaction.accessList.isEmpty { members["accessList"] = Self.json(transaction.accessList) }
        let raw: [UInt8]
        do throws(RPCFailure) {
            let answer = RPCReader(method: method, value: try await call(method, [.object(members)]))
            raw = try (answer.value.string == nil ? answer.member("raw") : answer).bytes()
        } catch {
            throw .rpc(error)
        }
        let signed: SignedTransaction
        do throws(TransactionError) {
            signed = try SignedTransaction(raw: raw)
        } catch {
            throw .unreadable(error)
        }
        let differences = transaction.differences(to: signed.transaction)
        guard differences.isEmpty, signed.transaction == transaction else {
            throw .otherTransaction(differences: differences)
        }
        guard signed.sender == sender else { throw .otherSigner(signed.sender) }
        return signed
    }

    private static func json(_ list: [Transaction.AccessListEntry]) -> JSONValue {
        .array(
            list.map { entry in
                .object([
                    "address": .string(entry.address.description),
                    "storageKeys": .array(entry.storageKeys.map { .string($0.description) }),
                ])
            }
        )
    }
}

extension EthereumRPC.SigningRefusal: CustomStringConvertible {
    package var description: String {
        switch self {
        case .rpc(let failure): failure.description
        case .unreadable(let error): "its answer is not taken: \(error)"
        case .otherTransaction(let differences):
            "it signed another transaction than was asked for: \(differences.joined(separator: ", ")) differ"
        case .otherSigner(let address): "it signed as \(address)"
        case .noSignature: "its answer is no signature of 65 bytes with a low s"
        }
    }
}
