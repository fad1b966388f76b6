import BigInt
import Ethereum
import EthereumTypes
import Foundation
import Testing

/// A Safe 1.4.1 on a devnet with one owner, deployed from the code that its authors compiled.
struct RealSafe {
    let wallet: Wallet
    let address: Address
    let multiSend: Address

    init(_ wallet: Wallet) async throws {
        self.wallet = wallet
        multiSend = try await Self.multiSend(wallet)
        let singleton = try await wallet.create(try Self.code("Safe"))
        address = try await wallet.create(try Self.code("SafeProxy") + Self.word(singleton))
        let setup =
            Selector.of("setup(address[],uint256,address,bytes,address,address,uint256,address)")
            + Self.words([256, 1, 0, 320, 0, 0, 0, 0]) + Self.words([1]) + Self.word(wallet.key.address)
            + Self.words([0])
        try await wallet.call(address, setup)
    }

    /// Puts another MultiSendCallOnly there, as each version and many a wallet has its own.
    static func multiSend(_ wallet: Wallet) async throws -> Address {
        try await wallet.create(try code("MultiSendCallOnly"))
    }

    private static func code(_ name: String) throws -> [UInt8] {
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Fixtures/safe/bytecode-1.4.1.json")
        let code = try JSON(text: String(contentsOf: file, encoding: .utf8))
        return try #require(Hex.decode(code[name].string ?? ""))
    }

    /// What the Safe itself says is signed for a transaction of a file of `safe/`.
    func hash(of proposal: JSON) async throws -> String {
        let data = try #require(Hex.decode(proposal["data"].string ?? ""))
        let (head, tail) = try arguments(proposal, data)
        let call =
            Selector.of(
                "getTransactionHash(address,uint256,bytes,uint8,uint256,uint256,uint256,address,address,uint256)"
            )
            + head + Self.words([UInt64(try #require(proposal["nonce"].integer))]) + tail
        return try #require(
            try await wallet.chain.call(address.description, selector: Hex.prefixed(call)))
    }

    /// Signs and executes it, as its one owner.
    func execute(_ proposal: JSON) async throws {
        try await wallet.call(address, try execution(of: proposal))
    }

    /// Call data that executes it, with its one owner's signature: whoever sends it.
    func execution(of proposal: JSON) throws -> [UInt8] {
        let data = try #require(Hex.decode(proposal["data"].string ?? ""))
        let hash = try #require(Hash(proposal["safeTxHash"].string ?? ""))
        let signature = wallet.key.sign(hash)
        let signed = signature.r + signature.s + [27 + (signature.yIsOdd ? 1 : 0)]
        let (head, tail) = try arguments(proposal, data)
        let start = UInt64(10 * 32 + tail.count)
        return Selector.of(
            "execTransaction(address,uint256,bytes,uint8,uint256,uint256,uint256,address,address,bytes)")
            + head + Self.words([start]) + tail + Self.tail(signed)
    }

    /// The same calls under another nonce, or others, as a wallet makes a transaction of them.
    func proposal(
        to: String,
        data: String,
        operation: Int = 0,
        nonce: Int
    ) async throws -> JSON {
        let fields =
            #""to": "\#(to)", "value": "0", "data": "\#(data)", "operation": \#(operation), "nonce": \#(nonce)"#
        let hash = try await hash(of: JSON(text: "{\(fields)}"))
        return try JSON(text: "{\(fields), \"safeTxHash\": \"\(hash)\"}")
    }

    /// Whether the Safe itself takes a signature as enough to execute what has a hash.
    func takes(_ signature: String, of hash: String) async throws -> Bool {
        let signed = try #require(Hex.decode(signature))
        let call =
            Selector.of("checkSignatures(bytes32,bytes,bytes)") + (try #require(Hex.decode(hash)))
            + Self.words([96, 128]) + Self.tail([]) + Self.tail(signed)
        return try await wallet.chain.call(address.description, selector: Hex.prefixed(call)) == "0x"
    }

    /// Lets its one owner act as a module, which signs nothing and uses no nonce.
    func enableModule(nonce: Int) async throws {
        let data = Selector.of("enableModule(address)") + Self.word(wallet.key.address)
        try await execute(to: "\(address)", data: Hex.prefixed(data), nonce: nonce)
    }

    /// Does as a module what is in a file of `safe/`.
    func executeAsModule(_ proposal: JSON) async throws {
        let data = try #require(Hex.decode(proposal["data"].string ?? ""))
        let to = try Address(try #require(proposal["to"].string))
        let operation = UInt64(try #require(proposal["operation"].integer))
        try await wallet.call(
            address,
            Selector.of("execTransactionFromModule(address,uint256,bytes,uint8)") + Self.word(to)
                + Self.words([0, 128, operation]) + Self.tail(data))
    }

    /// Has it make a call that no run proposed.
    func execute(to: String, data: String, nonce: Int) async throws {
        try await execute(try await proposal(to: to, data: data, nonce: nonce))
    }

    /// The words that both calls begin with, but for the last, and the data behind all ten.
    private func arguments(_ proposal: JSON, _ data: [UInt8]) throws -> (head: [UInt8], tail: [UInt8]) {
        let to = try Address(try #require(proposal["to"].string))
        let value = try #require(UInt64(proposal["value"].string ?? ""))
        let operation = UInt64(try #require(proposal["operation"].integer))
        return (
            Self.word(to) + Self.words([value, 320, operation, 0, 0, 0, 0, 0]), Self.tail(data)
        )
    }

    private static func tail(_ bytes: [UInt8]) -> [UInt8] {
        words([UInt64(bytes.count)]) + bytes + [UInt8](repeating: 0, count: (32 - bytes.count % 32) % 32)
    }

    private static func words(_ numbers: [UInt64]) -> [UInt8] { numbers.flatMap { BigUInt($0).word } }

    private static func word(_ address: Address) -> [UInt8] {
        [UInt8](repeating: 0, count: 12) + address.bytes
    }
}
