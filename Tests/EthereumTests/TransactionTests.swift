import EthereumTypes
import Testing

@testable import Ethereum

@Suite struct TransactionTests {
    private struct Row: Decodable {
        struct Entry: Decodable {
            let address: String
            let storageKeys: [String]
        }

        let kind: String
        let key: String
        let nonce: String
        let gas: String
        let value: String
        let data: String
        let to: String?
        let chainId: String?
        let gasPrice: String?
        let maxFeePerGas: String?
        let maxPriorityFeePerGas: String?
        let accessList: [Entry]?
        let raw: String
        let hash: String
        let sender: String

        func transaction() throws -> Transaction {
            Transaction(
                form: try form(),
                nonce: try #require(UInt64(nonce)),
                gasLimit: try #require(UInt64(gas)),
                to: try to.map { try Address($0) },
                value: try wei(value),
                data: try #require(Hex.decode(data))
            )
        }

        private func form() throws -> Transaction.Form {
            let chainID = chainId.flatMap(UInt64.init(_:)).flatMap(ChainID.init)
            let list = try (accessList ?? []).map { entry in
                Transaction.AccessListEntry(
                    address: try Address(entry.address),
                    storageKeys: try entry.storageKeys.map { try #require(Hash($0)) }
                )
            }
            switch kind {
            case "legacy", "eip155":
                return .legacy(gasPrice: try wei(gasPrice), chainID: chainID)
            case "eip2930":
                return .accessList(gasPrice: try wei(gasPrice), chainID: try #require(chainID), list)
            default:
                return .dynamicFee(
                    maxFeePerGas: try wei(maxFeePerGas),
                    maxPriorityFeePerGas: try wei(maxPriorityFeePerGas),
                    chainID: try #require(chainID),
                    list
                )
            }
        }

        private func wei(_ text: String?) throws -> Wei { Wei(try #require(text.flatMap(UInt128.init(_:)))) }
    }

    private struct CreatedRow: Decodable {
        let sender: String
        let nonce: String
        let create: String
        let salt: String
        let initCodeHash: String
        let create2: String
    }

    @Test func agreesWithEthAccountBothWays() throws {
        let rows = try VectorFile.rows("transactions.jsonl", as: Row.self, count: 2000)
        for row in rows {
            let transaction = try row.transaction()
            let signed = transaction.signed(by: try PrivateKey(hex: row.key))
            #expect(Hex.prefixed(signed.raw) == row.raw)
            #expect(signed.hash.description == row.hash)
            #expect(signed.sender.description == row.sender)
            let read = try SignedTransaction(raw: try #require(Hex.decode(row.raw)))
            #expect(read == signed)
        }
        #expect(Dictionary(grouping: rows, by: \.kind).mapValues(\.count).allSatisfy { $1 == 500 })
        #expect(Set(rows.map(\.kind)) == ["legacy", "eip155", "eip2930", "eip1559"])
    }

    @Test func agreesOnTheAddressesOfNewContracts() throws {
        for row in try VectorFile.rows("created.jsonl", as: CreatedRow.self, count: 200) {
            let sender = try Address(row.sender)
            #expect(
                Address.created(by: sender, nonce: try #require(UInt64(row.nonce))).description == row.create)
            let created = Address.created2(
                by: sender,
                salt: try #require(Hex.decode(row.salt)),
                initCodeHash: try #require(Hash(row.initCodeHash))
            )
            #expect(created.description == row.create2)
        }
    }

    /// The examples of EIP-1014.
    @Test(arguments: [
        (
            "0x0000000000000000000000000000000000000000", "00", "00",
            "0x4D1A2e2bB4F88F0250f26Ffff098B0b30B26BF38"
        ),
        (
            "0xdeadbeef00000000000000000000000000000000", "00", "00",
            "0xB928f69Bb1D91Cd65274e3c79d8986362984fDA3"
        ),
        (
            "0xdeadbeef00000000000000000000000000000000", "feed000000000000000000000000000000000000", "00",
            "0xD04116cDd17beBE565EB2422F2497E06cC1C9833"
        ),
        (
            "0x0000000000000000000000000000000000000000", "00", "deadbeef",
            "0x70f2b2914A2a4b783FaEFb75f459A580616Fcb5e"
        ),
        (
            "0x00000000000000000000000000000000deadbeef", "cafebabe", "deadbeef",
            "0x60f3f640a8508fC6a86d45DF051962668E1e8AC7"
        ),
        (
            "0x00000000000000000000000000000000deadbeef", "cafebabe",
            String(repeating: "deadbeef", count: 11), "0x1d8bfDC5D46DC4f61D6b6115972536eBE6A8854C"
        ),
        (
            "0x0000000000000000000000000000000000000000", "00", "",
            "0xE33C0C7F7df4809055C3ebA6c09CFe4BaF1BD9e0"
        ),
    ])
    func agreesWithTheExamplesOfCREATE2(_ factory: String, salt: String, code: String, created: String) throws
    {
        let salt = try #require(Hex.decode(salt))
        let address = Address.created2(
            by: try Address(factory),
            salt: [UInt8](repeating: 0, count: 32 - salt.count) + salt,
            initCodeHash: Keccak256.hash(try #require(Hex.decode(code)))
        )
        #expect(address.description == created)
    }

    private func sample(to: Address? = nil, data: [UInt8] = []) throws -> SignedTransaction {
        Transaction(
            form: .dynamicFee(
                maxFeePerGas: Wei(30),
                maxPriorityFeePerGas: Wei(2),
                chainID: try #require(ChainID(1)),
                []
            ),
            nonce: 7,
            gasLimit: 100,
            to: to,
            value: Wei(5),
            data: data
        ).signed(by: try PrivateKey(hex: String(repeating: "01", count: 32)))
    }

    @Test func knowsWhatItCreatesAndWhatItMayCost() throws {
        let creating = try sample()
        #expect(creating.createdAddress == Address.created(by: creating.sender, nonce: 7))
        #expect(try sample(to: .zero).createdAddress == nil)
        #expect(creating.transaction.maxCost == Wei(3_005))
    }

    @Test(
        arguments: [
            (3, "blob transactions (type 3) are not supported"),
            (4, "set-code transactions (type 4) are not supported"),
            (0, "transactions of type 0 are not supported"),
            (0x7f, "transactions of type 127 are not supported"),
        ] as [(UInt8, String)])
    func refusesOtherTypesByName(_ type: UInt8, _ message: String) throws {
        let raw = [type] + (try sample().raw.dropFirst())
        let error = try #require(throws: TransactionError.self) { try SignedTransaction(raw: raw) }
        #expect(error.description == message)
    }

    @Test func refusesBytesThatAreNotTheOneEncoding() throws {
        let raw = try sample().raw
        #expect(throws: TransactionError.empty) { try SignedTransaction(raw: []) }
        #expect(throws: TransactionError.notRLP(.trailing(offset: raw.count - 1))) {
            try SignedTransaction(raw: raw + [0])
        }
        #expect(throws: TransactionError.malformed(field: "list of fields")) {
            try SignedTransaction(raw: [0x02, 0xc0])
        }
        #expect(throws: TransactionError.notRLP(.truncated(offset: 1))) {
            try SignedTransaction(raw: Array(raw.dropLast()))
        }
    }

    /// Signing with the order less s gives the same signer; a chain that takes both takes a transaction twice.
    @Test func refusesAHighS() throws {
        let fields: [RLP.Item] = [
            .integer(UInt64(1)), .integer(UInt64(1)), .integer(UInt64(21_000)), .bytes([]),
            .integer(UInt64(0)),
            .bytes([]), .integer(UInt64(27)), .bytes([1]),
            .bytes([UInt8](repeating: 0xf0, count: 32)),
        ]
        #expect(throws: TransactionError.invalidSignature) {
            try SignedTransaction(raw: RLP.encode(.list(fields)))
        }
    }

    @Test func readsTheChainOutOfVUpToTheLargest() throws {
        let transaction = Transaction(
            form: .legacy(gasPrice: Wei(1), chainID: ChainID(.max)),
            nonce: 0,
            gasLimit: 21_000,
            to: .zero,
            value: .zero,
            data: []
        )
        let signed = transaction.signed(by: try PrivateKey(hex: String(repeating: "02", count: 32)))
        #expect(try SignedTransaction(raw: signed.raw).transaction == transaction)
    }

    @Test func knowsTheLeastGasOfATransaction() throws {
        let creation = try sample(data: [0, 0, 1] + [UInt8](repeating: 1, count: 30)).transaction
        #expect(GasRules.shanghai.intrinsicGas(of: creation) == 21_000 + 32_000 + 2 * 4 + 31 * 16 + 2 * 2)
        let call = try sample(to: .zero, data: [0, 1]).transaction
        #expect(GasRules.shanghai.intrinsicGas(of: call) == 21_020)
        #expect(GasRules.prague.intrinsicGas(of: call) == 21_050)
        let listed = Transaction(
            form: .accessList(
                gasPrice: Wei(1),
                chainID: try #require(ChainID(1)),
                [.init(address: .zero, storageKeys: [Keccak256.hash([])])]
            ),
            nonce: 0,
            gasLimit: 0,
            to: .zero,
            value: .zero,
            data: []
        )
        #expect(GasRules.prague.intrinsicGas(of: listed) == 21_000 + 2_400 + 1_900)
    }
}
