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
    private func send(_ transaction: Transaction) async throws -> String {
        let raw = Hex.prefixed(transaction.signed(by: key).raw)
        return try #require(try await chain.ask("eth_sendRawTransaction", "\"\(raw)\"").string)
    }

    private static func number(_ value: JSON) throws -> UInt128 {
        try #require(value.string.flatMap { UInt128($0.dropFirst(2), radix: 16) })
    }
}
