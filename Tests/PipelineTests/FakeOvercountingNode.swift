import Foundation
import Synchronization

/// The way to a chain's node that says of one account how many transactions another has sent.
final class FakeOvercountingNode: Sendable {
    /// When it does.
    enum Mistake: Hashable, Sendable {
        case never, once, always
        /// Until a transaction is handed over.
        case untilASend
    }

    private final class State: Sendable {
        let mistake = Mutex(Mistake.never)
        /// Exchanges in which somebody asked how many transactions the account has sent.
        let asked = Mutex(0)
    }

    private let proxy: TestProxy
    private let state: State

    init(to target: UInt16, of account: String, as other: String) throws {
        let state = State()
        self.state = state
        let start = #""method":"eth_getTransactionCount","params":[""#
        proxy = try TestProxy(
            to: target,
            asked: { data, onward in
                var text = String(decoding: data, as: UTF8.self)
                if text.contains("eth_sendRawTransaction") {
                    state.mistake.withLock { if $0 == .untilASend { $0 = .never } }
                }
                if text.contains(start + account) {
                    state.asked.withLock { $0 += 1 }
                    let isWrong = state.mistake.withLock { mistake in
                        defer { if mistake == .once { mistake = .never } }
                        return mistake != .never
                    }
                    // Of the same length, so that the request is as long as it says.
                    if isWrong { text = text.replacing(start + account, with: start + other) }
                }
                return TestProxy.pass(Data(text.utf8), onward)
            })
    }

    var url: String { "http://127.0.0.1:\(proxy.port)/" }
    var asked: Int { state.asked.withLock(\.self) }

    func mistake(_ mistake: Mistake) { state.mistake.withLock { $0 = mistake } }

    func stop() { proxy.stop() }
}
