import Ethereum
import EthereumTypes
import Foundation
import Support
import Synchronization

/// A Safe Transaction Service in name only: it asks no chain, keeps what it is handed, and takes only what the real one would:
/// a proposal whose hash is that of its fields, signed by somebody whom it knows.
final class FakeSafeService: Sendable {
    private struct Proposal: Decodable {
        let to: String
        let value: String
        let data: String
        let operation: UInt8
        let nonce: UInt64
        let safeTxGas: String
        let baseGas: String
        let gasPrice: String
        let gasToken: String
        let refundReceiver: String
        let contractTransactionHash: String
        let sender: String
        let signature: String
        let origin: String
    }

    /// What it was handed.
    private final class Kept: Sendable {
        let all = Mutex<[String: String]>([:])
    }

    private let server: TestServer
    private let kept: Kept

    /// - Parameters:
    ///   - safe: The Safe that it knows.
    ///   - chainID: Its chain.
    ///   - members: Owners and delegates.
    ///   - words: What it says to others.
    /// - Throws: What listening throws.
    init(of safe: Address, on chainID: ChainID, members: [String], words: String = "not an owner") throws {
        let kept = Kept()
        self.kept = kept
        server = try TestServer { request, connection in
            let path = request.path.split(separator: "/").map(String.init)
            let answer: (status: String, body: String)
            switch (request.line.hasPrefix("POST"), path.last) {
            case (false, let hash?):
                let known = kept.all.withLock { $0[hash] }
                answer =
                    known == nil
                    ? ("404 Not Found", #"{"detail":"No MultisigTransaction matches the given query."}"#)
                    : ("200 OK", #"{"safeTxHash":"\#(hash)","safe":"\#(safe)"}"#)
            default:
                answer = Self.take(request, path, safe, chainID, members, words, kept)
            }
            return connection.reply(Data(answer.body.utf8), status: answer.status)
        }
    }

    private static func take(
        _ request: TestServer.Request,
        _ path: [String],
        _ safe: Address,
        _ chainID: ChainID,
        _ members: [String],
        _ words: String,
        _ kept: Kept
    ) -> (status: String, body: String) {
        func refusal(_ words: String) -> (status: String, body: String) {
            ("422 Unprocessable Entity", #"{"nonFieldErrors":["\#(words)"]}"#)
        }
        guard path.suffix(3) == ["safes", safe.description, "multisig-transactions"],
            let asked = try? JSONDecoder().decode(Proposal.self, from: request.body),
            let to = try? Address(asked.to), let value = UInt128(asked.value),
            let data = Hex.decode(asked.data), let signed = Hex.decode(asked.signature), signed.count == 65,
            let operation = SafeTransaction.Operation(rawValue: asked.operation)
        else { return refusal("not readable") }
        let zeros = [asked.safeTxGas, asked.baseGas, asked.gasPrice]
        guard zeros == ["0", "0", "0"], asked.gasToken == Address.zero.description,
            asked.refundReceiver == asked.gasToken, asked.origin == "hyperkit"
        else { return refusal("other gas") }
        let hash = SafeTransaction(
            to: to, value: Wei(value), data: data, operation: operation, nonce: asked.nonce
        ).hashes(of: safe, on: chainID).transaction
        guard asked.contractTransactionHash == hash.description else { return refusal("another hash") }
        let signature = Signature(
            r: Array(signed[0..<32]), s: Array(signed[32..<64]), yIsOdd: signed[64] == 28)
        guard [27, 28].contains(signed[64]), let signature,
            signature.signer(of: hash)?.address.description == asked.sender
        else { return refusal("another signature") }
        guard members.contains(asked.sender) else { return refusal(words) }
        kept.all.withLock { $0[hash.description] = asked.signature }
        return ("201 Created", "")
    }

    var url: String { server.url("") }

    /// The signatures that it was handed, by the hash of what they sign.
    var signatures: [String: String] { kept.all.withLock(\.self) }

    /// The methods of the requests so far.
    var asked: [String] { server.requests.map { String($0.line.prefix { $0 != " " }) } }

    var headers: [[String: String]] { server.requests.map(\.headers) }

    func stop() { server.stop() }
}
