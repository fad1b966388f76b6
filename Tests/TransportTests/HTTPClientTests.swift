import Foundation
import Model
import Support
import Synchronization
import Testing
import Transport

@Suite(.timeLimit(.minutes(2))) struct HTTPClientTests {
    let client = HTTPClient()

    @Test func sendsARequestAndCollectsTheAnswer() async throws {
        let server = try TestServer { request, connection in
            connection.reply(
                request.body, status: "404 Not Found", headers: ["X-Kind:  Echo ", "X-Kind: Last"])
        }
        let reply = try await client.send(
            HTTPRequest(
                method: "POST",
                url: server.url("/a?b=c"),
                headers: ["Content-Type": "application/json", "X-Empty": ""],
                body: Data("{}".utf8)
            )
        )
        #expect(reply.status == 404)
        #expect(reply.body == Data("{}".utf8))
        #expect(reply.headers == ["content-length": "2", "x-kind": "Last"])
        let request = try #require(server.requests.first)
        #expect(request.line == "POST /a?b=c HTTP/1.1")
        #expect(request.headers["content-type"] == "application/json")
        #expect(request.headers["x-empty"] == "")
        #expect(request.headers["user-agent"] == "hyperkit")
        #expect(request.headers["accept-encoding"]?.contains("gzip") == true)
        #expect(request.headers["expect"] == nil)
    }

    @Test(arguments: ["GET", "POST", "PUT", "DELETE"])
    func keepsTheMethodWithoutABody(_ method: String) async throws {
        let server = try TestServer { request, connection in connection.reply(Data("yes".utf8)) }
        let reply = try await client.send(HTTPRequest(method: method, url: server.url()))
        #expect(reply.body == Data("yes".utf8))
        #expect(server.requests.map(\.line) == ["\(method) / HTTP/1.1"])
    }

    @Test func takesTheLongestDeadlineThereIs() async throws {
        let server = try TestServer { _, connection in connection.reply(Data()) }
        let request = HTTPRequest(url: server.url(), deadline: .seconds(Int64.max))
        #expect(try await client.send(request).status == 200)
    }

    @Test func asksForAHeadAlone() async throws {
        let server = try TestServer(saying: "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        let reply = try await client.send(HTTPRequest(method: "HEAD", url: server.url()))
        #expect(reply.body.isEmpty)
        #expect(reply.headers["content-length"] == "1000")
        #expect(server.requests.map(\.line) == ["HEAD / HTTP/1.1"])
    }

    @Test func keepsItsConnections() async throws {
        let server = try TestServer { request, connection in connection.reply(request.body) }
        for number in 0..<20 {
            let body = Data("\(number)".utf8)
            let request = HTTPRequest(method: "POST", url: server.url(), body: body)
            #expect(try await client.send(request).body == body)
        }
        #expect(server.connections == 1)
    }

    @Test func answersAHundredRequestsAtOnce() async throws {
        let server = try TestServer { request, connection in connection.reply(request.body) }
        let right = await withTaskGroup(of: Bool.self) { group in
            for number in 0..<100 {
                group.addTask { [client] in
                    let body = Data("request \(number)".utf8)
                    let request = HTTPRequest(method: "POST", url: server.url(), body: body)
                    return (try? await client.send(request))?.body == body
                }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(right == 100)
    }

    @Test func sendsAndReceivesFiveMegabytes() async throws {
        let server = try TestServer { request, connection in connection.reply(request.body) }
        let body = Data((0..<5_000_000).map { UInt8(truncatingIfNeeded: $0 &* 131 >> 5) })
        let reply = try await client.send(HTTPRequest(method: "POST", url: server.url(), body: body))
        #expect(reply.body == body)
    }

    @Test func joinsChunksAndSkipsInterimHeads() async throws {
        let server = try TestServer(
            saying: """
                HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r
                HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r
                3\r\nabc\r\n2\r\nde\r\n0\r\nX-Sum: 5\r\n\r

                """
        )
        let reply = try await client.send(HTTPRequest(url: server.url()))
        #expect(reply.body == Data("abcde".utf8))
        #expect(reply.headers == ["transfer-encoding": "chunked", "x-sum": "5"])
    }

    @Test func limitsWhatIsUnpackedNotWhatIsSent() async throws {
        // A megabyte of zeros, as gzip has it.
        let packed = try #require(Data(base64Encoded: Self.zeros))
        let server = try TestServer { _, connection in
            connection.reply(packed, headers: ["Content-Encoding: gzip"])
        }
        let reply = try await client.send(HTTPRequest(url: server.url(), replyBytes: 1 << 20))
        #expect(reply.body == Data(count: 1 << 20))
        let error = await #expect(throws: HTTPError.self) {
            try await client.send(HTTPRequest(url: server.url(), replyBytes: (1 << 20) - 1))
        }
        #expect(error?.kind == .tooLarge)
    }

    @Test func endsWithItsRequestsWhenItIsShutDown() async throws {
        let server = try TestServer { _, connection in
            connection.waitForHangUp()
            return false
        }
        let waiting = Task { [client] in
            await #expect(throws: HTTPError.self) { try await client.send(HTTPRequest(url: server.url())) }
        }
        #expect(await eventually { !server.requests.isEmpty })
        await client.shutdown()
        #expect(await waiting.value?.kind == .cancelled)
        let late = await #expect(throws: HTTPError.self) {
            try await client.send(HTTPRequest(url: server.url()))
        }
        #expect(late == HTTPError(.notSent, "the HTTP client was shut down"))
        await client.shutdown()
    }
}

/// Asks until the answer is yes, for a minute at most.
func eventually(_ condition: @Sendable () -> Bool) async -> Bool {
    for _ in 0..<6_000 {
        if condition() { return true }
        try? await Task.sleep(for: .milliseconds(10))
    }
    return condition()
}
