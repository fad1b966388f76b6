import EthereumTypes
package import Foundation
import Synchronization

/// A node that speaks Ethereum's JSON-RPC over a transport that the caller brings.
///
/// A question may be asked again where the caller's ``Again`` says so; a transaction is handed over once.
package struct EthereumRPC: Sendable {
    /// Hands a request to the node and returns the body of its answer.
    package typealias Send = @Sendable (Data) async throws(TransportFailure) -> Data

    /// Gives every request of a client an id that none before it had.
    private final class Counter: Sendable {
        private let last = Atomic<Int64>(0)

        func next() -> Int64 { last.wrappingAdd(1, ordering: .relaxed).newValue }
    }

    /// Whether a question that failed is to be asked again; it waits before it says yes.
    ///
    /// Takes how often the question was asked, and its last failure.
    package typealias Again = @Sendable (_ asked: Int, RPCFailure) async -> Bool

    private let send: Send
    private let again: Again
    private let ids = Counter()

    package init(send: @escaping Send, again: @escaping Again = { _, _ in false }) {
        self.send = send
        self.again = again
    }

    /// Calls a method that changes nothing, again where that may help.
    func ask(_ method: String, _ parameters: [JSONValue]) async throws(RPCFailure) -> RPCReader {
        var asked = 1
        while true {
            do throws(RPCFailure) {
                return RPCReader(method: method, value: try await call(method, parameters))
            } catch {
                guard await again(asked, error) else { throw error }
                asked += 1
            }
        }
    }

    /// Calls one method once; a result of `null` is a value like any other.
    func call(_ method: String, _ parameters: [JSONValue]) async throws(RPCFailure) -> JSONValue {
        let id = ids.next()
        let answer = try await exchange(request(method, parameters, id: id), method: method)
        guard answer["id"] == .integer(id) || (answer["id"] ?? .null) == .null && answer["error"] != nil
        else {
            throw .malformed(method: method, "its id is not that of the request")
        }
        return try Self.result(of: answer, method: method)
    }

    /// Calls one method many times in one exchange; each call has a result or a failure of its own.
    ///
    /// - Throws: ``RPCFailure`` where the exchange as a whole failed.
    func batch(
        _ method: String,
        _ calls: [[JSONValue]]
    ) async throws(RPCFailure) -> [Result<JSONValue, RPCFailure>] {
        guard !calls.isEmpty else { return [] }
        let requests = calls.map { (id: ids.next(), parameters: $0) }
        let body = JSONValue.array(requests.map { request(method, $0.parameters, id: $0.id) })
        let answer = try await exchange(body, method: method)
        guard let answers = answer.array else {
            // A node that takes no batches answers with one error.
            _ = try Self.result(of: answer, method: method)
            throw .malformed(method: method, "a batch was answered with something that is not a list")
        }
        var byID: [JSONValue: JSONValue] = [:]
        for answer in answers {
            guard let id = answer["id"], byID.updateValue(answer, forKey: id) == nil else {
                throw .malformed(method: method, "an answer in a batch has no id of its own")
            }
        }
        return requests.map { request in
            guard let answer = byID[.integer(request.id)] else {
                return .failure(
                    .malformed(method: method, "the batch holds no answer to one of its requests"))
            }
            do throws(RPCFailure) {
                return .success(try Self.result(of: answer, method: method))
            } catch {
                return .failure(error)
            }
        }
    }

    private func request(_ method: String, _ parameters: [JSONValue], id: Int64) -> JSONValue {
        .object([
            "jsonrpc": .string("2.0"), "id": .integer(id), "method": .string(method),
            "params": .array(parameters),
        ])
    }

    private func exchange(_ body: JSONValue, method: String) async throws(RPCFailure) -> JSONValue {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(body) else {
            throw .malformed(method: method, "the request cannot be written as JSON")
        }
        let reply: Data
        do throws(TransportFailure) {
            reply = try await send(data)
        } catch {
            // Some nodes put the error that matters behind a status of 400 or 500.
            if case .status(let code, _, let body) = error, code != 429, code != 402,
                let answer = try? JSONDecoder().decode(JSONValue.self, from: body), answer["error"] != nil
            {
                return answer
            }
            throw .transport(error)
        }
        guard let answer = try? JSONDecoder().decode(JSONValue.self, from: reply) else {
            throw .malformed(method: method, "it is not JSON")
        }
        return answer
    }

    private static func result(of answer: JSONValue, method: String) throws(RPCFailure) -> JSONValue {
        if let error = answer["error"], error != .null {
            guard case .integer(let code)? = error["code"] else {
                throw .malformed(method: method, "its error has no code")
            }
            let revertData = revertData(in: error["data"])
            throw .node(
                NodeFault(
                    method: method,
                    code: code,
                    message: error["message"]?.string ?? "",
                    revertData: revertData
                )
            )
        }
        guard let result = answer["result"] else {
            throw .malformed(method: method, "it has neither a result nor an error")
        }
        return result
    }

    /// Most nodes give the data as a text, some within an object and some behind `Reverted `.
    private static func revertData(in data: JSONValue?) -> [UInt8]? {
        guard let data else { return nil }
        if let inner = data["data"] ?? data["result"] { return revertData(in: inner) }
        guard var text = data.string else { return nil }
        if text.hasPrefix("Reverted ") { text.removeFirst("Reverted ".count) }
        return text.hasPrefix("0x") ? Hex.decode(text) : nil
    }
}
