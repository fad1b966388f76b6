import EthereumTypes
import Testing

@testable import Ethereum

/// What a transaction tells of the contract that it created.
@Suite struct CreationInputTests {
    static let code: [UInt8] = [0x60, 0x01, 0x60, 0x02]
    static let salt = [UInt8](repeating: 7, count: 32)
    static let sender = Address(hashTail: Keccak256.hash("sender".utf8))
    static let safe = Address(hashTail: Keccak256.hash("safe".utf8))

    private let chain: ChainID

    init() throws { chain = try #require(ChainID(1)) }

    private func transaction(to: Address?, _ input: [UInt8]) throws -> TransactionLookup {
        let hash = Keccak256.hash(input).description
        return try TransactionLookup(
            RPCReader(
                method: "a fake",
                value: .object([
                    "hash": .string(hash), "from": .string(Self.sender.description), "nonce": .string("0x1"),
                    "to": to.map { .string($0.description) } ?? .null, "value": .string("0x0"),
                    "gas": .string("0x5208"), "input": .string(Hex.prefixed(input)),
                ])))
    }

    /// Where a factory puts the code for a sender.
    private func place(_ factory: Create2Factory, _ sender: Address, _ code: [UInt8] = code) throws -> Address
    {
        let salt = try #require(factory.effectiveSalt(Self.salt, sender: sender, chainID: chain))
        return Address.created2(by: factory.address, salt: salt, initCodeHash: Keccak256.hash(code))
    }

    private func word(_ number: Int) -> [UInt8] {
        [UInt8](repeating: 0, count: 28) + (0..<4).map { UInt8(truncatingIfNeeded: number >> (24 - 8 * $0)) }
    }

    @Test func aCreationIsItsInput() throws {
        let sent = try transaction(to: nil, Self.code)
        #expect(sent.creation(of: .zero, by: nil, on: chain) == .initCode(Self.code))
    }

    @Test(arguments: Create2Factory.allCases)
    func aFactorysCallTellsWhatItMade(_ factory: Create2Factory) throws {
        let sent = try transaction(
            to: factory.address, factory.callData(salt: Self.salt, initCode: Self.code))
        let place = try place(factory, Self.sender)
        #expect(sent.creation(of: place, by: nil, on: chain) == .initCode(Self.code))
        #expect(sent.creation(of: Self.safe, by: nil, on: chain) == .another)
        #expect(
            try transaction(to: factory.address, [1, 2, 3]).creation(of: place, by: nil, on: chain)
                == .untold)
    }

    @Test(arguments: Create2Factory.allCases, [1, 2])
    func aSafesTransactionTellsIt(_ factory: Create2Factory, _ calls: Int) throws {
        let data = factory.callData(salt: Self.salt, initCode: Self.code)
        let call = SafeBatch.Call(to: factory.address, value: .zero, data: data)
        let other = SafeBatch.Call(to: factory.address, value: .zero, data: [9])
        let batch = try #require(SafeBatch(Array([call, other].prefix(calls)).reversed()))
        let wanted = batch.transaction(nonce: 0, multiSend: Self.sender)
        // execTransaction(to, value, data, operation, …, signatures): the data is at the end here.
        let input: [UInt8] =
            [1, 2, 3, 4] + [UInt8](repeating: 0, count: 12) + wanted.to.bytes + word(0) + word(96)
            + word(wanted.data.count) + wanted.data
        let sent = try transaction(to: Self.safe, input)
        #expect(
            sent.creation(of: try place(factory, Self.safe), by: Self.safe, on: chain) == .initCode(Self.code)
        )
        #expect(
            sent.creation(of: try place(factory, Self.safe, [1]), by: Self.safe, on: chain) == .untold)
    }

    @Test func whatIsNoCallAtAllTellsNothing() throws {
        for input in [
            [], [1], Create2Factory.createX.address.bytes,
            word(1) + Create2Factory.createX.address.bytes + word(1 << 30),
        ] {
            #expect(try transaction(to: Self.safe, input).creation(of: .zero, by: nil, on: chain) == .untold)
        }
    }
}
