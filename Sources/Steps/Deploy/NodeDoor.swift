import Ethereum
import Foundation
import Model
import Synchronization

/// The way to one endpoint: its URL, which may hold a key and so is never in a message, and its pace.
final class NodeDoor: Sendable {
    /// Which endpoint of its network it is, counted from 0.
    let index: Int
    /// In words that hold no key, such as `endpoint 2 (node.example)`.
    let name: String
    private let url: Secret
    private let secrets: URLSecrets
    private let world: World
    private let pace: Mutex<RequestPace>

    /// The largest answer that is read, in bytes: a hundred receipts with their logs are far smaller.
    private static let mostBytes = 16 << 20
    /// The percentage by which requests stay below a limit: clocks are not the same.
    private static let sparing = 1
    /// Some are held up on their way, and meet those behind them.
    private static let longestWay = Duration.milliseconds(100)
    /// How many questions go together at most; nil where nobody says what the node takes.
    ///
    /// A second in which many go at once has little room beside them, so that much of a limit would not be used.
    let together: Int?
    /// A node that asks for a longer wait is not waited for.
    static let longestHold = Duration.seconds(60)

    init(index: Int, name: String, url: Secret, perSecond: Int?, world: World) {
        self.index = index
        self.name = name
        self.url = url
        secrets = URLSecrets(url.reveal())
        self.world = world
        together = perSecond.map { max(1, $0 / 5) }
        pace = Mutex(
            RequestPace(perSecond: perSecond, sparing: Self.sparing, longestWay: Self.longestWay))
    }

    /// So long one that lets others go first does so at most.
    private static let longestPatience = Duration.seconds(5)

    /// Hands over a request that holds so many questions, when it is due; `last`: when no others want to go, where there is a limit.
    func send(
        _ body: Data,
        _ questions: Int,
        within deadline: Duration,
        last isLast: Bool = false
    ) async throws(TransportFailure) -> Data {
        let end = world.elapsed() + Self.longestPatience
        while isLast, world.elapsed() < end,
            let wait = pace.withLock({ $0.untilQuiet(at: world.elapsed()) })
        {
            guard (try? await world.sleep(wait)) != nil else { throw .notSent("the run was interrupted") }
        }
        let (wait, left) = pace.withLock { pace in
            let now = world.elapsed()
            let wait = pace.take(questions, at: now, last: isLast)
            return (wait, now + wait)
        }
        if wait > .zero, (try? await world.sleep(wait)) == nil {
            throw .notSent("the run was interrupted")
        }
        let reply = try await exchange(body, within: deadline)
        pace.withLock { $0.answered(left: left, at: world.elapsed()) }
        guard (200..<300).contains(reply.status) else {
            let asked = reply.headers["retry-after"].flatMap { Int64($0) }.map { Duration.seconds($0) }
            if let asked, asked <= Self.longestHold {
                pace.withLock { $0.hold(until: world.elapsed() + asked) }
            }
            throw .status(reply.status, retryAfter: asked, body: secrets.removed(from: reply.body))
        }
        return secrets.removed(from: reply.body)
    }

    private func exchange(
        _ body: Data,
        within deadline: Duration
    ) async throws(TransportFailure) -> HTTPReply {
        do throws(HTTPError) {
            return try await world.http(
                HTTPRequest(
                    method: "POST",
                    url: url.reveal(),
                    headers: ["content-type": "application/json"],
                    body: body,
                    deadline: deadline,
                    replyBytes: Self.mostBytes
                )
            )
        } catch {
            switch error.kind {
            case .notSent: throw .notSent(error.message)
            case .unknown, .tooLarge, .cancelled: throw .unknown(error.message)
            }
        }
    }
}

extension NodeDoor {
    /// What a message calls an endpoint: where it was read from, else its host; neither holds a key.
    static func name(_ endpoint: NetworkSpec.Endpoint, _ index: Int) -> String {
        switch endpoint {
        case .secret(let reference): return "endpoint \(index + 1) (\(reference))"
        case .url(let text):
            let parts = URLComponents(string: text)
            let port = parts?.port.map { ":\($0)" } ?? ""
            return "endpoint \(index + 1)\(parts?.host.map { " (\($0)\(port))" } ?? "")"
        }
    }
}
