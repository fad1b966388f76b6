import EthereumTypes
import Foundation
import Model
import Synchronization

@testable import Ethereum

/// A fake JSON-RPC node in memory that misbehaves when it is told to.
final class FaultyNode: Sendable {
    enum Fault: Sendable {
        /// The request takes effect, and nobody hears of it.
        case loseReply
        /// The request is lost, and nobody knows.
        case loseRequest
        case connectionRefused
        case garbage
        case refuse(code: Int64, String, data: String? = nil)
        case status(Int, retryAfter: Int? = nil)
        /// Something happens to the chain first; the answer is the right one.
        case first(@Sendable (inout FakeChain) -> Void)
    }

    fileprivate struct State {
        var chain: FakeChain
        var faults: [(method: String, skip: Int, fault: Fault)] = []
        var asked: [String] = []
        var pauses: [(count: Int, change: @Sendable (inout FakeChain) -> Void)] = []
        /// Asked for a fault where none is planned, by method.
        var dice: (@Sendable (String, inout FakeChain) -> Fault?)?
    }

    private let state: Mutex<State>

    init(_ chain: FakeChain) { state = Mutex(State(chain: chain)) }

    /// The methods that arrived, in order.
    var asked: [String] { state.withLock(\.asked) }
    var chain: FakeChain { state.withLock(\.chain) }
    var sends: Int { asked.count { $0 == "eth_sendRawTransaction" } }

    func change(_ change: (inout FakeChain) -> Void) { state.withLock { change(&$0.chain) } }

    /// Plans a fault for the next call of a method, or for one after `skipping` more.
    func plan(_ fault: Fault, on method: String, skipping skip: Int = 0, times: Int = 1) {
        state.withLock { state in
            for _ in 0..<times { state.faults.append((method, skip, fault)) }
        }
    }

    func rollDice(_ dice: (@Sendable (String, inout FakeChain) -> Fault?)?) {
        state.withLock { $0.dice = dice }
    }

    /// Changes the chain at the caller's `count`th pause from now.
    func atPause(_ count: Int, _ change: @escaping @Sendable (inout FakeChain) -> Void) {
        state.withLock { $0.pauses.append((count, change)) }
    }

    /// The caller waits: blocks come, and what was planned for this pause happens.
    func pause() {
        state.withLock { state in
            if !state.chain.minesAtOnce { state.chain.mine() }
            for index in state.pauses.indices { state.pauses[index].count -= 1 }
            for pause in state.pauses where pause.count == 0 { pause.change(&state.chain) }
            state.pauses.removeAll { $0.count <= 0 }
        }
    }

    /// What one request gets: an answer of JSON-RPC, or something else in its place.
    private enum Reply {
        case answer(JSONValue)
        case other(HTTPReply)
    }

    /// Answers a request, or each of a batch; a fault of the way that one of a batch meets is the whole batch's.
    func answer(_ request: HTTPRequest) throws(HTTPError) -> HTTPReply {
        guard let body = try? JSONDecoder().decode(JSONValue.self, from: request.body) else {
            throw HTTPError(.unknown, "this is no request")
        }
        var answers: [JSONValue] = []
        for single in body.array ?? [body] {
            switch try reply(to: single) {
            case .answer(let answer): answers.append(answer)
            case .other(let reply): return reply
            }
        }
        let whole = body.array == nil ? answers[0] : .array(answers)
        return HTTPReply(status: 200, body: (try? JSONEncoder().encode(whole)) ?? Data())
    }

    private func reply(to body: JSONValue) throws(HTTPError) -> Reply {
        guard let method = body["method"]?.string, let id = body["id"] else {
            throw HTTPError(.unknown, "this is no request")
        }
        let parameters = body["params"]?.array ?? []
        let result: Result<Reply, HTTPError> = state.withLock { state in
            state.asked.append(method)
            switch state.nextFault(method) {
            case nil: return .success(.answer(Self.answer(id, &state.chain, method, parameters)))
            case .first(let change):
                change(&state.chain)
                return .success(.answer(Self.answer(id, &state.chain, method, parameters)))
            case .loseReply:
                _ = Self.answer(id, &state.chain, method, parameters)
                return .failure(HTTPError(.unknown, "the connection broke"))
            case .loseRequest: return .failure(HTTPError(.unknown, "the connection broke"))
            case .connectionRefused: return .failure(HTTPError(.notSent, "connection refused"))
            case .garbage:
                return .success(.other(HTTPReply(status: 200, body: Data("<html>busy</html>".utf8))))
            case .refuse(let code, let message, let data):
                return .success(.answer(Self.answer(id, error: Self.error(code, message, data: data))))
            case .status(let status, let wait):
                let headers = wait.map { ["retry-after": String($0)] } ?? [:]
                return .success(.other(HTTPReply(status: status, headers: headers, body: Data())))
            }
        }
        return try result.get()
    }

    // MARK: JSON

    private static func answer(
        _ id: JSONValue,
        _ chain: inout FakeChain,
        _ method: String,
        _ parameters: [JSONValue]
    ) -> JSONValue {
        switch FakeMethods.result(&chain, method, parameters) {
        case .success(let result): .object(["id": id, "jsonrpc": .string("2.0"), "result": result])
        case .failure(let refusal):
            answer(id, error: error(refusal.code, refusal.message, data: refusal.data))
        }
    }

    private static func answer(_ id: JSONValue, error: JSONValue) -> JSONValue {
        .object(["id": id, "jsonrpc": .string("2.0"), "error": error])
    }

    private static func error(_ code: Int64, _ message: String, data: String? = nil) -> JSONValue {
        var members: [String: JSONValue] = ["code": .integer(code), "message": .string(message)]
        if let data { members["data"] = .string(data) }
        return .object(members)
    }
}

extension FaultyNode.State {
    fileprivate mutating func nextFault(_ method: String) -> FaultyNode.Fault? {
        guard let index = faults.firstIndex(where: { $0.method == method }) else {
            return dice?(method, &chain)
        }
        guard faults[index].skip == 0 else {
            faults[index].skip -= 1
            return nil
        }
        return faults.remove(at: index).fault
    }
}
