import Ethereum
import EthereumTypes
import Foundation
import Testing

/// What people do with a transaction that a run has written down: they sign it somewhere else and send it.
struct Wallet {
    let chain: RunningDevnet
    let key: PrivateKey

    init(_ chain: RunningDevnet, key: String = DevelopmentAccount.key) throws {
        self.chain = chain
        self.key = try PrivateKey(hex: key)
    }

    /// Signs and sends the content of a file of `unsigned/`, with another nonce where one is given.
    @discardableResult
    func send(_ file: String, nonce: UInt64? = nil) async throws -> String {
        let asked = try JSON(text: file)
        let transaction = try Transaction(
            form: .dynamicFee(
                maxFeePerGas: Wei(Self.number(asked["maxFeePerGas"])),
                maxPriorityFeePerGas: Wei(Self.number(asked["maxPriorityFeePerGas"])),
                chainID: #require(ChainID(UInt64(Self.number(asked["chainId"])))),
                []
            ),
            nonce: nonce ?? UInt64(Self.number(asked["nonce"])),
            gasLimit: UInt64(Self.number(asked["gas"])),
            to: asked["to"].string.map { try Address($0) },
            value: Wei(Self.number(asked["value"])),
            data: #require(Hex.decode(asked["data"].string ?? ""))
        )
        return try await send(transaction)
    }

    /// Creates a contract.
    func create(_ initCode: [UInt8]) async throws -> Address {
        let receipt = try await receipt(of: try await send(to: nil, initCode))
        return try Address(try #require(receipt["contractAddress"].string))
    }

    /// Calls a contract, which succeeds.
    func call(_ contract: Address, _ data: [UInt8]) async throws {
        _ = try await receipt(of: try await send(to: contract, data))
    }

    /// Sends money.
    func pay(_ address: String, _ value: Wei) async throws {
        _ = try await receipt(of: try await send(to: try Address(address), [], value: value))
    }

    private func send(to: Address?, _ data: [UInt8], value: Wei = .zero) async throws -> String {
        let nonce = try #require(try await chain.transactionCount(key.address.description))
        return try await send(
            Transaction(
                form: .legacy(gasPrice: Wei(3_000_000_000), chainID: ChainID(31_337)),
                nonce: UInt64(nonce),
                gasLimit: 8_000_000,
                to: to,
                value: value,
                data: data
            )
        )
    }

    private func receipt(of hash: String) async throws -> JSON {
        let receipt = try await chain.ask("eth_getTransactionReceipt", "\"\(hash)\"")
        try #require(receipt["status"] == "0x1", "\(receipt)")
        return receipt
    }

    /// The signed transaction with which everybody deploys the deterministic proxy (its project's README).
    private static let factory =
        "0xf8a58085174876e800830186a08080b853604580600e600039806000f350fe7fffffffffffffffffffffffffffffffffffffff"
        + "ffffffffffffffffffffffffe03601600081602082378035828234f58015156039578182fd5b8082525050506014600cf31ba0"
        + "2222222222222222222222222222222222222222222222222222222222222222a0222222222222222222222222222222222222"
        + "2222222222222222222222222222"

    /// Has the chain have the deterministic proxy, as everybody deploys it.
    func deployFactory() async throws {
        try await pay("0x3fab184622dc19b6109349b94811493bf2a45362", Wei(10_000_000_000_000_000))
        _ = try await chain.ask("eth_sendRawTransaction", "\"\(Self.factory)\"")
    }

    /// Sends a wei to nobody, which takes a nonce.
    func spend(nonce: UInt64) async throws {
        try await send(
            Transaction(
                form: .legacy(gasPrice: Wei(2_000_000_000), chainID: ChainID(31_337)),
                nonce: nonce,
                gasLimit: 21_000,
                to: Address("0x00000000000000000000000000000000000000AA"),
                value: Wei(1),
                data: []
            )
        )
    }

    @discardableResult
    func send(_ transaction: Transaction) async throws -> String {
        let raw = Hex.prefixed(transaction.signed(by: key).raw)
        return try #require(try await chain.ask("eth_sendRawTransaction", "\"\(raw)\"").string)
    }

    private static func number(_ value: JSON) throws -> UInt128 {
        try #require(value.string.flatMap { UInt128($0.dropFirst(2), radix: 16) })
    }
}
