import Ethereum
import EthereumTypes
import Foundation
import Ledger
import Model

/// The API of the Safe Transaction Service, version 2 (its OpenAPI document), as pure functions of what is asked and answered.
struct SafeServiceProtocol: Sendable {
    /// What a service answers.
    enum Answer: Hashable, Sendable {
        /// It has what it was asked for.
        case has
        /// It has not heard of it.
        case missing
        /// It does not want to be asked now.
        case later(String)
        case refused(String)
    }

    /// What the service names as the source of a proposal.
    private static let origin = "hyperkit"
    /// Of an answer that is read, in bytes.
    static let mostBytes = 1 << 20
    static let deadline = Duration.seconds(60)

    /// Without `/api` and without a slash at its end; it may hold a key.
    private let url: Secret
    private let key: Secret?
    private let secrets: URLSecrets

    init(url: Secret, key: Secret?) {
        var text = url.reveal()
        for end in ["/", "/api", "/"] where text.hasSuffix(end) { text.removeLast(end.count) }
        self.url = Secret(text)
        self.key = key
        secrets = URLSecrets(text)
    }

    /// Asks whether it has a batch.
    func question(_ hash: Hash) -> HTTPRequest { request("GET", "multisig-transactions/\(hash)/") }

    func answer(toQuestion reply: HTTPReply, about hash: Hash) -> Answer {
        if let passing = passing(reply) { return passing }
        if reply.status == 404 { return .missing }
        struct Known: Decodable { let safeTxHash: String }
        let known = try? JSONDecoder().decode(Known.self, from: reply.body)
        guard reply.status == 200, known.flatMap({ Hash($0.safeTxHash) }) == hash else {
            return .refused(words(reply))
        }
        return .has
    }

    /// Hands a batch over, with a signature of it.
    func submission(
        _ batch: SafeProposal,
        _ confirmation: SafeProposal.Confirmation
    ) throws(StepFailure) -> HTTPRequest {
        guard let transaction = batch.transaction, let hashes = batch.hashes else { throw .cancelled }
        let wire = SafeServiceProposal(
            to: transaction.to.description,
            value: transaction.value.description,
            data: Hex.prefixed(transaction.data),
            operation: transaction.operation.rawValue,
            nonce: transaction.nonce,
            contractTransactionHash: hashes.transaction.description,
            sender: confirmation.proposer.description,
            signature: Hex.prefixed(confirmation.signature),
            origin: Self.origin
        )
        var request = request("POST", "safes/\(batch.lane.sender)/multisig-transactions/")
        request.headers["content-type"] = "application/json"
        request.body = try WireJSON.encode(wire)
        return request
    }

    func answer(toSubmission reply: HTTPReply) -> Answer {
        if let passing = passing(reply) { return passing }
        return [200, 201].contains(reply.status) ? .has : .refused(words(reply))
    }

    /// The key goes into a header, so that it is in no URL, which others may write down.
    private func request(_ method: String, _ path: String) -> HTTPRequest {
        var headers = ["accept": "application/json"]
        if let key { headers["authorization"] = "Bearer \(key.reveal())" }
        return HTTPRequest(
            method: method,
            url: "\(url.reveal())/api/v2/\(path)",
            headers: headers,
            deadline: Self.deadline,
            replyBytes: Self.mostBytes
        )
    }

    private func passing(_ reply: HTTPReply) -> Answer? {
        switch reply.status {
        case 429: .later("it limits how often it is asked")
        case 500...599, 408: .later("it answered with status \(reply.status)")
        default: nil
        }
    }

    /// Why it does not take it, in its own words: they are in fields of many names.
    private func words(_ reply: HTTPReply) -> String {
        let body = secrets.removed(from: reply.body)
        let start = "status \(reply.status)"
        guard let said = try? JSONSerialization.jsonObject(with: body) else { return start }
        let texts = Self.texts(said)
        return texts.isEmpty ? start : "\(start): \(texts.joined(separator: "; "))"
    }

    private static func texts(_ value: Any) -> [String] {
        switch value {
        case let text as String: [text]
        case let list as [Any]: list.flatMap(texts)
        case let fields as [String: Any]: fields.sorted { $0.key < $1.key }.flatMap { texts($0.value) }
        default: []
        }
    }
}

/// What the service is handed; gas is paid by whoever executes it.
private struct SafeServiceProposal: Encodable {
    let to: String
    let value: String
    let data: String
    let operation: UInt8
    let nonce: UInt64
    var safeTxGas = "0"
    var baseGas = "0"
    var gasPrice = "0"
    var gasToken = Address.zero.description
    var refundReceiver = Address.zero.description
    let contractTransactionHash: String
    let sender: String
    let signature: String
    let origin: String
}
