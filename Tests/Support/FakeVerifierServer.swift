import Foundation
import Synchronization

/// A service that shows sources, in name only: it compiles nothing, answers as a test says, and keeps what it was asked.
package final class FakeVerifierServer: Sendable {
    /// What it answers to one request.
    package struct Answer: Sendable {
        package var status: String
        package var body: String
        package var headers: [String]

        /// One of status 200.
        package init(_ body: String) { self.init("200 OK", body) }

        package init(_ status: String, _ body: String, headers: [String] = []) {
            self.status = status
            self.body = body
            self.headers = headers
        }
    }

    private let server: TestServer

    /// Answers each request with what `answers` has next, and from then on with the last.
    package convenience init(_ answers: Answer...) throws {
        let left = Mutex(answers)
        try self.init { _ in
            left.withLock { $0.count > 1 ? $0.removeFirst() : $0.first ?? Answer("404 Not Found", "") }
        }
    }

    package init(_ answer: @escaping @Sendable (TestServer.Request) -> Answer) throws {
        server = try TestServer { request, connection in
            let answer = answer(request)
            return connection.reply(Data(answer.body.utf8), status: answer.status, headers: answer.headers)
        }
    }

    /// Where it is asked, without a slash at the end.
    package var url: String { server.url("") }

    package var requests: [TestServer.Request] { server.requests }

    package func stop() { server.stop() }
}

extension TestServer.Request {
    /// The fields of a form.
    package var form: [String: String] {
        var fields: [String: String] = [:]
        for field in String(decoding: body, as: UTF8.self).split(separator: "&") {
            let parts = field.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let value = parts[1].replacing("+", with: " ").removingPercentEncoding ?? ""
            fields[String(parts[0])] = value
        }
        return fields
    }

    /// The method and the path with its query.
    package var asked: String { line.split(separator: " ").prefix(2).joined(separator: " ") }
}
