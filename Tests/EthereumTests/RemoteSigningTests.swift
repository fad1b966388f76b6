import EthereumTypes
import Testing

@testable import Ethereum

/// Answers of a fake service that signs, right ones and wrong ones.
@Suite struct RemoteSigningTests {
    private let key: PrivateKey
    private let asked: Transaction

    init() throws {
        key = try PrivateKey(hex: String(repeating: "3c", count: 32))
        asked = Self.transaction()
    }

    private static func transaction(
        chain: UInt64 = 11_155_111,
        nonce: UInt64 = 7,
        gas: UInt64 = 60_000,
        to: String = "0x00000000000000000000000000000000000000aa",
        value: UInt128 = 5,
        data: [UInt8] = [1, 2, 3],
        tip: UInt128 = 2,
        list: [Transaction.AccessListEntry] = []
    ) -> Transaction {
        guard let id = ChainID(chain) else { preconditionFailure("a chain has a number") }
        return Transaction(
            form: .dynamicFee(maxFeePerGas: Wei(30), maxPriorityFeePerGas: Wei(tip), chainID: id, list),
            nonce: nonce, gasLimit: gas, to: try? Address(to), value: Wei(value), data: data)
    }

    private func answer(_ raw: [UInt8]) -> FakeNode { FakeNode(result: "\"\(Hex.prefixed(raw))\"") }

    private func refusal(_ node: FakeNode) async -> EthereumRPC.SigningRefusal? {
        do throws(EthereumRPC.SigningRefusal) {
            _ = try await node.rpc.signTransaction(asked, from: key.address)
            return nil
        } catch {
            return error
        }
    }

    @Test func takesTheBytesAsWeb3SignerGivesThem() async throws {
        let signed = asked.signed(by: key)
        let node = answer(signed.raw)
        #expect(try await node.rpc.signTransaction(asked, from: key.address) == signed)
        #expect(
            node.asked == [
                """
                {"id":$ID,"jsonrpc":"2.0","method":"eth_signTransaction","params":[{"chainId":"0xaa36a7",\
                "data":"0x010203","from":"\(key.address)","gas":"0xea60","maxFeePerGas":"0x1e",\
                "maxPriorityFeePerGas":"0x2","nonce":"0x7","to":"0x00000000000000000000000000000000000000AA",\
                "type":"0x2","value":"0x5"}]}
                """
            ])
    }

    // MARK: What a Safe is asked for

    private let proposed = SafeTransaction(
        to: .zero, value: Wei(5), data: [1, 2], operation: .delegateCall, nonce: 7)

    private func signature(_ node: FakeNode) async throws -> Signature {
        try await node.rpc.sign(
            proposed, of: .zero, on: try #require(ChainID(11_155_111)), as: key.address)
    }

    private func signed(by key: PrivateKey, _ v: UInt8) throws -> String {
        let hash = proposed.hashes(of: .zero, on: try #require(ChainID(11_155_111))).transaction
        let signature = key.sign(hash)
        return "\"\(Hex.prefixed(signature.bytes.dropLast() + [v + (signature.yIsOdd ? 1 : 0)]))\""
    }

    @Test func aSafesTransactionIsSaidInFull() async throws {
        for v in [0, 27] as [UInt8] {
            let node = FakeNode(result: try signed(by: key, v))
            let hash = proposed.hashes(of: .zero, on: try #require(ChainID(11_155_111))).transaction
            #expect(try await signature(node) == key.sign(hash))
            let asked = try #require(node.asked.first)
            #expect(asked.contains(#""method":"eth_signTypedData_v4","params":["\#(key.address)","{"#))
            for part in [
                #"\"chainId\":\"11155111\""#, #"\"primaryType\":\"SafeTx\""#, #"\"data\":\"0x0102\""#,
                #"\"operation\":\"1\""#, #"\"nonce\":\"7\""#, #"\"value\":\"5\""#,
            ] { #expect(asked.contains(part), "\(asked)") }
        }
        // A service that knows the method by its other name.
        let node = FakeNode(
            .body(#"{"jsonrpc":"2.0","id":$ID,"error":{"code":-32601,"message":"no"}}"#),
            .body(#"{"jsonrpc":"2.0","id":$ID,"result":\#(try signed(by: key, 27))}"#))
        _ = try await signature(node)
        #expect(node.asked.last?.contains(#""eth_signTypedData""#) == true)
    }

    @Test func anythingButThisAccountsSignatureIsRefused() async throws {
        let other = try PrivateKey(hex: String(repeating: "5a", count: 32))
        await #expect(throws: EthereumRPC.SigningRefusal.otherSigner(other.address)) {
            try await signature(FakeNode(result: try signed(by: other, 27)))
        }
        for answer in ["\"0x\"", "\"0x\(String(repeating: "ff", count: 65))\"", try signed(by: key, 31)] {
            await #expect(throws: EthereumRPC.SigningRefusal.noSignature) {
                try await signature(FakeNode(result: answer))
            }
        }
    }

    @Test func takesTheBytesAsClefGivesThem() async throws {
        let signed = asked.signed(by: key)
        let node = FakeNode(result: #"{"raw":"\#(Hex.prefixed(signed.raw))","tx":{"nonce":"0x1"}}"#)
        #expect(try await node.rpc.signTransaction(asked, from: key.address) == signed)
    }

    @Test func asksForLegacyCreationsAndAccessLists() async throws {
        let id = try #require(ChainID(56))
        let slot = Keccak256.hash([])
        let entry = Transaction.AccessListEntry(address: .zero, storageKeys: [slot])
        let forms: [(Transaction.Form, String)] = [
            (.legacy(gasPrice: Wei(9), chainID: id), #""gasPrice":"0x9","nonce":"0x0","type":"0x0""#),
            (
                .accessList(gasPrice: Wei(9), chainID: id, [entry]),
                #"{"accessList":[{"address":"\#(Address.zero)","storageKeys":["\#(slot)"]}],"chainId":"0x38""#
            ),
        ]
        for (form, words) in forms {
            let creation = Transaction(
                form: form, nonce: 0, gasLimit: 1, to: nil, value: .zero, data: [0x60])
            let signed = creation.signed(by: key)
            let node = answer(signed.raw)
            #expect(try await node.rpc.signTransaction(creation, from: key.address) == signed)
            let text = try #require(node.asked.first)
            #expect(text.contains(words) && !text.contains("\"to\""))
        }
    }

    @Test func refusesWhatWasNotAskedFor() async throws {
        let entry = Transaction.AccessListEntry(address: .zero, storageKeys: [])
        let others: [(Transaction, String)] = [
            (Self.transaction(nonce: 8), "nonce"),
            (Self.transaction(chain: 1), "chain id"),
            (Self.transaction(to: "0x00000000000000000000000000000000000000ab"), "recipient"),
            (Self.transaction(to: ""), "recipient"),
            (Self.transaction(value: 6), "value"),
            (Self.transaction(data: [1, 2]), "data"),
            (Self.transaction(gas: 60_001), "gas limit"),
            (Self.transaction(tip: 3), "fees"),
            (Self.transaction(list: [entry]), "access list"),
        ]
        for (other, name) in others {
            #expect(
                await refusal(answer(other.signed(by: key).raw)) == .otherTransaction(differences: [name]))
        }
        let legacy = Transaction(
            form: .legacy(gasPrice: Wei(30), chainID: asked.chainID), nonce: asked.nonce,
            gasLimit: asked.gasLimit, to: asked.to, value: asked.value, data: asked.data)
        #expect(
            await refusal(answer(legacy.signed(by: key).raw))
                == .otherTransaction(differences: ["type", "fees"]))
    }

    @Test func refusesAnotherSigner() async throws {
        let thief = try PrivateKey(hex: String(repeating: "3d", count: 32))
        #expect(await refusal(answer(asked.signed(by: thief).raw)) == .otherSigner(thief.address))
    }

    /// The other s signs the same, and would give the same transaction a second hash.
    @Test func refusesAHighS() async throws {
        let signed = asked.signed(by: key)
        guard case .list(var fields) = try RLP.decode(Array(signed.raw.dropFirst())),
            case .bytes(let s) = fields[11]
        else {
            Issue.record("a signed transaction is a list")
            return
        }
        let order = try #require(
            Hex.decode("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141"))
        var high = [UInt8](repeating: 0, count: 32)
        var borrow = 0
        for (index, pair) in zip(order, [UInt8](repeating: 0, count: 32 - s.count) + s).enumerated()
            .reversed()
        {
            let digit = Int(pair.0) - Int(pair.1) - borrow
            borrow = digit < 0 ? 1 : 0
            high[index] = UInt8(digit + 256 * borrow)
        }
        fields[11] = .bytes(high)
        fields[9] = .integer(UInt64(signed.signature.yIsOdd ? 0 : 1))
        #expect(
            await refusal(answer([2] + RLP.encode(.list(fields)))) == .unreadable(.invalidSignature))
    }

    @Test func refusesBlobsAndWhatIsNoTransaction() async throws {
        let raw = asked.signed(by: key).raw
        #expect(await refusal(answer([3] + raw.dropFirst())) == .unreadable(.unsupportedType(3)))
        #expect(await refusal(answer([4] + raw.dropFirst())) == .unreadable(.unsupportedType(4)))
        #expect(await refusal(answer([])) == .unreadable(.empty))
        for result in ["null", "{}", "7", "\"\(Hex.encode(raw))\"", #"{"tx":{}}"#] {
            guard case .rpc(.malformed)? = await refusal(FakeNode(result: result)) else {
                Issue.record("\(result) was taken")
                return
            }
        }
    }

    @Test func passesOnWhatTheServiceSays() async throws {
        let node = FakeNode(error: #"{"code":-32000,"message":"request denied"}"#)
        #expect(
            await refusal(node)?.description == "eth_signTransaction: request denied (code -32000)")
        #expect(node.asked.count == 1)
    }

    private struct FakeDigestSigner: DigestSigner {
        let address: Address
        let key: PrivateKey

        func signature(of digest: Hash) async throws -> [UInt8] {
            let signature = key.sign(digest)
            func number(_ bytes: [UInt8]) -> [UInt8] {
                let plain = Array(bytes.drop { $0 == 0 })
                let body = (plain.first ?? 0) >= 0x80 ? [0] + plain : plain
                return [0x02, UInt8(body.count)] + body
            }
            let body = number(signature.r) + number(signature.s)
            return [0x30, UInt8(body.count)] + body
        }
    }

    @Test func aServiceOfDigestsSignsTransactionsAndIsNotBelieved() async throws {
        let honest = FakeDigestSigner(address: key.address, key: key)
        #expect(try await asked.signed(by: honest) == asked.signed(by: key))
        let other = FakeDigestSigner(address: .zero, key: key)
        await #expect(throws: TransactionError.invalidSignature) { try await asked.signed(by: other) }
    }
}
