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

    func answer(_ request: HTTPRequest) throws(HTTPError) -> HTTPReply {
        guard let body = try? JSONDecoder().decode(JSONValue.self, from: request.body),
            let method = body["method"]?.string, let id = body["id"]
        else { throw HTTPError(.unknown, "this is no request") }
        let parameters = body["params"]?.array ?? []
        let result: Result<HTTPReply, HTTPError> = state.withLock { state in
            state.asked.append(method)
            switch state.nextFault(method) {
            case nil: return .success(Self.reply(id, &state.chain, method, parameters))
            case .first(let change):
                change(&state.chain)
                return .success(Self.reply(id, &state.chain, method, parameters))
            case .loseReply:
                _ = Self.reply(id, &state.chain, method, parameters)
                return .failure(HTTPError(.unknown, "the connection broke"))
            case .loseRequest: return .failure(HTTPError(.unknown, "the connection broke"))
            case .connectionRefused: return .failure(HTTPError(.notSent, "connection refused"))
            case .garbage: return .success(HTTPReply(status: 200, body: Data("<html>busy</html>".utf8)))
            case .refuse(let code, let message, let data):
                return .success(Self.reply(id, error: Self.error(code, message, data: data)))
            case .status(let status, let wait):
                let headers = wait.map { ["retry-after": String($0)] } ?? [:]
                return .success(HTTPReply(status: status, headers: headers, body: Data()))
            }
        }
        return try result.get()
    }

    // MARK: JSON

    private static func reply(
        _ id: JSONValue,
        _ chain: inout FakeChain,
        _ method: String,
        _ parameters: [JSONValue]
    ) -> HTTPReply {
        switch FakeMethods.result(&chain, method, parameters) {
        case .success(let result): encoded(["id": id, "jsonrpc": .string("2.0"), "result": result])
        case .failure(let refusal): reply(id, error: error(refusal.code, refusal.message, data: refusal.data))
        }
    }

    private static func reply(_ id: JSONValue, error: JSONValue) -> HTTPReply {
        encoded(["id": id, "jsonrpc": .string("2.0"), "error": error])
    }

    private static func error(_ code: Int64, _ message: String, data: String? = nil) -> JSONValue {
        var members: [String: JSONValue] = ["code": .integer(code), "message": .string(message)]
        if let data { members["data"] = .string(data) }
        return .object(members)
    }

    private static func encoded(_ members: [String: JSONValue]) -> HTTPReply {
        HTTPReply(status: 200, body: (try? JSONEncoder().encode(JSONValue.object(members))) ?? Data())
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
