import BigInt
import EthereumTypes

/// Why bytes are not a signed transaction.
package enum TransactionError: Error, Hashable, Sendable {
    case empty
    /// Blob (3) and set-code (4) transactions, and types that are not known.
    case unsupportedType(UInt8)
    case notRLP(RLP.Fault)
    /// A field is missing, too long or of the wrong kind.
    case malformed(field: String)
    /// v belongs to no chain, s is the high one, or no key can have signed.
    case invalidSignature
}

extension TransactionError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .empty: "a transaction has at least one byte"
        case .unsupportedType(3): "blob transactions (type 3) are not supported"
        case .unsupportedType(4): "set-code transactions (type 4) are not supported"
        case .unsupportedType(let type): "transactions of type \(type) are not supported"
        case .notRLP(let fault): "the transaction is not RLP: \(fault)"
        case .malformed(let field): "the transaction's \(field) is malformed"
        case .invalidSignature: "the transaction's signature is not valid"
        }
    }
}

extension SignedTransaction {
    /// Reads the bytes of a signed transaction and finds out who signed it.
    ///
    /// - Throws: ``TransactionError``; bytes that are not the one encoding are refused.
    package init(raw: [UInt8]) throws(TransactionError) {
        guard let first = raw.first else { throw .empty }
        let transaction: Transaction
        let signature: Signature
        if first >= 0xc0 {
            (transaction, signature) = try Self.legacy(raw)
        } else {
            guard first == 1 || first == 2 else { throw .unsupportedType(first) }
            (transaction, signature) = try Self.typed(first, Array(raw.dropFirst()))
        }
        guard let signer = signature.signer(of: transaction.signingHash) else { throw .invalidSignature }
        self.init(transaction: transaction, signature: signature, sender: signer.address)
    }

    private static func legacy(_ raw: [UInt8]) throws(TransactionError) -> (Transaction, Signature) {
        var fields = try Fields(raw, count: 9)
        let nonce = try fields.number("nonce", as: UInt64.self)
        let gasPrice = try fields.amount("gas price")
        let core = try fields.core()
        let v = try fields.number("v", as: UInt128.self)
        var chainID: ChainID?
        let yIsOdd: Bool
        switch v {
        case 27, 28:
            yIsOdd = v == 28
        case 37...:
            guard let number = UInt64(exactly: (v - 35) / 2) else { throw .invalidSignature }
            chainID = ChainID(number)
            yIsOdd = !(v - 35).isMultiple(of: 2)
        default:
            throw .invalidSignature
        }
        return (
            core.transaction(.legacy(gasPrice: gasPrice, chainID: chainID), nonce: nonce),
            try fields.signature(yIsOdd: yIsOdd)
        )
    }

    private static func typed(
        _ type: UInt8,
        _ body: [UInt8]
    ) throws(TransactionError) -> (Transaction, Signature) {
        var fields = try Fields(body, count: type == 1 ? 11 : 12)
        guard let chainID = ChainID(try fields.number("chain id", as: UInt64.self)) else {
            throw .malformed(field: "chain id")
        }
        let nonce = try fields.number("nonce", as: UInt64.self)
        let first = try fields.amount(type == 1 ? "gas price" : "priority fee")
        let maxFee = type == 1 ? first : try fields.amount("fee cap")
        let core = try fields.core()
        let list = try fields.accessList()
        let form: Transaction.Form =
            type == 1
            ? .accessList(gasPrice: first, chainID: chainID, list)
            : .dynamicFee(maxFeePerGas: maxFee, maxPriorityFeePerGas: first, chainID: chainID, list)
        let parity = try fields.number("parity", as: UInt64.self)
        guard parity <= 1 else { throw .invalidSignature }
        return (core.transaction(form, nonce: nonce), try fields.signature(yIsOdd: parity == 1))
    }
}

/// The fields that every form has.
private struct Core {
    let gasLimit: UInt64
    let to: Address?
    let value: Wei
    let data: [UInt8]

    func transaction(_ form: Transaction.Form, nonce: UInt64) -> Transaction {
        Transaction(form: form, nonce: nonce, gasLimit: gasLimit, to: to, value: value, data: data)
    }
}

/// The items of a transaction, taken one after the other.
private struct Fields {
    private var items: ArraySlice<RLP.Item>

    init(_ bytes: [UInt8], count: Int) throws(TransactionError) {
        let item: RLP.Item
        do throws(RLP.Fault) { item = try RLP.decode(bytes) } catch { throw .notRLP(error) }
        guard case .list(let items) = item, items.count == count else {
            throw .malformed(field: "list of fields")
        }
        self.items = items[...]
    }

    mutating func bytes(_ name: String) throws(TransactionError) -> [UInt8] {
        guard case .bytes(let bytes) = items.popFirst() else { throw .malformed(field: name) }
        return bytes
    }

    mutating func number<Number: FixedWidthInteger>(
        _ name: String,
        as type: Number.Type
    ) throws(TransactionError) -> Number {
        let bytes = try bytes(name)
        guard bytes.first != 0, bytes.count <= Number.bitWidth / 8 else { throw .malformed(field: name) }
        return bytes.reduce(0) { $0 << 8 | Number($1) }
    }

    mutating func amount(_ name: String) throws(TransactionError) -> Wei {
        Wei(try number(name, as: UInt128.self))
    }

    mutating func core() throws(TransactionError) -> Core {
        let gasLimit = try number("gas limit", as: UInt64.self)
        let recipient = try bytes("recipient")
        let to = Address(bytes: recipient)
        guard to != nil || recipient.isEmpty else { throw .malformed(field: "recipient") }
        return Core(gasLimit: gasLimit, to: to, value: try amount("value"), data: try bytes("data"))
    }

    mutating func accessList() throws(TransactionError) -> [Transaction.AccessListEntry] {
        let fault = TransactionError.malformed(field: "access list")
        guard case .list(let items) = items.popFirst() else { throw fault }
        var entries: [Transaction.AccessListEntry] = []
        for item in items {
            guard case .list(let pair) = item, pair.count == 2, case .bytes(let bytes) = pair[0],
                case .list(let slots) = pair[1], let address = Address(bytes: bytes)
            else { throw fault }
            var keys: [Hash] = []
            for slot in slots {
                guard case .bytes(let bytes) = slot, let key = Hash(bytes: bytes) else { throw fault }
                keys.append(key)
            }
            entries.append(.init(address: address, storageKeys: keys))
        }
        return entries
    }

    mutating func signature(yIsOdd: Bool) throws(TransactionError) -> Signature {
        let r = try scalar("r")
        let s = try scalar("s")
        guard let signature = Signature(r: r, s: s, yIsOdd: yIsOdd) else { throw .invalidSignature }
        return signature
    }

    private mutating func scalar(_ name: String) throws(TransactionError) -> [UInt8] {
        let bytes = try bytes(name)
        guard bytes.first != 0, bytes.count <= 32 else { throw .malformed(field: name) }
        return [UInt8](repeating: 0, count: 32 - bytes.count) + bytes
    }
}
