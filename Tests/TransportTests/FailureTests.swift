import Foundation
import Model
import Support
import Synchronization
import Testing
import Transport

@Suite(.timeLimit(.minutes(2))) struct FailureTests {
    let client = HTTPClient()

    func failure(_ request: HTTPRequest) async -> HTTPError? {
        await #expect(throws: HTTPError.self) { try await client.send(request) }
    }

    @Test func aRefusedConnectionWasNotSent() async throws {
        let server = try TestServer(saying: "")
        server.stop()
        let error = await failure(HTTPRequest(url: server.url("/v2/KEY?token=KEY")))
        #expect(
            error
                == HTTPError(
                    .notSent,
                    "127.0.0.1:\(server.port): Couldn't connect to server (Connection refused)"
                )
        )
    }

    @Test func anUnknownNameWasNotSent() async {
        let error = await failure(HTTPRequest(url: "http://nowhere.invalid/KEY"))
        #expect(error?.kind == .notSent)
        #expect(error?.message.hasPrefix("nowhere.invalid:80: ") == true)
    }

    @Test(arguments: [
        "", "KEY", "ftp://example.org/KEY", "file:///etc/KEY", "http://", "/KEY", "http://a b/KEY",
    ])
    func whatIsNoHTTPURLWasNotSent(_ url: String) async {
        let error = await failure(HTTPRequest(url: url))
        #expect(error == HTTPError(.notSent, "the URL is not an http or https URL with a host"))
    }

    @Test func aHeaderCannotSmuggleAnother() async {
        let request = HTTPRequest(url: "http://127.0.0.1:1/", headers: ["X": "a\r\nY: b"])
        #expect(await failure(request)?.kind == .notSent)
    }

    @Test func aPlainServerUnderHTTPSWasNotSent() async throws {
        let server = try TestServer { _, _ in false }
        let url = server.url("/KEY").replacingOccurrences(of: "http:", with: "https:")
        let error = await failure(HTTPRequest(url: url, deadline: .milliseconds(500)))
        #expect(error?.kind == .notSent)
        #expect(error?.message.contains("KEY") == false)
    }

    @Test(arguments: [
        "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", "", "HTTP/1.1 200 OK\r\n", "KEY garbage\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ])
    func aBrokenAnswerLeavesItUnknown(_ text: String) async throws {
        let server = try TestServer { _, connection in
            _ = connection.send(Data(text.utf8))
            return false
        }
        let error = await failure(HTTPRequest(method: "POST", url: server.url(), body: Data("x".utf8)))
        #expect(error?.kind == .unknown)
        #expect(error?.message.contains("KEY") == false)
    }

    @Test func aResetLeavesItUnknown() async throws {
        let server = try TestServer { _, connection in
            connection.reset()
            return false
        }
        let error = await failure(HTTPRequest(method: "POST", url: server.url(), body: Data("x".utf8)))
        #expect(error?.kind == .unknown)
    }

    @Test func aSecondTryThatIsRefusedLeavesItUnknown() async throws {
        let server = Mutex<TestServer?>(nil)
        let seen = Atomic(0)
        let made = try TestServer { _, connection in
            guard seen.add(1, ordering: .relaxed).newValue > 1 else { return connection.reply(Data()) }
            // The kept connection dies under a request that has arrived, and nobody is there for the second try.
            server.withLock { $0?.stop() }
            connection.reset()
            return false
        }
        server.withLock { $0 = made }
        let request = HTTPRequest(method: "POST", url: made.url(), body: Data("x".utf8))
        _ = try await client.send(request)
        #expect(await failure(request)?.kind == .unknown)
        #expect(made.requests.count == 2)
        server.withLock { $0 = nil }
    }

    @Test func aLateAnswerLeavesItUnknown() async throws {
        let server = try TestServer { _, connection in
            connection.waitForHangUp()
            return false
        }
        let deadline = Duration.milliseconds(300)
        let error = await failure(HTTPRequest(url: server.url(), deadline: deadline))
        #expect(
            error == HTTPError(.unknown, "127.0.0.1:\(server.port): no whole answer within \(deadline)")
        )
    }

    @Test func anEndlessAnswerEndsAtTheLimit() async throws {
        let hungUp = Atomic(false)
        let server = try TestServer { _, connection in
            _ = connection.send(Data("HTTP/1.1 200 OK\r\n\r\n".utf8))
            while connection.send(Data(count: 1 << 16)) {}
            hungUp.store(true, ordering: .releasing)
            return false
        }
        let error = await failure(HTTPRequest(url: server.url(), replyBytes: 1_000_000))
        #expect(
            error
                == HTTPError(.tooLarge, "127.0.0.1:\(server.port): the reply is larger than 1000000 bytes")
        )
        #expect(await eventually { hungUp.load(ordering: .acquiring) })
    }

    @Test func endlessHeadersEndToo() async throws {
        let server = try TestServer { _, connection in
            _ = connection.send(Data("HTTP/1.1 200 OK\r\n".utf8))
            while connection.send(Data("X-\(UInt64.random(in: 0 ... .max)): y\r\n".utf8)) {}
            return false
        }
        #expect(await failure(HTTPRequest(url: server.url()))?.kind == .tooLarge)
    }

    @Test func cancellationHangsUp() async throws {
        let hungUp = Atomic(false)
        let server = try TestServer { _, connection in
            connection.waitForHangUp()
            hungUp.store(true, ordering: .releasing)
            return false
        }
        let sending = Task { await failure(HTTPRequest(url: server.url())) }
        #expect(await eventually { !server.requests.isEmpty })
        sending.cancel()
        #expect(await sending.value?.kind == .cancelled)
        #expect(await eventually { hungUp.load(ordering: .acquiring) })
    }

    @Test func aCancelledTaskSendsNothing() async throws {
        let server = try TestServer { _, connection in connection.reply(Data()) }
        let sending = Task {
            unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
            return await failure(HTTPRequest(url: server.url()))
        }
        #expect(await sending.value?.kind == .cancelled)
        #expect(server.requests.isEmpty)
    }
}
