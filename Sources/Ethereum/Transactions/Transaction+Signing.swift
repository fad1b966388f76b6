import BigInt
package import EthereumTypes

extension Transaction {
    /// The hash that the sender signs.
    package var signingHash: Hash { Keccak256.hash(signingPayload) }

    /// The bytes whose hash the sender signs.
    package var signingPayload: [UInt8] {
        switch form {
        case .legacy(_, .none):
            RLP.encode(.list(fields))
        case .legacy(_, .some(let chainID)):
            RLP.encode(
                .list(fields + [.integer(chainID.rawValue), .integer(UInt64(0)), .integer(UInt64(0))]))
        case .accessList:
            [0x01] + RLP.encode(.list(fields))
        case .dynamicFee:
            [0x02] + RLP.encode(.list(fields))
        }
    }

    /// Signs; the bytes are the same each time for the same key.
    package func signed(by key: PrivateKey) -> SignedTransaction {
        let signature = key.sign(signingHash)
        return SignedTransaction(transaction: self, signature: signature, sender: key.address)
    }

    /// The bytes that go to a node: the payload with the signature in it.
    func raw(with signature: Signature) -> [UInt8] {
        let parity: UInt64 = signature.yIsOdd ? 1 : 0
        // v overflows no BigUInt, whatever the chain id.
        let v =
            switch form {
            case .legacy(_, .none): BigUInt(27 + parity)
            case .legacy(_, .some(let chainID)): BigUInt(chainID.rawValue) * 2 + 35 + BigUInt(parity)
            case .accessList, .dynamicFee: BigUInt(parity)
            }
        let proof: [RLP.Item] = [
            .integer(v), .integer(BigUInt(bigEndian: signature.r)), .integer(BigUInt(bigEndian: signature.s)),
        ]
        let body = RLP.encode(.list(fields + proof))
        return switch form {
        case .legacy: body
        case .accessList: [0x01] + body
        case .dynamicFee: [0x02] + body
        }
    }

    private var fields: [RLP.Item] {
        let core: [RLP.Item] = [
            .integer(gasLimit), .bytes(to?.bytes ?? []), .integer(BigUInt(value.value)), .bytes(data),
        ]
        return switch form {
        case .legacy(let gasPrice, _):
            [.integer(nonce), .integer(BigUInt(gasPrice.value))] + core
        case .accessList(let gasPrice, let chainID, let list):
            [.integer(chainID.rawValue), .integer(nonce), .integer(BigUInt(gasPrice.value))] + core
                + [Self.item(list)]
        case .dynamicFee(let maxFee, let maxPriorityFee, let chainID, let list):
            [
                .integer(chainID.rawValue), .integer(nonce), .integer(BigUInt(maxPriorityFee.value)),
                .integer(BigUInt(maxFee.value)),
            ] + core + [Self.item(list)]
        }
    }

    private static func item(_ list: [AccessListEntry]) -> RLP.Item {
        .list(
            list.map { entry in
                .list([.bytes(entry.address.bytes), .list(entry.storageKeys.map { .bytes($0.bytes) })])
            }
        )
    }
}
