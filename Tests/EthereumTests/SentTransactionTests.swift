import EthereumTypes
import Foundation
import Testing

@testable import Ethereum

/// What a node says of a transaction, put together to the bytes that were signed.
@Suite struct SentTransactionTests {
    private static let key = try? PrivateKey(bytes: [UInt8](repeating: 7, count: 32))

    private static var forms: [Transaction.Form] {
        guard let chain = ChainID(11_155_111) else { return [] }
        let list = [
            Transaction.AccessListEntry(
                address: .zero, storageKeys: [Keccak256.hash([1]), Keccak256.hash([2])])
        ]
        return [
            .legacy(gasPrice: Wei(3), chainID: nil), .legacy(gasPrice: Wei(3), chainID: chain),
            .accessList(gasPrice: Wei(4), chainID: chain, list),
            .dynamicFee(maxFeePerGas: Wei(9), maxPriorityFeePerGas: Wei(1), chainID: chain, []),
            .dynamicFee(maxFeePerGas: Wei(9), maxPriorityFeePerGas: Wei(1), chainID: chain, list),
        ]
    }

    private func signed(_ form: Transaction.Form, nonce: UInt64 = 5, to: Address? = nil) throws
        -> SignedTransaction
    {
        let transaction = Transaction(
            form: form, nonce: nonce, gasLimit: 90_000, to: to, value: Wei(12), data: [0x60, 0x00])
        return transaction.signed(by: try #require(Self.key))
    }

    /// As the execution API spells it; `type` takes the place of the real one.
    private func members(_ signed: SignedTransaction, type: String? = nil) -> [String: JSONValue] {
        let transaction = signed.transaction
        let parity: UInt64 = signed.signature.yIsOdd ? 1 : 0
        var shown: [String: JSONValue] = [
            "hash": .string(signed.hash.description), "from": .string(signed.sender.description),
            "nonce": RPCReader.quantity(transaction.nonce), "gas": RPCReader.quantity(transaction.gasLimit),
            "to": transaction.to.map { .string($0.description) } ?? .null,
            "value": RPCReader.quantity(transaction.value.value),
            "input": .string(Hex.prefixed(transaction.data)),
            "r": Self.short(signed.signature.r), "s": Self.short(signed.signature.s),
            "v": RPCReader.quantity(parity),
        ]
        func list(_ entries: [Transaction.AccessListEntry]) -> JSONValue {
            .array(
                entries.map { entry in
                    .object([
                        "address": .string(entry.address.description),
                        "storageKeys": .array(entry.storageKeys.map { .string($0.description) }),
                    ])
                })
        }
        switch transaction.form {
        case .legacy(let price, let chain):
            shown["gasPrice"] = RPCReader.quantity(price.value)
            shown["v"] = RPCReader.quantity(chain.map { $0.rawValue * 2 + 35 + parity } ?? 27 + parity)
        case .accessList(let price, let chain, let entries):
            shown["type"] = .string("0x1")
            shown["gasPrice"] = RPCReader.quantity(price.value)
            shown["chainId"] = RPCReader.quantity(chain.rawValue)
            shown["accessList"] = list(entries)
        case .dynamicFee(let fee, let tip, let chain, let entries):
            shown["type"] = .string("0x2")
            // What it paid: nodes say it of these too.
            shown["gasPrice"] = .string("0x2")
            shown["maxFeePerGas"] = RPCReader.quantity(fee.value)
            shown["maxPriorityFeePerGas"] = RPCReader.quantity(tip.value)
            shown["chainId"] = RPCReader.quantity(chain.rawValue)
            shown["accessList"] = list(entries)
        }
        if let type { shown["type"] = .string(type) }
        return shown
    }

    /// A number without zeros in front, as nodes write r and s.
    private static func short(_ bytes: [UInt8]) -> JSONValue {
        let digits = Hex.prefixed(bytes).dropFirst(2).drop { $0 == "0" }
        return .string("0x" + digits)
    }

    private func read(_ members: [String: JSONValue]) throws -> SentTransaction {
        let reader = RPCReader(method: "a fake", value: .object(members))
        return SentTransaction(reader, try TransactionLookup(reader))
    }

    @Test(arguments: 0..<5)
    func everyFormIsPutTogetherToItsBytes(_ form: Int) throws {
        // Signatures with zeros in front are among so many.
        for nonce in UInt64(0)..<300 {
            let signed = try signed(Self.forms[form], nonce: nonce, to: nonce.isMultiple(of: 2) ? nil : .zero)
            #expect(try read(members(signed)).signed == signed)
        }
    }

    @Test func whatDoesNotGiveTheHashIsNotWhatWasSigned() throws {
        let signed = try signed(Self.forms[3])
        for (name, value) in [
            ("gas", "0x5208"), ("value", "0x0"), ("nonce", "0x6"), ("from", Address.zero.description),
        ] {
            var members = members(signed)
            members[name] = .string(value)
            #expect(try read(members).signed == nil, "\(name)")
        }
        #expect(try read(members(signed, type: "0x4")).signed == nil)
        var members = members(signed)
        members["r"] = nil
        let sent = try read(members)
        #expect(sent.signed == nil && sent.lookup.nonce == 5, "what it does is known")
    }
}
