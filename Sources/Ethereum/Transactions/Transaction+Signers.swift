import EthereumTypes

extension Transaction {
    /// Has the transaction's hash signed; nothing that the service answers is believed.
    ///
    /// - Throws: ``TransactionError/invalidSignature`` where the answer is no signature of its address, and whatever the
    ///   service throws.
    package func signed(by signer: any DigestSigner) async throws -> SignedTransaction {
        let der = try await signer.signature(of: signingHash)
        guard let signature = Signature(der: der, of: signingHash, by: signer.address) else {
            throw TransactionError.invalidSignature
        }
        return SignedTransaction(transaction: self, signature: signature, sender: signer.address)
    }

    /// The names of what another transaction has otherwise; none where they are the same.
    package func differences(to other: Transaction) -> [String] {
        var names: [String] = []
        if type != other.type { names.append("type") }
        if chainID != other.chainID { names.append("chain id") }
        if nonce != other.nonce { names.append("nonce") }
        if to != other.to { names.append("recipient") }
        if value != other.value { names.append("value") }
        if data != other.data { names.append("data") }
        if gasLimit != other.gasLimit { names.append("gas limit") }
        if fees != other.fees { names.append("fees") }
        if accessList != other.accessList { names.append("access list") }
        return names
    }

    /// The number of its form (EIP-2718); 0 for a legacy one.
    var type: UInt8 {
        switch form {
        case .legacy: 0
        case .accessList: 1
        case .dynamicFee: 2
        }
    }

    var accessList: [AccessListEntry] {
        switch form {
        case .legacy: []
        case .accessList(_, _, let list), .dynamicFee(_, _, _, let list): list
        }
    }

    private var fees: [Wei] {
        switch form {
        case .legacy(let gasPrice, _), .accessList(let gasPrice, _, _): [gasPrice]
        case .dynamicFee(let most, let priority, _, _): [most, priority]
        }
    }

    /// What is asked for, as JSON-RPC and most wallets spell it; without `from`.
    package var members: [String: String] {
        func quantity(_ number: some BinaryInteger) -> String { "0x" + String(number, radix: 16) }
        var members = [
            "nonce": quantity(nonce), "gas": quantity(gasLimit), "value": quantity(value.value),
            "data": Hex.prefixed(data), "type": quantity(type),
        ]
        members["to"] = to?.description
        members["chainId"] = chainID.map { quantity($0.rawValue) }
        switch form {
        case .legacy(let gasPrice, _), .accessList(let gasPrice, _, _):
            members["gasPrice"] = quantity(gasPrice.value)
        case .dynamicFee(let most, let priority, _, _):
            members["maxFeePerGas"] = quantity(most.value)
            members["maxPriorityFeePerGas"] = quantity(priority.value)
        }
        return members
    }
}
