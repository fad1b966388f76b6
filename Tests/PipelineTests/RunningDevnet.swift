import Foundation
import Glibc
import Model
import Testing
import Transport

/// `hyperkit devnet` as a process of its own, and questions to its chain.
final class RunningDevnet {
    let url: String
    private let child: Child
    private let http = HTTPClient()

    /// Starts a chain and waits until it answers.
    init(_ sandbox: Sandbox, state: String? = nil, chainID: Int = 31_337) async throws {
        let kept = state.map { ["--state", $0] } ?? []
        child = try sandbox.start(
            ["devnet", "--port", "0", "--json", "--chain-id", "\(chainID)"] + kept)
        // It says where it is on standard output before it tells people on standard error.
        let told = await child.errorLine { $0.hasPrefix("devnet") }
        try #require(told != nil)
        let facts = try JSON(text: child.output)
        url = try #require(facts["url"].string)
        #expect(facts["chainId"].string == "\(chainID)")
    }

    /// Ends it as Control-C does.
    func stop() async {
        child.send(SIGINT)
        _ = await child.remainingErrors()
        #expect(await child.end() == .exited(130))
    }

    /// Transactions of an account that are in the chain.
    func transactionCount(_ account: String) async throws -> Int? {
        let count = try await ask("eth_getTransactionCount", "\"\(account)\", \"latest\"")
        return count.string.flatMap { Int($0.dropFirst(2), radix: 16) }
    }

    /// The code at an address, as hexadecimal digits behind `0x`.
    func code(_ address: String) async throws -> String? {
        try await ask("eth_getCode", "\"\(address)\", \"latest\"").string
    }

    /// What a contract answers to a call without arguments.
    func call(_ address: String, selector: String) async throws -> String? {
        try await ask("eth_call", "{\"to\": \"\(address)\", \"data\": \"\(selector)\"}, \"latest\"").string
    }

    func ask(_ method: String, _ parameters: String) async throws -> JSON {
        let body = #"{"jsonrpc": "2.0", "id": 1, "method": "\#(method)", "params": [\#(parameters)]}"#
        let reply = try await http.send(
            HTTPRequest(
                method: "POST",
                url: url,
                headers: ["Content-Type": "application/json"],
                body: Data(body.utf8)
            )
        )
        return try JSON(text: String(decoding: reply.body, as: UTF8.self))["result"]
    }
}

/// The first account of every devnet; it deploys where no signer is named.
enum DevelopmentAccount {
    static let address = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"
    /// Public: the first of the mnemonic that every development chain uses.
    static let key = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"
}
