import Foundation
import Model
import Support
import Testing
import Transport

@Suite(.timeLimit(.minutes(2))) struct RedirectTests {
    let client = HTTPClient()
    /// Longer than a busy machine makes any of them wait: what is left of it is what a redirect gets.
    let deadline = Duration.seconds(3_600)

    /// A server that sends `/from` on, and answers everything else with its path.
    func server(to target: String, status: String = "302 Found") throws -> TestServer {
        try TestServer { request, connection in
            request.path == "/from"
                ? connection.reply(Data("moved".utf8), status: status, headers: ["Location: \(target)"])
                : connection.reply(Data(request.path.utf8))
        }
    }

    @Test func noneIsFollowedUnasked() async throws {
        let server = try server(to: "/to")
        let reply = try await client.send(HTTPRequest(url: server.url("/from")))
        #expect(reply.status == 302)
        #expect(reply.headers["location"] == "/to")
        #expect(server.requests.count == 1)
    }

    @Test func asManyAreFollowedAsAsked() async throws {
        let server = try server(to: "/to")
        let reply = try await client.send(
            HTTPRequest(url: server.url("/from"), deadline: deadline, redirects: 1))
        #expect(reply.body == Data("/to".utf8))
        let circle = try self.server(to: "/from")
        #expect(
            try await client.send(HTTPRequest(url: circle.url("/from"), deadline: deadline, redirects: 3))
                .status == 302)
        #expect(circle.requests.count == 4)
    }

    @Test func headersStayWithTheirOrigin() async throws {
        let other = try TestServer { _, connection in connection.reply(Data()) }
        let near = try server(to: "/to")
        let far = try server(to: other.url("/to"))
        for server in [near, far] {
            let request = HTTPRequest(
                url: server.url("/from"), headers: ["X-Key": "secret"], deadline: deadline, redirects: 1)
            #expect(try await client.send(request).status == 200)
        }
        #expect(near.requests.map { $0.headers["x-key"] } == ["secret", "secret"])
        #expect(far.requests.map { $0.headers["x-key"] } == ["secret"])
        #expect(other.requests.map { $0.headers["x-key"] } == [nil])
    }

    @Test(arguments: ["302 Found", "307 Temporary Redirect", "308 Permanent Redirect"])
    func aBodyIsNeverCarriedOn(_ status: String) async throws {
        let other = try TestServer { _, connection in connection.reply(Data()) }
        let server = try server(to: other.url("/to"), status: status)
        let request = HTTPRequest(
            method: "POST", url: server.url("/from"), body: Data("x".utf8), deadline: deadline, redirects: 5)
        #expect(try await client.send(request).body == Data("moved".utf8))
        #expect(other.requests.isEmpty)
    }

    @Test(arguments: ["file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1:1/", "http://"])
    func onlyHTTPIsFollowed(_ target: String) async throws {
        let server = try server(to: target)
        let reply = try await client.send(
            HTTPRequest(url: server.url("/from"), deadline: deadline, redirects: 5))
        #expect(reply.status == 302)
    }
}
