import Foundation
import Model

/// One talk with one service about one source, until it says yes or no or its time is over.
struct VerifierTalk: Sendable {
    /// How a talk ended.
    struct End: Hashable, Sendable {
        var status: VerificationFact.Status
        var message: String
        /// Whether the service itself was never heard of, so that the next talk will hardly fare better.
        var isUnreachable = false
    }

    /// One exchange's.
    static let deadline = Duration.seconds(60)
    /// The most of an answer that is read, in bytes: a service may repeat what a compiler says.
    static let mostBytes = 4 << 20
    /// What of a service's words is kept.
    private static let mostWords = 500

    let words: any VerifierProtocol
    let world: World
    let key: Secret?
    /// How long the service may take in all.
    let patience: Duration
    let say: @Sendable (String) -> Void

    func run(_ source: SourceSubmission) async throws(StepFailure) -> End {
        var ticket: String?
        var isHeard = false
        var (last, status) = ("", VerificationFact.Status.failed)
        let asking = AskingAgain(world: world, patience: patience)
        let end = try await asking.until(waiting: { say("waiting for \($0)") }) {
            () async throws(StepFailure) -> AskingAgain.Heard<End> in
            let (answer, pause) = try await ask(source, ticket)
            let before = ticket
            status = .failed
            switch answer {
            case .verified(let how): return .answer(End(status: .verified, message: clean(how)))
            case .refused(let why): return .answer(End(status: .failed, message: clean(why)))
            case .accepted(let new):
                (ticket, last, status, isHeard) = (new, "it has not come to an end", .pending, true)
            case .pending(let why): (last, status, isHeard) = (why, .pending, true)
            case .later(let why): last = why
            case .again(let why): (last, ticket, isHeard) = (why, nil, true)
            }
            return .notYet(clean(last), pause: pause, isNearer: before == nil && ticket != nil)
        }
        if let end { return end }
        let late = clean(last) + (patience > .zero ? "; asked for \(patience.inWords)" : "")
        return End(status: status, message: late, isUnreachable: !isHeard)
    }

    /// One exchange, and the wait that the service asks for.
    private func ask(
        _ source: SourceSubmission,
        _ ticket: String?
    ) async throws(StepFailure) -> (VerifierAnswer, Duration?) {
        let request: HTTPRequest
        if let ticket {
            request = words.question(ticket, of: source, key: key)
        } else {
            request = try words.submission(of: source, key: key)
        }
        let reply: HTTPReply
        do throws(HTTPError) {
            reply = try await world.http(request)
        } catch {
            switch error.kind {
            case .cancelled: throw .cancelled
            case .tooLarge: return (.refused("its answer is too long"), nil)
            case .notSent, .unknown: return (.later("it cannot be reached: \(error.message)"), nil)
            }
        }
        let asked = reply.headers["retry-after"].flatMap { Int64($0) }.map {
            Duration.seconds(min(max($0, 0), 60))
        }
        return (
            ticket == nil ? words.answer(toSubmission: reply) : words.answer(toQuestion: reply), asked
        )
    }

    private func clean(_ text: String) -> String { Self.clean(text, without: key) }

    /// A service's words on one line, without the key that it may repeat.
    static func clean(_ text: String, without key: Secret?) -> String {
        var text = text
        if let key = key?.reveal(), !key.isEmpty { text = text.replacing(key, with: "\(Secret(key))") }
        let line = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return line.count > mostWords ? "\(line.prefix(mostWords))…" : line
    }
}

extension Duration {
    fileprivate var inWords: String { "\(Int(self / .seconds(1))) s" }
}
