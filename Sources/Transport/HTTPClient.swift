internal import Foundation
internal import Glibc
package import Model
internal import Synchronization

/// Sends HTTP requests, all on one thread, over connections that are kept.
///
/// Proxies are those of the environment, as libcurl reads it, but none is used for this machine itself. Certificates are
/// the system's, or what `CURL_CA_BUNDLE`, `SSL_CERT_FILE` or `SSL_CERT_DIR` name.
package final class HTTPClient: Sendable {
    private let queue = TransferQueue()
    private let trust: Trust
    /// The thread and its TLS cost memory, and many commands never ask for anything.
    private let isStarted = Mutex(false)

    /// - Parameter environment: Where the variables that name certificates are looked up.
    package init(environment: [String: String] = ProcessInfo.processInfo.environment) {
        trust = Trust(
            file: environment["CURL_CA_BUNDLE"] ?? environment["SSL_CERT_FILE"],
            directory: environment["SSL_CERT_DIR"]
        )
        // OpenSSL writes to connections that may be gone.
        _ = signal(SIGPIPE, SIG_IGN)
    }

    deinit { queue.stop() }

    /// Sends a request and collects the whole answer, whatever its status.
    ///
    /// Redirects are followed only for a GET or HEAD without a body, never from https to http, and without the request's
    /// headers once they lead to another host, port or scheme; otherwise the answer is the redirect itself.
    ///
    /// - Throws: ``HTTPError``: `notSent` only where no byte of the request can have left, in whatever attempt.
    @concurrent
    package func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPReply {
        isStarted.withLock { isStarted in
            if !isStarted { TransferLoop.start(serving: queue, trust: trust) }
            isStarted = true
        }
        let start = ContinuousClock.now
        var hop = request
        while true {
            let exchange = try await queue.exchange(hop)
            guard
                hop.redirects > 0, let target = exchange.redirect, request.mayFollow,
                let next = Origin(target), let here = Origin(hop.url)
            else { return exchange.reply }
            guard !(here.scheme == "https" && next.scheme == "http") else { return exchange.reply }
            if next != here { hop.headers = [:] }
            hop.url = target
            hop.redirects -= 1
            hop.deadline = request.deadline - (ContinuousClock.now - start)
            guard hop.deadline > .zero else {
                throw HTTPError(.unknown, "\(next): no time was left for a redirect to it")
            }
        }
    }

    /// Ends every request as cancelled, closes the connections, and returns when that is done.
    package func shutdown() async {
        queue.stop()
        if isStarted.withLock(\.self) { await queue.ended() }
    }
}

extension HTTPRequest {
    /// Whether a redirect asks for nothing that the sender did not ask for.
    fileprivate var mayFollow: Bool { body.isEmpty && ["GET", "HEAD"].contains(method) }
}

/// Where certificates that are trusted are found; nil where libcurl's own choice stands.
struct Trust: Sendable {
    var file: String?
    var directory: String?
}
