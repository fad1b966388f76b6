import EthereumTypes

/// A transaction of a block, with the bytes that its sender signed where the node says all of them.
package struct SentTransaction: Hashable, Sendable {
    package let lookup: TransactionLookup
    /// nil: of a type that is not read here, or not all of it is said.
    package let signed: SignedTransaction?

    init(_ reader: RPCReader, _ lookup: TransactionLookup) {
        self.lookup = lookup
        let signed = try? SignedTransaction(reader)
        // What does not give the hash is not what was signed.
        self.signed = signed?.hash == lookup.hash && signed?.sender == lookup.sender ? signed : nil
    }
}

extension SignedTransaction {
    /// Puts together what a node says of a transaction, as the execution API spells it.
    ///
    /// - Throws: ``RPCFailure`` where a field is missing or malformed, or the type is none of 0, 1 and 2.
    fileprivate init(_ reader: RPCReader) throws(RPCFailure) {
        let type = try reader.optional("type")?.number() ?? 0
        let v = try reader.member("v").quantity(as: UInt128.self)
        let form: Transaction.Form
        let yIsOdd: Bool
        switch type {
        case 0:
            let price = try reader.member("gasPrice").wei()
            guard v >= 35 else {
                guard v == 27 || v == 28 else { throw reader.malformed("'v' belongs to no chain") }
                form = .legacy(gasPrice: price, chainID: nil)
                yIsOdd = v == 28
                break
            }
            form = .legacy(gasPrice: price, chainID: UInt64(exactly: (v - 35) / 2).flatMap(ChainID.init))
            yIsOdd = !(v - 35).isMultiple(of: 2)
        case 1, 2:
            guard let chainID = ChainID(try reader.member("chainId").number()) else {
                throw reader.malformed("a chain id is never 0")
            }
            let list = try Self.accessList(reader)
            form =
                type == 1
                ? .accessList(gasPrice: try reader.member("gasPrice").wei(), chainID: chainID, list)
                : .dynamicFee(
                    maxFeePerGas: try reader.member("maxFeePerGas").wei(),
                    maxPriorityFeePerGas: try reader.member("maxPriorityFeePerGas").wei(),
                    chainID: chainID,
                    list
                )
            yIsOdd = v == 1
        default: throw reader.malformed("transactions of type \(type) are not supported")
        }
        let transaction = Transaction(
            form: form,
            nonce: try reader.member("nonce").number(),
            gasLimit: try reader.member("gas").number(),
            to: try reader.optional("to").map { (to) throws(RPCFailure) in try to.address() },
            value: try reader.member("value").wei(),
            data: try reader.member("input").bytes()
        )
        guard
            let signature = Signature(
                r: try reader.member("r").scalar(), s: try reader.member("s").scalar(), yIsOdd: yIsOdd),
            let signer = signature.signer(of: transaction.signingHash)
        else { throw reader.malformed("its signature is not valid") }
        self.init(transaction: transaction, signature: signature, sender: signer.address)
    }

    private static func accessList(_ reader: RPCReader) throws(RPCFailure) -> [Transaction.AccessListEntry] {
        guard let list = reader.optional("accessList") else { return [] }
        var entries: [Transaction.AccessListEntry] = []
        for element in try list.elements() {
            var keys: [Hash] = []
            for key in try element.member("storageKeys").elements() { keys.append(try key.hash()) }
            entries.append(.init(address: try element.member("address").address(), storageKeys: keys))
        }
        return entries
    }
}

extension RPCReader {
    /// A number of up to 32 bytes, filled up with zeros in front to as many.
    fileprivate func scalar() throws(RPCFailure) -> [UInt8] {
        let text = try text()
        let digits = String(text.dropFirst(2))
        guard text.hasPrefix("0x"), (1...64).contains(digits.utf8.count),
            let bytes = Hex.decode("0x" + String(repeating: "0", count: 64 - digits.utf8.count) + digits)
        else { throw malformed("\(name) is no number of 32 bytes") }
        return bytes
    }
}
