import EthereumTypes
package import Foundation
import Synchronization

/// A node, or several of one chain, that speak Ethereum's JSON-RPC over a transport that the caller brings.
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

    /// The way to one node, for one exchange.
    package struct Line: Sendable {
        /// Hands over a request that holds so many questions.
        package let send: @Sendable (Data, _ questions: Int) async throws(TransportFailure) -> Data
        /// Hears how the exchange went: its failure, or the first one in its answers; nil where there was none.
        package let heard: @Sendable (RPCFailure?) -> Void

        package init(
            send: @escaping @Sendable (Data, _ questions: Int) async throws(TransportFailure) -> Data,
            heard: @escaping @Sendable (RPCFailure?) -> Void
        ) {
            self.send = send
            self.heard = heard
        }
    }

    /// Says where the next exchange goes.
    package typealias Choose = @Sendable () async -> Line

    private let choose: Choose
    private let again: Again
    let together: Int
    private let ids = Counter()

    /// One node.
    package init(send: @escaping Send, again: @escaping Again = { _, _ in false }) {
        let line = Line(
            send: { body, _ async throws(TransportFailure) in try await send(body) }, heard: { _ in })
        self.init(choose: { line }, again: again)
    }

    /// Whichever node `choose` gives, one exchange at a time; `together`: how many questions one exchange holds at most.
    package init(
        together: Int? = nil,
        choose: @escaping Choose,
        again: @escaping Again = { _, _ in false }
    ) {
        self.choose = choose
        self.again = again
        self.together = min(together ?? Self.mostTogether, Self.mostTogether)
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
        let line = await choose()
        do throws(RPCFailure) {
            let result = try await call(Question(method, parameters), on: line)
            line.heard(nil)
            return result
        } catch {
            line.heard(error)
            throw error
        }
    }

    private func call(_ question: Question, on line: Line) async throws(RPCFailure) -> JSONValue {
        let (id, method) = (ids.next(), question.method)
        let answer = try await exchange(request(question, id: id), method: method, on: line, questions: 1)
        guard answer["id"] == .integer(id) || (answer["id"] ?? .null) == .null && answer["error"] != nil
        else {
            throw .malformed(method: method, "its id is not that of the request")
        }
        return try Self.result(of: answer, method: method)
    }

    // MARK: Many at once

    /// One method with its parameters.
    struct Question: Sendable {
        let method: String
        let parameters: [JSONValue]

        init(_ method: String, _ parameters: [JSONValue]) {
            self.method = method
            self.parameters = parameters
        }
    }

    /// How many questions go into one exchange: more than this is refused by some providers.
    static let mostTogether = 100

    /// Asks questions that change nothing in as few exchanges as may be, each with a result or a failure of its own.
    ///
    /// What a node does not answer in a batch, and all where it takes none, is asked one by one.
    ///
    /// - Parameters:
    ///   - questions: What to ask; the answers come in their order.
    ///   - inOrder: Whether the first are answered before the last are asked, where one exchange does not hold them all.
    /// - Returns: As many answers as there are questions.
    /// - Throws: ``RPCFailure/transport(_:)`` where no node can be spoken to.
    func askTogether(
        _ questions: [Question],
        inOrder: Bool = true
    ) async throws(RPCFailure) -> [Result<RPCReader, RPCFailure>] {
        let exchanges = stride(from: 0, to: questions.count, by: together).map { start in
            Array(questions[start...].prefix(together))
        }
        // Where a node limits questions nothing is gained by asking at once.
        guard !inOrder, exchanges.count > 1, together == Self.mostTogether else {
            var results: [Result<RPCReader, RPCFailure>] = []
            for some in exchanges { results += try await inOneExchange(some) }
            return results
        }
        let answered = await withTaskGroup(of: Answered.self) { group in
            for (place, some) in exchanges.enumerated() {
                group.addTask { await inOneExchange(some, at: place) }
            }
            var answered: [Answered] = []
            for await one in group { answered.append(one) }
            return answered.sorted { $0.place < $1.place }
        }
        var results: [Result<RPCReader, RPCFailure>] = []
        for one in answered { results += try one.answers.get() }
        return results
    }

    /// What came of one of several exchanges; a group would forget the type of what its children throw.
    private struct Answered: Sendable {
        let place: Int
        let answers: Result<[Result<RPCReader, RPCFailure>], RPCFailure>
    }

    /// A function of its own: in a closure that makes a tuple of the place and what it awaits, the optimizer of Swift 6.3.1 loses the
    /// place, and answers stand in the order in which they came.
    private func inOneExchange(_ questions: [Question], at place: Int) async -> Answered {
        do throws(RPCFailure) {
            let answers = try await inOneExchange(questions)
            return Answered(place: place, answers: .success(answers))
        } catch {
            return Answered(place: place, answers: .failure(error))
        }
    }

    private func inOneExchange(
        _ questions: [Question]
    ) async throws(RPCFailure) -> [Result<RPCReader, RPCFailure>] {
        var results: [Result<RPCReader, RPCFailure>] = []
        for (question, answer) in zip(questions, try await batchAgain(questions)) {
            if let value = try? answer?.get() {
                results.append(.success(RPCReader(method: question.method, value: value)))
            } else if case .failure(let failure)? = answer, !failure.isTheNodes {
                results.append(.failure(failure))
            } else {
                results.append(try await alone(question))
            }
        }
        return results
    }

    private func alone(_ question: Question) async throws(RPCFailure) -> Result<RPCReader, RPCFailure> {
        do throws(RPCFailure) {
            return .success(try await ask(question.method, question.parameters))
        } catch {
            guard !error.isOfTheWay else { throw error }
            return .failure(error)
        }
    }

    /// The answers of one exchange; nil for those that the node has not given.
    private func batchAgain(
        _ questions: [Question]
    ) async throws(RPCFailure) -> [Result<JSONValue, RPCFailure>?] {
        let none = [Result<JSONValue, RPCFailure>?](repeating: nil, count: questions.count)
        guard questions.count > 1 else { return none }
        var asked = 1
        while true {
            do throws(RPCFailure) {
                return try await batch(questions)
            } catch {
                guard error.isOfTheWay else { return none }
                guard await again(asked, error) else { throw error }
                asked += 1
            }
        }
    }

    /// Asks all in one exchange, once.
    ///
    /// - Returns: The answers in the order of the questions; nil for those that the node has not given.
    func batch(_ questions: [Question]) async throws(RPCFailure) -> [Result<JSONValue, RPCFailure>?] {
        let line = await choose()
        do throws(RPCFailure) {
            let answers = try await batch(questions, on: line)
            let failures = answers.compactMap { answer in
                if case .failure(let failure)? = answer { failure } else { nil }
            }
            line.heard(failures.first(where: \.isTheNodes))
            return answers
        } catch {
            // Many a node that does well takes no batches.
            line.heard(error.isOfTheWay ? error : nil)
            throw error
        }
    }

    private func batch(
        _ questions: [Question],
        on line: Line
    ) async throws(RPCFailure) -> [Result<JSONValue, RPCFailure>?] {
        let requests = questions.map { (id: ids.next(), question: $0) }
        let body = JSONValue.array(requests.map { request($0.question, id: $0.id) })
        let method = questions[0].method
        let answer = try await exchange(body, method: method, on: line, questions: questions.count)
        guard let answers = answer.array else {
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
            guard let answer = byID[.integer(request.id)] else { return nil }
            do throws(RPCFailure) {
                return .success(try Self.result(of: answer, method: request.question.method))
            } catch {
                return .failure(error)
            }
        }
    }

    // MARK: The wire

    private func request(_ question: Question, id: Int64) -> JSONValue {
        .object([
            "jsonrpc": .string("2.0"), "id": .integer(id), "method": .string(question.method),
            "params": .array(question.parameters),
        ])
    }

    private func exchange(
        _ body: JSONValue,
        method: String,
        on line: Line,
        questions: Int
    ) async throws(RPCFailure) -> JSONValue {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(body) else {
            throw .malformed(method: method, "the request cannot be written as JSON")
        }
        let reply: Data
        do throws(TransportFailure) {
            reply = try await line.send(data, questions)
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
