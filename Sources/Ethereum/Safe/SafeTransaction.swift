import BigInt
package import EthereumTypes

/// What the owners of a Safe (1.3.0 and later) sign: one call or delegate call that the Safe makes, under the Safe's own nonce.
///
/// Gas of what a run asks for is paid by whoever executes it.
package struct SafeTransaction: Hashable, Sendable {
    package enum Operation: UInt8, Sendable { case call = 0, delegateCall = 1 }

    package let to: Address
    package let value: Wei
    package let data: [UInt8]
    package let operation: Operation
    /// The Safe's nonce; of two with the same one at most one is ever executed.
    package let nonce: UInt64
    /// `safeTxGas`, `baseGas`, `gasPrice`, `gasToken` and `refundReceiver`, a word each.
    package let terms: [UInt8]

    /// Of terms that are all zero: whoever executes it pays for gas.
    package static let noTerms = [UInt8](repeating: 0, count: 5 * 32)

    package init(
        to: Address,
        value: Wei,
        data: [UInt8],
        operation: Operation,
        nonce: UInt64,
        terms: [UInt8] = noTerms
    ) {
        self.to = to
        self.value = value
        self.data = data
        self.operation = operation
        self.nonce = nonce
        self.terms = terms
    }

    /// The hashes by which it is known (EIP-712), as wallets show them to whoever signs.
    package struct Hashes: Hashable, Sendable {
        /// Of the chain and the Safe.
        package let domain: Hash
        /// Of the transaction.
        package let message: Hash
        /// What is signed: the Safe's `getTransactionHash`.
        package let transaction: Hash
    }

    /// - Parameters:
    ///   - safe: The Safe.
    ///   - chainID: The chain that it is on.
    /// - Returns: The hashes of domain, message and transaction.
    package func hashes(of safe: Address, on chainID: ChainID) -> Hashes {
        let domain = Keccak256.hash(
            Self.domainType.bytes + BigUInt(chainID.rawValue).word + Self.word(safe))
        var content = Self.transactionType.bytes
        content += Self.word(to)
        content += BigUInt(value.value).word
        content += Keccak256.hash(data).bytes
        content += BigUInt(operation.rawValue).word
        content += terms
        content += BigUInt(nonce).word
        let message = Keccak256.hash(content)
        return Hashes(
            domain: domain,
            message: message,
            transaction: Keccak256.hash([0x19, 0x01] + domain.bytes + message.bytes)
        )
    }

    private static let domainType = Keccak256.hash(
        "EIP712Domain(uint256 chainId,address verifyingContract)".utf8)
    private static let transactionType = Keccak256.hash(
        ("SafeTx(address to,uint256 value,bytes data,uint8 operation,uint256 safeTxGas,uint256 baseGas,"
            + "uint256 gasPrice,address gasToken,address refundReceiver,uint256 nonce)").utf8)

    private static func word(_ address: Address) -> [UInt8] {
        [UInt8](repeating: 0, count: 12) + address.bytes
    }
}

/// Calls that a Safe makes together, all or none, through the MultiSendCallOnly contract.
package struct SafeBatch: Hashable, Sendable {
    package struct Call: Hashable, Sendable {
        package let to: Address
        package let value: Wei
        package let data: [UInt8]

        package init(to: Address, value: Wei, data: [UInt8]) {
            self.to = to
            self.value = value
            self.data = data
        }
    }

    /// In the order in which they are made; never empty.
    package let calls: [Call]

    /// nil where there is no call.
    package init?(_ calls: [Call]) {
        guard !calls.isEmpty else { return nil }
        self.calls = calls
    }

    /// The transaction that makes them: a call alone as it is, several as a delegate call to `multiSend`.
    package func transaction(nonce: UInt64, multiSend: Address) -> SafeTransaction {
        if calls.count == 1 {
            let call = calls[0]
            return SafeTransaction(
                to: call.to, value: call.value, data: call.data, operation: .call, nonce: nonce)
        }
        return SafeTransaction(
            to: multiSend, value: .zero, data: multiSendData, operation: .delegateCall, nonce: nonce)
    }

    /// Call data of `multiSend(bytes)`: for each call a byte 0, recipient, value, length and data, packed.
    var multiSendData: [UInt8] {
        var packed: [UInt8] = []
        for call in calls {
            packed.append(0)
            packed += call.to.bytes
            packed += BigUInt(call.value.value).word
            packed += BigUInt(call.data.count).word
            packed += call.data
        }
        var data = Selector.of("multiSend(bytes)")
        data += BigUInt(32).word
        data += BigUInt(packed.count).word
        data += packed
        data += [UInt8](repeating: 0, count: (32 - packed.count % 32) % 32)
        return data
    }
}
